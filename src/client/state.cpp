#include <tresor/client/state.hpp>

#include <algorithm>

#include "codec/hex.hpp"
#include "codec/json_reader.hpp"

namespace tresor::client {
namespace {

using codec::Json;
using codec::JsonText;

constexpr std::int64_t newest_version = 1;

[[noreturn]] void damaged(std::string_view name) {
    throw Error(Errc::malformed, "the state file is damaged: " + std::string(name));
}

// Takes the known members out of a state document one by one; what is left is unknown.
class Members {
public:
    explicit Members(Json document) : document_(std::move(document)) {}

    std::string text(const char* name) {
        Json value = take(name);
        if (value.is_null()) return "";
        if (!value.is_string()) damaged(name);
        return std::string(codec::view(value.get_ref<const JsonText&>()));
    }

    std::uint64_t number(const char* name, std::uint64_t most, std::uint64_t otherwise) {
        Json value = take(name);
        if (value.is_null()) return otherwise;
        if (!value.is_number_integer() || value < 0 || value > most) damaged(name);
        return value.get<std::uint64_t>();
    }

    std::optional<Timestamp> time(const char* name) {
        std::string written = text(name);
        if (written.empty()) return std::nullopt;
        auto time = parse_rfc3339(written);
        if (!time) damaged(name);
        return time;
    }

    bool flag(const char* name) {
        Json value = take(name);
        if (!value.is_boolean()) damaged(name);
        return value.get<bool>();
    }

    // Exactly N bytes as hex, or absent.
    template <std::size_t N, class Use>
    void hex(const char* name, Use&& use) {
        Json value = take(name);
        if (value.is_null()) return;
        SecretBytes bytes(N);
        if (!value.is_string() ||
            !codec::hex_decode(codec::view(value.get_ref<const JsonText&>()), bytes.expose()))
            damaged(name);
        use(bytes.expose());
    }

    safe::Unknowns rest() const {
        safe::Unknowns unknown;
        for (const auto& [name, value] : document_.get_ref<const Json::object_t&>())
            unknown.push_back({std::string(codec::view(name)), codec::write_json(value)});
        return unknown;
    }

private:
    Json take(const char* name) {
        auto found = document_.find(name);
        if (found == document_.end()) return nullptr;
        Json value = std::move(*found);
        document_.erase(found);
        return value;
    }

    Json document_;
};

Json text_or_null(std::string_view text) {
    return text.empty() ? Json(nullptr) : Json(JsonText(text));
}

Json time_or_null(std::optional<Timestamp> time) {
    return time ? Json(JsonText(format_rfc3339(*time))) : Json(nullptr);
}

Json hex_or_null(ByteView bytes) {
    if (bytes.empty()) return nullptr;
    JsonText text(2 * bytes.size(), '\0');
    codec::hex_encode_to(bytes, text);
    return Json(std::move(text));
}

}  // namespace

State parse_state(ByteView json) {
    Findings findings;
    Json document = codec::read_json(json, {}, findings);
    if (!document.is_object()) damaged("no JSON object");
    Members members(std::move(document));
    std::uint64_t version = members.number("version", INT64_MAX, 0);
    if (version > newest_version)
        throw Error(Errc::unsupported, "the state file is of a newer version of this program");
    if (version == 0) damaged("version");
    auto identity = ThreemaId::parse(members.text("identity"));
    if (!identity) damaged("identity");

    State state(*identity);
    safe::CycleState& cycle = state.cycle;
    cycle.enabled = members.flag("enabled");
    members.hex<64>("master_key", [&](ByteView key) { state.master_key.emplace(key); });
    state.store = members.text("store");
    state.data = members.text("data");
    cycle.enabled_at = members.time("enabled_at");
    state.max_backup_bytes = members.number("max_backup_bytes", INT64_MAX, state.max_backup_bytes);
    cycle.retention_days = static_cast<std::int64_t>(members.number("retention_days", 36500, 180));
    cycle.last_attempt = members.time("last_attempt");
    cycle.last_upload = members.time("last_upload");
    state.last_outcome = members.text("last_outcome");
    cycle.last_error = static_cast<int>(members.number("last_error", 255, 0));
    cycle.failures = static_cast<std::uint32_t>(members.number("failures", UINT32_MAX, 0));
    cycle.failing_since = members.time("failing_since");
    cycle.not_before = members.time("not_before");
    members.hex<32>("digest", [&](ByteView digest) {
        std::copy(digest.begin(), digest.end(), cycle.digest.emplace().begin());
    });
    state.backup_bytes = members.number("backup_bytes", INT64_MAX, 0);
    state.unknown = members.rest();
    if (cycle.enabled && !state.master_key) damaged("master_key");
    return state;
}

SecretBytes format_state(const State& state) {
    const safe::CycleState& cycle = state.cycle;
    Json document = Json::object();
    document["version"] = newest_version;
    document["identity"] = JsonText(state.identity.text());
    document["enabled"] = cycle.enabled;
    if (cycle.enabled && state.master_key) {
        document["master_key"] = hex_or_null(state.master_key->expose());
        document["store"] = text_or_null(state.store);
        document["data"] = text_or_null(state.data);
        document["enabled_at"] = time_or_null(cycle.enabled_at);
        document["max_backup_bytes"] = state.max_backup_bytes;
        document["retention_days"] = cycle.retention_days;
        document["last_attempt"] = time_or_null(cycle.last_attempt);
        document["last_upload"] = time_or_null(cycle.last_upload);
        document["last_outcome"] = text_or_null(state.last_outcome);
        document["last_error"] = cycle.last_error;
        document["failures"] = cycle.failures;
        document["failing_since"] = time_or_null(cycle.failing_since);
        document["not_before"] = time_or_null(cycle.not_before);
        document["digest"] = hex_or_null(cycle.digest ? ByteView(*cycle.digest) : ByteView());
        document["backup_bytes"] = state.backup_bytes;
    }
    Findings findings;
    for (const safe::Unknown& member : state.unknown)
        document[JsonText(member.name)] = codec::read_json(member.json.expose(), {}, findings);
    JsonText text = document.dump(2);
    SecretBytes json(as_bytes(codec::view(text)));
    json.push_back('\n');
    return json;
}

}  // namespace tresor::client
