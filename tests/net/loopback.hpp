// A server on this machine that says what it is told to say.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace test {

// What is said to one request: bytes, as they are.
struct Said {
    std::string bytes;
    bool then_close = false;
    int pause_ms = 0;          // before each byte: a drip
    bool before_body = false;  // said when the head has come, the body is not read
    bool endless = false;      // the bytes over and over, until the other side has enough
};

// `HTTP/1.1 200 OK` with a length and a body.
Said answer(std::string_view status, std::string_view body = {}, std::string_view headers = {});

class Loopback {
public:
    // One for each request in order, on whichever connection; the last one for all that follow.
    explicit Loopback(std::vector<Said> script, bool ipv6 = false);
    Loopback(const Loopback&) = delete;
    Loopback& operator=(const Loopback&) = delete;
    ~Loopback();

    std::string url() const;  // http://127.0.0.1:PORT/
    struct Seen {
        std::string head;  // all lines, each with CRLF
        std::string body;
    };
    std::vector<Seen> seen() const;
    int connections() const { return connections_; }

private:
    void accept_all();
    void serve(int connection);
    bool read_until(int connection, std::string& buffer, std::size_t size);
    bool say(int connection, const Said& said);
    Said next();

    std::vector<Said> script_;
    bool ipv6_;
    int listening_ = -1, port_ = 0;
    mutable std::mutex guard_;
    std::vector<Seen> seen_;
    std::vector<int> open_;
    std::atomic<int> connections_ = 0;
    std::atomic<bool> ends_ = false;
    std::vector<std::jthread> serving_;
    std::jthread accepting_;
};

}  // namespace test
