// tresor-server, a Safe server of one's own: an example program over the public headers.

#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <thread>

#include <sodium.h>

#include "accounts.hpp"
#include "config_cache.hpp"
#include "gate.hpp"
#include "log.hpp"
#include "metrics.hpp"
#include "metrics_service.hpp"
#include "options.hpp"
#include "safe_service.hpp"
#include "server.hpp"
#include "shared/program.hpp"
#include "signals.hpp"
#include "stores.hpp"
#include "sweeper.hpp"
#include "terminal.hpp"

namespace {

using namespace safe_server;
using program::current_error;
using tresor::Errc;
using tresor::Error;

Stores open_stores(Options& options) try {
    return Stores(std::move(options.store), options.server.workers);
} catch (const Error& error) {
    if (error.code() != Errc::not_found) throw;
    throw Error(Errc::not_found, std::string(error.what()) + " (tresor store init makes one)");
}

// The metrics, on an address of their own.
class MetricsServer {
public:
    MetricsServer(const std::string& address, const Metrics& metrics, const Server& served)
        : service_(metrics, [&served] { return served.stats(); }),
          server_(service_, options(address)),
          thread_([this] { server_.run(); }) {}
    ~MetricsServer() {
        server_.stop();
        thread_.join();
    }
    MetricsServer(const MetricsServer&) = delete;
    MetricsServer& operator=(const MetricsServer&) = delete;
    std::string url() const { return server_.url() + "metrics"; }

private:
    static ServerOptions options(const std::string& address) {
        ServerOptions options;
        options.listen = {address};
        options.loops = 1;
        options.workers = 1;
        options.max_connections = 64;
        return options;
    }

    MetricsService service_;
    Server server_;
    std::thread thread_;
};

// One run of the server. What is made later is ended earlier.
class Program {
public:
    explicit Program(Options options)
        : signals_([this] { stop(); }, [this] { reload(); }),
          options_(std::move(options)),
          log_(!options_.quiet),
          metrics_(tresor::now()),
          stores_(open_stores(options_)),
          config_(stores_.open([this](auto, auto) { return !ended_; }), options_.limits, log_),
          gate_(make_gate()),
          service_(stores_, config_, gate_.get(), log_, metrics_),
          server_(service_, server_options()) {
        if (!options_.metrics.empty())
            metrics_server_ = std::make_unique<MetricsServer>(options_.metrics, metrics_, server_);
        if (options_.sweep) options_.sweep->retries = !stores_.is_local();
        if (options_.sweep)
            sweeper_ = std::make_unique<Sweeper>(
                [this](tresor::Progress progress) { return stores_.open(std::move(progress)); },
                *options_.sweep, config_, log_, metrics_);
    }

    void run() {
        if (metrics_server_) log_.say("metrics: " + metrics_server_->url());
        serve(true);
        if (missed_reload_) reload();
        write_stdout(server_.url() + "\n");
        server_.run();
        serve(false);
        ended_ = true;
        log_.say("ended");
    }

private:
    void serve(bool now) {
        std::lock_guard lock(guard_);
        serving_ = now;
    }

    // While it begins there is nothing to be finished.
    void stop() {
        std::lock_guard lock(guard_);
        if (!serving_ && !ended_) std::_Exit(static_cast<int>(Errc::cancelled));
        if (serving_) server_.stop();
    }

    Accounts load_accounts() {
        auto accounts = Accounts::load(options_.users);
        if (is_open_to_others(options_.users))
            log_.say("everybody on this machine can read " + options_.users + " (chmod o= makes " +
                     "that an end)");
        if (accounts.size() == 0)
            log_.say(options_.users + " holds no account: nobody can come in");
        return accounts;
    }

    std::unique_ptr<Gate> make_gate() {
        if (options_.users.empty()) return nullptr;
        // However many wait for passwords, others find a worker.
        return std::make_unique<Gate>(load_accounts(), options_.server.workers / 4);
    }

    ServerOptions server_options() {
        ServerOptions options = options_.server;
        options.max_body_bytes = [this] { return config_.max_backup_bytes(); };
        return options;
    }

    // What cannot be read stays as it was.
    void reload() {
        std::lock_guard lock(guard_);
        missed_reload_ = !serving_;
        if (missed_reload_) return;
        attempt("the users could not be read again, the old ones stay", [this] {
            if (!gate_) return;
            auto accounts = load_accounts();
            std::size_t count = accounts.size();
            gate_->replace(std::move(accounts));
            log_.say("the users were read again: " + std::to_string(count));
        });
        attempt("the certificate could not be read again, the old one stays", [this] {
            if (!options_.server.tls) return;
            server_.reload_tls();
            log_.say("the certificate was read again");
        });
        config_.look_soon();
    }

    template <class Work>
    void attempt(const std::string& what, const Work& work) {
        try {
            work();
        } catch (...) {
            log_.say(what + ": " + current_error().what());
        }
    }

    std::mutex guard_;
    bool serving_ = false;  // guarded
    std::atomic<bool> ended_ = false, missed_reload_ = false;
    Signals signals_;  // to the very end: a second one ends what takes its time
    Options options_;
    Log log_;
    Metrics metrics_;
    Stores stores_;
    ConfigCache config_;
    std::unique_ptr<Gate> gate_;
    SafeService service_;
    Server server_;
    std::unique_ptr<MetricsServer> metrics_server_;
    std::unique_ptr<Sweeper> sweeper_;
};

void print_hash(const std::string& user) {
    auto password = new_password();
    for (char c : password.expose())
        if (static_cast<unsigned char>(c) >= 0x80) {
            write_stderr(
                "tresor-server: warning: not all apps send other characters than ASCII alike\n");
            break;
        }
    std::string line = (user.empty() ? "" : user + ":") + hash_of(password) + "\n";
    // Such a name could not be read again.
    if (!user.empty()) Accounts check(tresor::as_bytes(line));
    write_stdout(line);
}

int run(int count, char** arguments) {
    auto options = parse_options(count, arguments);
    switch (options.task) {
        case Task::say: write_stdout(options.text); return 0;
        case Task::hash_password: print_hash(options.user); return 0;
        case Task::serve: break;
    }
    Program(std::move(options)).run();
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    prepare_process();
    try {
        if (sodium_init() < 0) throw Error(Errc::internal, "libsodium could not be prepared");
        return run(count, arguments);
    } catch (...) {
        auto error = current_error();
        write_stderr("tresor-server: " + shown(error.what()) + "\n");
        return static_cast<int>(error.code());
    }
}
