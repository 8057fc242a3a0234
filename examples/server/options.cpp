#include "options.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <CLI/CLI.hpp>

#include <tresor/error.hpp>
#include <tresor/version.hpp>

#include "shared/program.hpp"
#include "terminal.hpp"

namespace safe_server {

namespace storage = tresor::storage;
using tresor::Errc;
using tresor::Error;

namespace {

[[noreturn]] void wrong(const std::string& what) { throw Error(Errc::invalid_argument, what); }

// As they are typed, before they are looked at together.
struct Typed {
    std::vector<std::string> listen;
    std::string store, store_user, store_password_file, certificate, key, sweep_every, hash_user;
    std::optional<std::uint64_t> max_backup_bytes;
    std::optional<std::int64_t> retention_days, timeout;
    std::optional<double> sweep_limit_rate;
    bool allow_plain = false;
};

class CommandLine {
public:
    CommandLine() {
        app_.set_version_flag("--version", "tresor-server " TRESOR_VERSION);
        app_.get_formatter()->column_width(34);
        app_.footer(
            "Example: tresor-server --store /srv/safe --listen '[::]:443' --tls-cert fullchain.pem "
            "--tls-key privkey.pem --users users --sweep-every 24h\n"
            "SIGHUP reads certificate and users again, SIGTERM ends when the requests in flight "
            "are done.");
        add_serving();
        add_store();
        add_limits();
        hash_ = app_.add_option("--hash-password", typed_.hash_user,
                                "Ask for a password and print a line for the users file, or only "
                                "its hash without NAME")
                    ->type_name("[NAME]")
                    ->expected(0, 1);
    }

    Options parse(int count, char** arguments) {
        try {
            app_.parse(count, arguments);
        } catch (const CLI::CallForHelp&) {
            return said(app_.help());
        } catch (const CLI::CallForVersion& version) {
            return said(std::string(version.what()) + "\n");
        } catch (const CLI::ParseError& error) {
            wrong(std::string(error.what()) + " (try --help)");
        }
        if (hash_->count() > 0) {
            made_.task = Task::hash_password;
            made_.user = typed_.hash_user;
            return std::move(made_);
        }
        check_listening();
        check_limits();
        check_sweep();
        resolve_store();
        return std::move(made_);
    }

private:
    static Options said(std::string text) {
        Options options;
        options.task = Task::say;
        options.text = std::move(text);
        return options;
    }

    template <class Value>
    CLI::Option* option(const char* name, Value& into, const char* type, const char* what,
                        const char* group = "Options") {
        return app_.add_option(name, into, what)->type_name(type)->group(group);
    }

    void add_serving() {
        option("--store", typed_.store, "LOCATION",
               "Where backups are kept: a folder, s3://BUCKET?endpoint=URL, "
               "webdav+https://HOST/PATH/");
        option("--listen", typed_.listen, "HOST:PORT",
               "Where to listen, as often as wanted; port 0 is any that is free")
            ->allow_extra_args(false);
        option("--tls-cert", typed_.certificate, "FILE", "The certificate and its chain (PEM)");
        option("--tls-key", typed_.key, "FILE", "The key of the certificate (PEM)");
        option("--users", made_.users, "FILE", "Who may come in: lines NAME:HASH; else everybody");
        option("--metrics", made_.metrics, "HOST:PORT", "GET /metrics there, for Prometheus");
        option("--sweep-every", typed_.sweep_every, "DURATION",
               "Remove expired backups so often: 90s, 15m, 24h, 7d");
        option("--sweep-limit-rate", typed_.sweep_limit_rate, "N", "At most N removals a second");
        option("--behind-proxy", made_.server.behind_proxy, "ADDR",
               "Believe the last X-Forwarded-For of this address");
        app_.add_flag("--allow-plain", typed_.allow_plain,
                      "Listen without TLS on an address that is not only of this machine");
        option("--max-connections", made_.server.max_connections, "N",
               "Connections at once (default: what the limit of descriptors has room for)")
            ->check(CLI::NonNegativeNumber);
        option("--workers", made_.server.workers, "N", "Threads that wait for the store")
            ->check(CLI::NonNegativeNumber);
        option("--loops", made_.server.loops, "N", "Threads that wait for clients (0: one a core)")
            ->check(CLI::NonNegativeNumber);
        app_.add_flag("--quiet", made_.quiet, "No line for each request on standard error");
    }

    void add_store() {
        const char* group = "Stores on the network";
        auto& net = made_.store.net;
        option("--store-user", typed_.store_user, "USER", "The user there", group);
        option("--store-password-file", typed_.store_password_file, "FILE",
               "The user's password is the first line of FILE (- is standard input)", group);
        option("--ca-file", net.ca_file, "FILE", "Certificates to trust besides the system's (PEM)",
               group);
        option("--pin", net.pin, "SHA256", "Only this public key of the store", group);
        option("--proxy", net.proxy, "URL", "Through this proxy", group);
        option("--timeout", typed_.timeout, "SECONDS", "Give up after so long without progress",
               group);
        app_.add_flag("--allow-insecure", net.allow_insecure,
                      "http:// to a store on another machine")
            ->group(group);
    }

