#include <tresor/client/state.hpp>

#include <algorithm>

#include "codec/hex.hpp"
#include "codec/json_reader.hpp"
#include "codec/json_writer.hpp"

namespace tresor::client {
namespace {

using codec::Json;

constexpr std::int64_t newest_version = 1;

[[noreturn]] void damaged(std::string_view name) {
    throw Error(Errc::malformed, "the state file is damaged: " + std::string(name));
}

// The known members of a state document, one by one; what nobody asked for is unknown. Ours is no
// foreign text: anything odd is damage.
class Members {
public:
    explicit Members(const Json::Object& members) : members_(members), asked_(members.size()) {}

    std::string text(std::string_view name) {
        const Json* value = take(name);
        if (value == nullptr) return "";
        if (!value->text()) damaged(name);
        return std::string(*value->text());
    }

    std::int64_t number(std::string_view name, std::int64_t most, std::int64_t otherwise) {
        const Json* value = take(name);
        if (value == nullptr) return otherwise;
        auto number = value->number() ? codec::whole_number(*value->number()) : std::nullopt;
        if (!number || *number < 0 || *number > most) damaged(name);
        return *number;
    }

    std::optional<Timestamp> time(std::string_view name) {
        std::string written = text(name);
        if (written.empty()) return std::nullopt;
        auto time = parse_rfc3339(written);
        if (!time) damaged(name);
        return time;
    }

    bool flag(std::string_view name, std::optional<bool> otherwise = std::nullopt) {
        const Json* value = take(name);
        if (value == nullptr && otherwise) return *otherwise;
        if (value == nullptr || !value->flag()) damaged(name);
        return *value->flag();
    }

    std::optional<SecretBytes> secret(std::string_view name) {
        const Json* value = take(name);
        if (value == nullptr) return std::nullopt;
        if (!value->text()) damaged(name);
        if (value->text()->empty()) return std::nullopt;
        return SecretBytes(as_bytes(*value->text()));
    }

    std::optional<SecretBytes> hex(std::string_view name) {
        const Json* value = take(name);
        if (value == nullptr) return std::nullopt;
        auto digits = value->text();
        SecretBytes bytes(digits ? digits->size() / 2 : 0);
        if (!digits || !codec::hex_decode(*digits, bytes.expose())) damaged(name);
        return bytes;
    }

    // The members of a member, if it is there.
    template <class Read>
    void object(std::string_view name, const Read& read) {
        const Json* value = take(name);
        if (value == nullptr) return;
        if (value->object() == nullptr) damaged(name);
        Members members(*value->object());
        read(members);
    }

    // Each element as its own members.
    template <class Read>
    void objects(std::string_view name, const Read& read) {
        const Json* value = take(name);
        if (value == nullptr) return;
        if (value->array() == nullptr) damaged(name);
        for (const Json& element : *value->array()) {
            if (element.object() == nullptr) damaged(name);
            Members members(*element.object());
            read(members);
        }
    }

    safe::Unknowns rest() const {
        safe::Unknowns unknown;
        for (std::size_t i = 0; i < members_.size(); ++i) {
            if (asked_[i]) continue;
            SecretBytes json = codec::write_json(members_[i].value);
            unknown.push_back(
                {std::string(codec::view(members_[i].name)), safe::RawJson(json.expose())});
        }
        return unknown;
    }

private:
    // nullptr for null, too.
    const Json* take(std::string_view name) {
        for (std::size_t i = 0; i < members_.size(); ++i) {
            if (codec::view(members_[i].name) != name) continue;
            asked_[i] = true;
            return members_[i].value.is_null() ? nullptr : &members_[i].value;
        }
        return nullptr;
    }

