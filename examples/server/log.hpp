// What a server says on standard error: a line for each request, and what else there is to say.
//
//     2026-12-01T10:00:00Z 192.0.2.1 PUT /backups/06… 204 5120 0 3ms
//     2026-12-01T10:00:05Z tresor-server: 3 backups expired and were removed
//
// - Of a request: time, address, method, path, status (- if the connection was lost before an
//   answer), bytes of the body that came, bytes of the body that went, time it took.
// - A backup id is cut to its first byte wherever it stands, as is every run of 16 and more hex
//   digits. A query is left out. Headers, users and passwords are never there. What is no printable
//   ASCII is escaped (\x1b).
// - Nobody waits for standard error: lines go through a buffer of 1 MiB, twenty times a second, and
//   if it is full they are counted and left out. A closed standard error loses lines and nothing
//   else.
// Threads may share it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

#include <tresor/time.hpp>

#include "service.hpp"

namespace safe_server {

class Log {
public:
    // `requests`: whether there is a line for each of them.
    explicit Log(bool requests = true, int handle = 2);
    ~Log();  // gives what is left two seconds
    Log(const Log&) = delete;
    Log& operator=(const Log&) = delete;

    void request(const Served& served, tresor::Timestamp now);
    void say(std::string_view text, tresor::Timestamp now = tresor::now());

private:
    void push(tresor::Timestamp now, const std::string& rest_of_line);
    void work();
    void write(std::string_view lines);

    bool requests_;
    int handle_;
    std::mutex guard_;
    std::condition_variable more_;
    std::string pending_;
    tresor::Timestamp time_{};
    std::string time_text_;  // of time_
    std::uint64_t lost_ = 0;
    bool ending_ = false;
    std::optional<std::chrono::steady_clock::time_point> give_up_;  // the writer's own
    std::thread writer_;
};

// What may be shown of a path, or of an error's words: ids cut, the rest escaped.
std::string shown(std::string_view text);

}  // namespace safe_server
