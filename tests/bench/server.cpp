// The rows of tresor-server beside nginx, lighttpd, Apache and rclone: GET, durable PUT, hashed
// passwords, memory of an idle connection, and the system calls of a PUT.
//
// Servers have one core, the load another. Each row is rounds in which each server has one turn;
// what a server has left to write when its turn is over goes to the disk before the next one.
// Only ours is durable: none of the others calls fsync.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <stdexcept>

#include <argon2.h>
#include <crypt.h>
#include <openssl/evp.h>
#include <sys/resource.h>
#include <unistd.h>

#include "http_load.hpp"
#include "server.hpp"

namespace fs = std::filesystem;

namespace {

using bench::add;
using bench::Load;
using bench::Peer;
using bench::Peers;
using bench::Site;

constexpr int connections = 8;

double quantile(std::vector<double> values, double part) {
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1) + 0.5)];
}

struct Runner {
    std::string name;
    std::function<Load()> turn;
    std::string trouble = "";  // why it is left out
    std::vector<double> rates = {}, p50 = {}, p99 = {};
};

void take_turn(Runner& runner, bool counts) {
    if (!runner.trouble.empty()) return;
    try {
        Load load = runner.turn();
        ::sync();
        if (!counts) return;
        runner.rates.push_back(load.rate);
        runner.p50.push_back(load.p50);
        runner.p99.push_back(load.p99);
    } catch (const std::runtime_error& error) {
        runner.trouble = error.what();
    }
}

// The first is the base.
void measure(const std::string& name, std::vector<Runner> runners, int rounds) {
    if (runners.empty()) return;
    for (auto& runner : runners) take_turn(runner, false);
    for (int round = 0; round < rounds; ++round)
        for (auto& runner : runners) take_turn(runner, true);
    std::printf("\n%s\n  %-34s %9s %19s %7s %9s %9s\n", name.c_str(), "", "median", "quartiles",
                "ratio", "p50", "p99");
    double base = 0;
    for (auto& [who, turn, trouble, rates, p50, p99] : runners) {
        if (!trouble.empty()) {
            std::printf("  %-34s left out: %s\n", who.c_str(), trouble.c_str());
            continue;
        }
        double median = quantile(rates, 0.5);
        if (base == 0) base = median;
        std::printf("  %-34s %7.0f/s %8.0f %8.0f/s %7.2f %6.3f ms %6.3f ms\n", who.c_str(), median,
                    quantile(rates, 0.25), quantile(rates, 0.75), median / base, quantile(p50, 0.5),
                    quantile(p99, 0.5));
    }
    std::fflush(stdout);
}

bench::Requests gets(const std::string& authorization = "") {
    bench::Requests requests;
    for (std::size_t i = 0; i < 1000; ++i)
        requests.heads.push_back(bench::head_of("GET", bench::target_of(i), 0, authorization));
    return requests;
}

bench::Requests puts(std::size_t names, std::size_t size) {
    bench::Requests requests{.heads = {}, .body = std::string(size, 'y')};
    for (std::size_t i = 0; i < names; ++i)
        requests.heads.push_back(bench::head_of("PUT", bench::target_of(i), size));
    return requests;
}

Runner runner(const Peer& peer, std::string name, const bench::Requests& requests, double seconds) {
    return {.name = std::move(name), .turn = [&peer, &requests, seconds] {
                return bench::load(peer.port(), requests, connections, {.seconds = seconds});
            }};
}

void measure(const std::string& name, const Peers& peers, const bench::Requests& requests,
             double seconds, int rounds) {
    std::vector<Runner> runners;
    for (auto& peer : peers) runners.push_back(runner(*peer, peer->name(), requests, seconds));
    measure(name, std::move(runners), rounds);
}

void bench_requests(const bench::Ground& ground, const std::string& ours) {
    auto site = [&](const char* name) { return ground.site(name, 1000, 16 << 10); };
    Peers peers;
    add(peers, "nginx", [&] { return bench::start_nginx(site("nginx")); });
    add(peers, "tresor-server", [&] { return bench::start_ours(ours, site("ours")); });
    add(peers, "lighttpd", [&] { return bench::start_lighttpd(site("lighttpd")); });
    add(peers, "Apache", [&] { return bench::start_apache(site("apache")); });
    add(peers, "rclone", [&] { return bench::start_rclone(site("rclone")); });
    measure("GET 16 KiB, 8 connections", peers, gets(), 0.3, 9);
    measure("PUT 16 KiB, 8 connections, ours durable", peers, puts(1000, 16 << 10), 0.4, 7);
    measure("PUT 512 KiB, 8 connections, ours durable", peers, puts(200, 512 << 10), 0.4, 7);
}