    void add_limits() {
        const char* group = "Where the store has no config";
        option("--max-backup-bytes", typed_.max_backup_bytes, "BYTES", "The largest Safe it takes",
               group);
        option("--retention-days", typed_.retention_days, "DAYS",
               "How long a Safe is kept after its last upload", group);
    }

    void check_listening() {
        if (typed_.store.empty()) wrong("--store is missing: where are backups kept? (try --help)");
        if (typed_.listen.empty())
            wrong("--listen is missing, such as --listen 127.0.0.1:8080 (try --help)");
        if (typed_.certificate.empty() != typed_.key.empty())
            wrong("--tls-cert and --tls-key go together");
        auto& server = made_.server;
        if (!typed_.certificate.empty()) server.tls = TlsFiles{typed_.certificate, typed_.key};
        bool plain = !server.tls && server.behind_proxy.empty() && !typed_.allow_plain;
        for (const auto& address : typed_.listen) check_address(address);
        if (!made_.metrics.empty()) check_address(made_.metrics);
        for (const auto& address : typed_.listen)
            if (plain && !is_loopback(address))
                wrong(address +
                      " can be reached by other machines, and without TLS they would read along "
                      "(give --tls-cert and --tls-key, --behind-proxy ADDR where a proxy has the "
                      "certificate, or --allow-plain)");
        server.listen = typed_.listen;
        if (server.workers < 1 || server.workers > 1024) wrong("--workers is between 1 and 1024");
        if (server.loops > 256) wrong("--loops is between 0 and 256");
    }

    static void check_address(const std::string& address) {
        std::size_t colon = address.rfind(':');
        unsigned port = 0;
        const char* end = address.data() + address.size();
        const char* begin = colon == address.npos ? end : address.data() + colon + 1;
        auto [stopped, error] = std::from_chars(begin, end, port);
        if (error != std::errc() || stopped != end || port > 65535)
            wrong(address + " is not HOST:PORT, such as 127.0.0.1:8080 or [::]:443");
    }

    void check_limits() {
        if (typed_.max_backup_bytes.has_value() != typed_.retention_days.has_value())
            wrong("--max-backup-bytes and --retention-days go together");
        if (!typed_.max_backup_bytes) return;
        made_.limits = storage::Limits{*typed_.max_backup_bytes, *typed_.retention_days};
        storage::require_valid(*made_.limits);
    }

    void check_sweep() {
        auto rate = typed_.sweep_limit_rate;
        if (rate && !(*rate >= 0.001 && *rate <= 1e6))
            wrong("--sweep-limit-rate is between 0.001 and 1000000");
        if (typed_.sweep_every.empty() && rate) wrong("--sweep-limit-rate goes with --sweep-every");
        if (typed_.sweep_every.empty()) return;
        auto every = parse_duration(typed_.sweep_every);
        if (!every) wrong("--sweep-every wants a time such as 90s, 15m, 24h or 7d");
        made_.sweep = SweepPlan{.every = *every, .limit_rate = rate};
    }

    void resolve_store() {
        auto& store = made_.store;
        if (typed_.timeout) store.net.timeout = tresor::Seconds(*typed_.timeout);
        tresor::net::require_valid(store.net);
        auto parted = storage::part(typed_.store);
        store.location = parted.location;
        store.credentials = std::move(parted.credentials);
        bool asked = !typed_.store_user.empty() || !typed_.store_password_file.empty();
        if (asked && typed_.store.find("://") == std::string::npos)
            wrong("--store-user and --store-password-file go with the address of a server");
        if (storage::scheme_of(store.location) == "s3" && !asked && !store.credentials)
            store.credentials = program::access_key();
        else if (asked && !store.credentials)
            store.credentials.emplace();
        if (!typed_.store_user.empty()) store.credentials->user = typed_.store_user;
        if (!typed_.store_password_file.empty())
            store.credentials->password = read_first_line(typed_.store_password_file);
        if (store.credentials && store.credentials->password.empty())
            wrong("a user of a store has a password (--store-password-file)");
        if (storage::scheme_of(store.location) == "s3" && !store.credentials)
            wrong(
                "an S3 store wants keys (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or "
                "--store-user and --store-password-file)");
    }

    Typed typed_;
    Options made_;
    CLI::App app_{"A Threema Safe server of one's own.", "tresor-server"};
    CLI::Option* hash_ = nullptr;
};

}  // namespace

Options parse_options(int count, char** arguments) { return CommandLine().parse(count, arguments); }

std::optional<std::chrono::seconds> parse_duration(std::string_view text) {
    std::int64_t number = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    std::int64_t seconds = unit == "s"   ? 1
                           : unit == "m" ? 60
                           : unit == "h" ? 3600
                           : unit == "d" ? 86400
                                         : 0;
    constexpr std::int64_t most = std::int64_t{3653} * 86400;
    if (error != std::errc() || seconds == 0 || number < 1 || number > most / seconds)
        return std::nullopt;
    return std::chrono::seconds(number * seconds);
}

bool is_loopback(std::string_view address) {
    std::string_view host = address.substr(0, address.rfind(':'));
    if (host == "localhost" || host == "[::1]") return true;
    if (!host.starts_with("127.")) return false;
    return host.find_first_not_of("0123456789.") == host.npos;
}

}  // namespace safe_server
