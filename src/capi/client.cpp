// The Safe of one account as C uses it.

#include "capi/border.hpp"
#include "codec/json_writer.hpp"

using namespace tresor;
using namespace tresor::capi;

struct tresor_client {
    client::StateStore& states;
    safe::CyclePolicy policy;
    client::SafeClient client;
};

namespace {

client::Log log_of(const tresor_client_options& options) {
    if (options.log == nullptr) return {};
    return [log = options.log, payload = options.payload](
               client::LogLevel level, std::string_view event, const client::LogFields& fields) {
        codec::JsonWriter out;
        out.begin_object();
        for (const auto& [name, value] : fields) {
            out.name(name);
            out.text(value);
        }
        out.end_object();
        SecretBytes json = out.take();
        json.push_back(0);
        log(static_cast<int>(level), std::string(event).c_str(),
            reinterpret_cast<const char*>(std::as_const(json).expose().data()), payload);
    };
}

tresor_outcome no_outcome() { return {TRESOR_DISABLED, TRESOR_REASON_DISABLED, TRESOR_NEVER}; }

tresor_outcome outcome_of(const client::Outcome& outcome) {
    return {static_cast<int>(outcome.kind), static_cast<int>(outcome.reason),
            seconds(outcome.next_due)};
}

// Reads an account, and what is odd in it.
class Account {
public:
    Account(const void* json, std::size_t size) : json_(bytes(json, size)) {}
    safe::Backup read(const ThreemaId& identity) {
        auto imported = safe::import_backup(json_, identity);
        findings_ = std::move(imported.findings);
        return std::move(imported.backup);
    }
    // Behind them what else was found.
    std::vector<Finding> with(const std::vector<Finding>& more) {
        findings_.insert(findings_.end(), more.begin(), more.end());
        return std::move(findings_);
    }

private:
    ByteView json_;
    std::vector<Finding> findings_;
};

client::Notes notes_of(const tresor_place* place, const char* data) {
    client::Notes notes;
    if (place != nullptr) notes.store = store_of(*place);
    notes.data = text_or_empty(data);
    return notes;
}

Password password_of(const char* password, std::size_t size) {
    return Password(as_text(bytes(password, size)));
}

class StatusWriter : public codec::JsonWriter {
public:
    void text_or_null(std::string_view key, std::string_view value) {
        name(key);
        value.empty() ? null() : text(value);
    }
    void time_or_null(std::string_view key, std::optional<Timestamp> time) {
        text_or_null(key, time ? format_rfc3339(*time) : "");
    }
    void number_or_null(std::string_view key, bool known, std::uint64_t value) {
        name(key);
        known ? integer(static_cast<std::int64_t>(value)) : null();
    }
};

SecretBytes json_of(const client::Status& status) {
    StatusWriter out;
    out.begin_object();
    out.name("enabled");
    out.flag(status.enabled);
    out.text_or_null("identity", status.identity.text());
    out.text_or_null("store", status.store);
    out.text_or_null("backup_id", status.backup_id ? status.backup_id->hex() : "");
    out.time_or_null("last_upload", status.cycle.last_upload);
    out.text_or_null("last_outcome", status.last_outcome);
    out.time_or_null("next_due", status.next_due);
    out.time_or_null("refresh_due", status.refresh_due);
    out.time_or_null("expires_at", status.expires_at);
    out.number_or_null("retention_days", status.enabled,
                       static_cast<std::uint64_t>(status.cycle.retention_days));
    out.number_or_null("max_backup_bytes", status.enabled, status.max_backup_bytes);
    out.number_or_null("backup_bytes", status.enabled, status.backup_bytes);
    out.time_or_null("failing_since", status.cycle.failing_since);
    out.name("pending_removal");
    out.begin_array();
    for (const std::string& store : status.pending_removal) out.text(store);
    out.end_array();
    out.name("warnings");
    out.objects(status.warnings, [&](const auto& warning) {
        out.name("pointer");
        out.text("");
        out.name("reason");
        out.text(warning.text());
    });
    out.end_object();
    return out.take();
}

client::Status status_in(tresor_client* client, std::int64_t now) {
    auto state = need(client).states.load();
    if (!state) throw Error(Errc::not_found, "there is no state: Safe was never switched on here");
    return client::status_of(*state, client->policy, timestamp(now));
}

}  // namespace

int tresor_client_create(tresor_client** out, tresor_states* states, tresor_storage* storage,
                         const tresor_client_options* options) {
    clear(out);
    return guard([&] {
        need(out);
        tresor_client_options given = TRESOR_CLIENT_OPTIONS_INIT;
        if (options != nullptr) given = *options;
        need_version(given.version);
        auto policy = policy_of(given.cycle);
        client::Opener opener;
        if (storage != nullptr) {
            storage::Storage* store = storage->store.get();
            opener = [store](const client::StoreNote&) { return storage::place(*store); };
        } else {
            opener = client::opener(storage::built_in_stores(),
                                    progress_of(given.progress, given.payload));
        }
        client::StateStore& kept = *need(states).store;
        *out = new tresor_client{
            kept, policy, client::SafeClient(std::move(opener), kept, {policy, log_of(given)})};
    });
}

void tresor_client_free(tresor_client* client) { delete client; }