    const Json::Object& members_;
    std::vector<bool> asked_;
};

safe::CycleState parse_cycle(Members& members) {
    safe::CycleState cycle;
    cycle.enabled = members.flag("enabled");
    cycle.enabled_at = members.time("enabled_at");
    cycle.retention_days = members.number("retention_days", 36500, 180);
    cycle.last_attempt = members.time("last_attempt");
    cycle.last_upload = members.time("last_upload");
    auto error = members.number("last_error", static_cast<int>(Errc::cancelled), 0);
    if (error != 0) cycle.last_error = static_cast<Errc>(error);
    cycle.failures = static_cast<std::uint32_t>(members.number("failures", UINT32_MAX, 0));
    cycle.failing_since = members.time("failing_since");
    cycle.not_before = members.time("not_before");
    if (auto digest = members.hex("digest")) {
        if (digest->size() != cycle.digest.emplace().size()) damaged("digest");
        std::copy_n(digest->expose().begin(), digest->size(), cycle.digest->begin());
    }
    return cycle;
}

StoreNote parse_store(Members& members) {
    StoreNote store(members.text("store"));
    store.password = members.secret("store_password");
    store.password_file = members.text("store_password_file");
    members.object("store_options", [&](Members& options) {
        store.net.ca_file = options.text("ca_file");
        store.net.pin = options.text("pin");
        store.net.allow_insecure = options.flag("allow_insecure", false);
        store.net.proxy = options.text("proxy");
        store.net.timeout = Seconds(options.number("timeout", 86400, store.net.timeout.count()));
        if (auto agent = options.text("user_agent"); !agent.empty()) store.net.user_agent = agent;
        store.unknown_options = options.rest();
    });
    try {
        net::require_valid(store.net);
    } catch (const Error&) {
        damaged("store_options");
    }
    return store;
}

std::vector<PendingRemoval> parse_pending(Members& members) {
    std::vector<PendingRemoval> pending;
    members.objects("pending_removal", [&](Members& entry) {
        StoreNote store = parse_store(entry);
        auto id = BackupId::parse(entry.text("backup_id"));
        if (!id) damaged("pending_removal");
        pending.push_back({std::move(store), *id, entry.rest()});
    });
    return pending;
}

class Writer : public codec::JsonWriter {
public:
    Writer() : JsonWriter(Space::line_a_member) {}
    void text_or_null(std::string_view name_of_it, std::string_view value) {
        name(name_of_it);
        value.empty() ? null() : text(value);
    }
    void time_or_null(std::string_view name_of_it, std::optional<Timestamp> time) {
        text_or_null(name_of_it, time ? format_rfc3339(*time) : "");
    }
    void unknowns(const safe::Unknowns& members) {
        for (const safe::Unknown& member : members) {
            name(member.name);
            raw(member.json.expose());
        }
    }
    template <class Number>
    void number(std::string_view name_of_it, Number value) {
        name(name_of_it);
        integer(static_cast<std::int64_t>(value));
    }
};

// What nobody said anything about is left out.
void write_store(Writer& out, const StoreNote& store) {
    out.text_or_null("store", store.location);
    if (store.password) out.text_or_null("store_password", as_text(store.password->expose()));
    if (!store.password_file.empty()) out.text_or_null("store_password_file", store.password_file);
    if (store.net == net::Options() && store.unknown_options.empty()) return;
    out.name("store_options");
    out.begin_object();
    out.text_or_null("ca_file", store.net.ca_file);
    out.text_or_null("pin", store.net.pin);
    out.name("allow_insecure");
    out.flag(store.net.allow_insecure);
    out.text_or_null("proxy", store.net.proxy);
    out.number("timeout", store.net.timeout.count());
    if (store.net.user_agent != net::Options().user_agent) {
        out.name("user_agent");
        out.text(store.net.user_agent);
    }
    out.unknowns(store.unknown_options);
    out.end_object();
}

void write_enabled(Writer& out, const State& state) {
    const safe::CycleState& cycle = state.cycle;
    out.name("master_key");
    out.hex(state.master_key->expose());
    write_store(out, state.store);
    out.text_or_null("data", state.data);
    out.time_or_null("enabled_at", cycle.enabled_at);
    out.number("max_backup_bytes", state.max_backup_bytes);
    out.number("retention_days", cycle.retention_days);
    out.time_or_null("last_attempt", cycle.last_attempt);
    out.time_or_null("last_upload", cycle.last_upload);
    out.text_or_null("last_outcome", state.last_outcome);
    out.number("last_error", cycle.last_error ? static_cast<int>(*cycle.last_error) : 0);
    out.number("failures", cycle.failures);
    out.time_or_null("failing_since", cycle.failing_since);
    out.time_or_null("not_before", cycle.not_before);
    out.name("digest");
    cycle.digest ? out.hex(*cycle.digest) : out.null();
    out.number("backup_bytes", state.backup_bytes);
}

void write_pending(Writer& out, const State& state) {
    out.name("pending_removal");
    out.begin_array();
    for (const PendingRemoval& pending : state.pending_removal) {
        out.begin_object();
        write_store(out, pending.store);
        out.name("backup_id");
        out.text(pending.backup_id.hex());
        out.unknowns(pending.unknown);
        out.end_object();
    }
    out.end_array();
}

}  // namespace

State parse_state(ByteView json) {
    Findings odd;
    Json document = codec::read_json(json, {}, odd);
    if (document.object() == nullptr || !odd.take().empty()) damaged("no clean JSON object");
    Members members(*document.object());
    std::int64_t version = members.number("version", INT64_MAX, 0);
    if (version > newest_version)
        throw Error(Errc::unsupported, "the state file is of a newer version of this program");
    if (version == 0) damaged("version");
    auto identity = ThreemaId::parse(members.text("identity"));
    if (!identity) damaged("identity");

    State state(*identity);
    state.cycle = parse_cycle(members);
    if (auto stored = members.hex("master_key")) {
        auto keys = safe::Keys::from_stored(stored->expose());
        if (!keys) damaged("master_key");
        state.master_key = keys->master_key().clone();
    }
    if (state.cycle.enabled && !state.master_key) damaged("master_key");
    state.store = parse_store(members);
    state.data = members.text("data");
    state.last_outcome = members.text("last_outcome");
    constexpr std::int64_t any = INT64_MAX;
    state.max_backup_bytes =
        static_cast<std::uint64_t>(members.number("max_backup_bytes", any, 524288));
    state.backup_bytes = static_cast<std::uint64_t>(members.number("backup_bytes", any, 0));
    state.pending_removal = parse_pending(members);
    state.unknown = members.rest();
    return state;
}

SecretBytes format_state(const State& state) {
    if (state.cycle.enabled && !state.master_key)
        throw Error(Errc::invalid_argument, "a state that is on needs a master key");
    Writer out;
    out.begin_object();
    out.number("version", newest_version);
    out.text_or_null("identity", state.identity.text());
    out.name("enabled");
    out.flag(state.cycle.enabled);
    if (state.cycle.enabled) write_enabled(out, state);
    write_pending(out, state);
    out.unknowns(state.unknown);
    out.end_object();
    SecretBytes json = out.take();
    json.push_back('\n');
    return json;
}

}  // namespace tresor::client