constexpr std::string_view password = "s3cret";

std::string crypt_hash(const char* prefix, unsigned long cost) {
    std::string salt(16, 's');
    char setting[CRYPT_GENSALT_OUTPUT_SIZE];
    ::crypt_data data{};
    if (!::crypt_gensalt_rn(prefix, cost, salt.data(), 16, setting, sizeof setting)) return "";
    const char* hash = ::crypt_r(password.data(), setting, &data);
    return hash == nullptr ? "" : hash;
}

std::string argon2_hash() {
    char text[128];
    int failed = ::argon2id_hash_encoded(2, 19456, 1, password.data(), password.size(),
                                         "saltsaltsaltsalt", 16, 32, text, sizeof text);
    return failed == 0 ? text : "";
}

std::string basic(const std::string& user) {
    std::string pair = user + ":" + std::string(password);
    std::string text(4 * ((pair.size() + 2) / 3) + 1, '\0');
    int size = ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                 reinterpret_cast<const unsigned char*>(pair.data()),
                                 static_cast<int>(pair.size()));
    return "Basic " + text.substr(0, static_cast<std::size_t>(size));
}

Site with_users(Site site, const std::string& text) {
    site.users = site.folder / "users";
    std::ofstream(site.users) << text;
    fs::permissions(site.users, fs::perms::owner_read | fs::perms::owner_write);
    return site;
}

void bench_passwords(const bench::Ground& ground, const std::string& ours) {
    auto users = [&](const char* name, const std::string& text) {
        return with_users(ground.site(name, 1000, 16 << 10), text);
    };
    std::string text = "bcrypt:" + crypt_hash("$2b$", 10) + "\nscrypt:" + crypt_hash("$7$", 0) +
                       "\nargon2id:" + argon2_hash() + "\n";
    Peers open, closed;
    add(open, "tresor-server",
        [&] { return bench::start_ours(ours, ground.site("open", 1000, 16 << 10)); });
    add(closed, "tresor-server", [&] { return bench::start_ours(ours, users("closed", text)); });
    std::vector<bench::Requests> requests{gets()};
    for (auto user : {"bcrypt", "scrypt", "argon2id"}) requests.push_back(gets(basic(user)));
    std::vector<Runner> runners;
    for (auto& peer : open)
        runners.push_back(runner(*peer, "no accounts (base)", requests[0], 0.3));
    for (auto& peer : closed) {
        runners.push_back(runner(*peer, "bcrypt, cost 10", requests[1], 0.3));
        runners.push_back(runner(*peer, "scrypt of crypt(3)", requests[2], 0.3));
        runners.push_back(runner(*peer, "argon2id, 19 MiB, t=2", requests[3], 0.3));
    }
    measure("tresor-server: GET 16 KiB with a hashed password, after the first request",
            std::move(runners), 9);

    Peers nginx;
    auto start = [&](const char* name, const std::string& hash) {
        add(nginx, "nginx",
            [&] { return bench::start_nginx(users(name, "alice:" + hash + "\n")); });
    };
    start("plain", "{PLAIN}" + std::string(password));
    start("hashed", crypt_hash("$2b$", 5));
    if (nginx.size() < 2) return;
    auto alice = gets(basic("alice"));
    measure("nginx: the same",
            {runner(*nginx[0], "plain compare (base)", alice, 0.3),
             runner(*nginx[1], "bcrypt, cost 5", alice, 0.3)},
            5);
}

}  // namespace

void bench::add(Peers& peers, const std::string& name,
                const std::function<std::unique_ptr<Peer>()>& start) {
    try {
        if (auto peer = start())
            peers.push_back(std::move(peer));
        else
            std::printf("  %s is left out: not installed\n", name.c_str());
    } catch (const std::runtime_error& error) {
        std::printf("  left out: %s\n", error.what());
    }
}

// `ours` is the path of tresor-server.
void bench_server(const std::string& ours) {
    ::rlimit descriptors{};
    ::getrlimit(RLIMIT_NOFILE, &descriptors);
    descriptors.rlim_cur = descriptors.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &descriptors);
    ::cpu_set_t cores;
    ::sched_getaffinity(0, sizeof cores, &cores);
    bench::pin_to_core(bench::load_core);
    {
        bench::Ground ground;
        bench_requests(ground, ours);
        bench_passwords(ground, ours);
        bench::idle_connections(ground, ours);
        bench::system_calls(ground, ours);
    }
    ::sched_setaffinity(0, sizeof cores, &cores);
}