const char* tresor_outcome_name(int kind) {
    if (kind < TRESOR_UPLOADED || kind > TRESOR_DISABLED) return "unknown";
    return client::name_of(static_cast<client::Outcome::Kind>(kind)).data();
}

int tresor_client_enable(tresor_outcome* out, tresor_buf* findings, tresor_client* client,
                         const char* password, std::size_t password_size, const char* identity,
                         const void* account, std::size_t account_size, const tresor_place* place,
                         const char* data, int replace, std::int64_t now) {
    return guard([&] {
        Out result(out, no_outcome(), true);
        OutBuf found(findings, true);
        ThreemaId id(text(identity));
        Account given(account, account_size);
        auto outcome = need(client).client.enable(
            password_of(password, password_size), id, given.read(id), timestamp(now),
            notes_of(place, data), replace != 0 ? Existing::replace : Existing::refuse);
        found.set_findings(given.with(outcome.warnings));
        found.release();
        result.set(outcome_of(outcome));
    });
}

int tresor_client_tick(tresor_outcome* out, tresor_buf* findings, tresor_client* client,
                       const void* account, std::size_t account_size, int force, std::int64_t now) {
    return guard([&] {
        Out result(out, no_outcome(), true);
        OutBuf found(findings, true);
        Account given(account, account_size);
        auto read = [&](const ThreemaId& identity, const std::string&) {
            return given.read(identity);
        };
        auto outcome = need(client).client.tick(
            read, timestamp(now), force != 0 ? safe::Trigger::force : safe::Trigger::tick);
        found.set_findings(given.with(outcome.warnings));
        found.release();
        result.set(outcome_of(outcome));
    });
}

int tresor_client_change_password(tresor_outcome* out, tresor_buf* findings, tresor_client* client,
                                  const char* password, std::size_t password_size,
                                  const void* account, std::size_t account_size, std::int64_t now) {
    return guard([&] {
        Out result(out, no_outcome(), true);
        OutBuf found(findings, true);
        Account given(account, account_size);
        auto read = [&](const ThreemaId& identity, const std::string&) {
            if (account == nullptr) throw Error(Errc::not_found, "no account was given");
            return given.read(identity);
        };
        auto outcome = need(client).client.change_password(password_of(password, password_size),
                                                           read, timestamp(now));
        found.set_findings(given.with(outcome.warnings));
        found.release();
        result.set(outcome_of(outcome));
    });
}

int tresor_client_verify(int* differs, std::int64_t* last_upload, std::int64_t* modified,
                         tresor_buf* findings, tresor_client* client) {
    return guard([&] {
        Out uploaded(last_upload, std::int64_t{TRESOR_NEVER}, true),
            stored(modified, std::int64_t{TRESOR_NEVER}, true);
        OutBuf found(findings, true);
        Out is_another(differs, 0);
        auto verified = need(client).client.verify();
        found.set_findings(verified.findings);
        found.release();
        is_another.set(verified.differs ? 1 : 0);
        uploaded.set(seconds(verified.last_upload));
        stored.set(seconds(verified.modified));
    });
}

namespace {

void give_out(const client::Restored& restored, OutBuf& account, Out<std::int64_t>& modified,
              OutBuf& findings) {
    account.set(restored.json.expose());
    findings.set_findings(restored.findings);
    account.release();
    findings.release();
    modified.set(seconds(restored.modified));
}

}  // namespace

int tresor_client_restore(tresor_buf* account, std::int64_t* modified, tresor_buf* findings,
                          tresor_client* client, const char* password, std::size_t password_size,
                          const char* identity, const tresor_place* place, const char* data,
                          std::int64_t now) {
    return guard([&] {
        Out stored(modified, std::int64_t{TRESOR_NEVER}, true);
        OutBuf found(findings, true), result(account);
        ThreemaId id(text(identity));
        give_out(need(client).client.restore(password_of(password, password_size), id,
                                             timestamp(now), notes_of(place, data)),
                 result, stored, found);
    });
}

int tresor_client_disable(int* removed, tresor_client* client, int keep_backup) {
    return guard([&] {
        Out gone(removed, 0, true);
        gone.set(need(client).client.disable(keep_backup != 0) ? 1 : 0);
    });
}

int tresor_client_status(tresor_buf* json, tresor_client* client, std::int64_t now) {
    return guard([&] {
        OutBuf result(json);
        result.set(json_of(status_in(client, now)).expose());
        result.release();
    });
}

int tresor_client_next_due(std::int64_t* out, tresor_client* client, std::int64_t now) {
    return guard([&] {
        Out result(out, std::int64_t{TRESOR_NEVER});
        result.set(seconds(status_in(client, now).next_due));
    });
}

int tresor_safe_restore(tresor_buf* account, std::int64_t* modified, tresor_buf* findings,
                        const tresor_place* place, tresor_storage* storage, const char* password,
                        std::size_t password_size, const char* identity) {
    return guard([&] {
        Out stored(modified, std::int64_t{TRESOR_NEVER}, true);
        OutBuf found(findings, true), result(account);
        if ((place == nullptr) == (storage == nullptr))
            throw Error(Errc::invalid_argument, "either a place or a storage is needed");
        auto where = storage != nullptr
                         ? storage::place(*storage->store)
                         : client::opener(storage::built_in_stores())(store_of(*place));
        ThreemaId id(text(identity));
        give_out(client::restore(where, password_of(password, password_size), id), result, stored,
                 found);
    });
}
