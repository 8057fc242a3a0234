// The servers beside ours, as children of the bench on free ports of loopback: nginx, lighttpd,
// Apache and rclone as ECOSYSTEM 3 sets them up, without accounts unless a users file is given.
// Each serves a folder of the layout of all stores: `config` and `backups/`.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

namespace bench {

struct Site {
    std::filesystem::path folder;  // of this one server; its `root` is what it serves
    std::string users;             // path of an htpasswd file; empty: no accounts
    std::string certificate, key;  // paths; empty: plain HTTP
};

// Where the sites of a run lie: a folder beside the program, removed at the end.
class Ground {
public:
    Ground();
    Ground(const Ground&) = delete;
    Ground& operator=(const Ground&) = delete;
    ~Ground();
    const std::filesystem::path& path() const { return path_; }
    // A new folder with `root/config` and `root/backups/`, which holds `objects` of `size` bytes.
    Site site(const std::string& name, std::size_t objects, std::size_t size) const;

private:
    std::filesystem::path path_;
};

// The name of an object of a site, as a path from "/" on.
std::string target_of(std::size_t number);

// A running server. It is ended with this object, and with the bench.
class Peer {
public:
    Peer(std::string name, const std::vector<std::string>& command, std::uint16_t port,
         const Site& site);
    Peer(const Peer&) = delete;
    Peer& operator=(const Peer&) = delete;
    ~Peer();
    const std::string& name() const { return name_; }
    std::uint16_t port() const { return port_; }
    ::pid_t pid() const { return pid_; }
    double memory_kib() const;  // resident, of one process

private:
    std::string name_;
    std::uint16_t port_;
    ::pid_t pid_;
};

// Null if it is not installed. Throws std::runtime_error if it does not start.
std::unique_ptr<Peer> start_nginx(const Site& site);
std::unique_ptr<Peer> start_lighttpd(const Site& site);
std::unique_ptr<Peer> start_apache(const Site& site);
std::unique_ptr<Peer> start_rclone(const Site& site);
std::unique_ptr<Peer> start_ours(const std::string& program, const Site& site);

// The path of a program, empty if it is not installed.
std::string program_path(const std::string& name);
// Runs a command without output to its end; whether it ended well.
bool run_command(const std::vector<std::string>& command);
// Starts one. It ends with the bench.
::pid_t start_command(const std::vector<std::string>& command, const std::filesystem::path& output,
                      int core);
// For this process from here on, and for the servers.
void pin_to_core(int core);
inline constexpr int server_core = 0, load_core = 1;

}  // namespace bench
