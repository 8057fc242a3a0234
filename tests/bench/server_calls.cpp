// The system calls of a PUT: which, how many, and in which order.

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include <sys/wait.h>
#include <unistd.h>

#include "http_load.hpp"
#include "server.hpp"

namespace fs = std::filesystem;

namespace {

// Each thread of a process has its tracer.
bool traced(::pid_t process) {
    for (auto& thread : fs::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
        std::ifstream status(thread.path() / "status");
        for (std::string line; std::getline(status, line);)
            if (line == "TracerPid:\t0") return false;
    }
    return true;
}

// The lines of strace while `work` runs, one for each call when it began; empty without strace.
std::vector<std::string> trace(::pid_t process, const fs::path& log,
                               const std::function<void()>& work) {
    std::string program = bench::program_path("strace");
    if (program.empty()) return {};
    fs::remove(log);
    std::vector<std::string> command{
        program, "-f", "-y", "-s", "20", "-o", log, "-p", std::to_string(process), "-e"};
    command.push_back(
        "trace=fsync,fdatasync,syncfs,rename,renameat,renameat2,link,linkat,sendto,sendmsg,write,"
        "writev");
    ::pid_t pid = bench::start_command(command, "/dev/null", bench::load_core);
    int status = 0;
    bool runs = true, ready = false;
    for (int tries = 0; tries < 500 && runs && !ready; ++tries) {
        ::usleep(10000);
        runs = ::waitpid(pid, &status, WNOHANG) == 0;
        ready = traced(process);
    }
    if (ready) work();
    if (runs) ::kill(pid, SIGINT), ::waitpid(pid, &status, 0);
    std::vector<std::string> lines;
    std::ifstream file(log);
    for (std::string line; ready && std::getline(file, line);) {
        line.erase(0, line.find_first_not_of("0123456789 "));
        if (!line.starts_with("<...") && !line.starts_with("+++")) lines.push_back(line);
    }
    return lines;
}

bool syncs(const std::string& line) {
    return line.starts_with("fsync(") || line.starts_with("fdatasync(");
}
bool syncs_folder(const std::string& line) {
    return syncs(line) && line.find("/backups>") != line.npos;
}
bool renames(const std::string& line) {
    return line.starts_with("rename") || line.starts_with("link");
}
bool answers(const std::string& line) { return line.find("\"HTTP/1.1 ") != line.npos; }

bench::Requests puts(std::size_t first, std::size_t names) {
    constexpr std::size_t size = 16 << 10;
    bench::Requests requests{.heads = {}, .body = std::string(size, 'z')};
    for (std::size_t i = first; i < first + names; ++i)
        requests.heads.push_back(bench::head_of("PUT", bench::target_of(i), size));
    return requests;
}

void print_order(const std::vector<std::string>& lines) {
    std::printf("  one PUT: ");
    for (auto& line : lines) {
        if (syncs(line)) std::printf("fsync of the %s, ", syncs_folder(line) ? "folder" : "file");
        if (renames(line)) std::printf("%s, ", line.substr(0, line.find('(')).c_str());
        if (answers(line))
            std::printf("answer \"%s\"\n", line.substr(line.find("HTTP/1.1 "), 12).c_str());
    }
}

void print_counts(const std::vector<std::string>& lines, int connections, int requests) {
    int files = 0, folders = 0, names = 0;
    for (auto& line : lines) {
        files += syncs(line) && !syncs_folder(line);
        folders += syncs_folder(line);
        names += renames(line);
    }
    auto per = [&](int count) { return static_cast<double>(count) / requests; };
    std::printf(
        "  %d connection(s), %d PUTs: %.2f fsync of a file, %.2f of the folder, %.2f "
        "rename or link for each\n",
        connections, requests, per(files), per(folders), per(names));
}

}  // namespace

void bench::system_calls(const Ground& ground, const std::string& ours) {
    std::printf("\nsystem calls of a PUT of 16 KiB, by strace\n");
    Peers peers;
    add(peers, "tresor-server", [&] { return start_ours(ours, ground.site("calls", 0, 0)); });
    for (auto& peer : peers) {
        fs::path log = ground.path() / "strace";
        auto put = [&](std::size_t first, std::size_t names, int connections, int requests) {
            return trace(peer->pid(), log, [&] {
                load(peer->port(), puts(first, names), connections,
                     {.requests = static_cast<std::uint64_t>(requests)});
            });
        };
        put(0, 1, 1, 1);
        auto one = put(1, 1, 1, 1);
        if (one.empty()) {
            std::printf("  left out: strace is not installed, or may not look\n");
            return;
        }
        print_order(one);
        print_counts(put(2, 100, 1, 200), 1, 200);
        print_counts(put(2, 100, 8, 400), 8, 400);
    }
}
