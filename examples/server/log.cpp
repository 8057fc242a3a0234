#include "log.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <utility>

#include <poll.h>
#include <unistd.h>

namespace safe_server {
namespace {

constexpr std::size_t most_pending = std::size_t{1} << 20;
// Lines are collected for a moment: one turn of the writer for each would cost a busy server half
// of its time.
constexpr std::size_t enough = most_pending / 4;
constexpr auto collect_time = std::chrono::milliseconds(50);
constexpr std::size_t longest_text = 512, longest_path = 120, longest_method = 16;
constexpr std::size_t piece = 4096;  // what a pipe takes without waiting, once it takes any
constexpr std::size_t id_like = 16;  // so many hex digits in a row may be a part of an id

bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

void append_escaped(std::string& text, char c) {
    constexpr char digits[] = "0123456789abcdef";
    auto byte = static_cast<unsigned char>(c);
    if (byte >= 0x20 && byte < 0x7F && c != '\\') {
        text += c;
        return;
    }
    text.append("\\x").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
}

std::string cut(std::string text, std::size_t most) {
    if (text.size() > most) text.replace(most, text.npos, "…");
    return text;
}

// For a field between blanks.
std::string field(std::string_view text, std::size_t most) {
    if (text.empty()) return "-";
    std::string whole = shown(text.substr(0, 4 * most));
    std::replace(whole.begin(), whole.end(), ' ', '+');
    return cut(std::move(whole), most);
}

}  // namespace

std::string shown(std::string_view text) {
    std::string made;
    while (!text.empty()) {
        std::size_t run = 0;
        while (run < text.size() && is_hex(text[run])) ++run;
        std::size_t size = std::max<std::size_t>(run, 1);
        if (run >= id_like)
            made.append(text.substr(0, 2)).append("…");
        else
            for (char c : text.substr(0, size)) append_escaped(made, c);
        text.remove_prefix(size);
    }
    return made;
}

Log::Log(bool requests, int handle)
    : requests_(requests), handle_(handle), writer_([this] { work(); }) {}

Log::~Log() {
    {
        std::lock_guard lock(guard_);
        ending_ = true;
    }
    more_.notify_one();
    writer_.join();
}

void Log::request(const Served& served, tresor::Timestamp now) {
    if (!requests_) return;
    std::string_view path = served.target.substr(0, served.target.find('?'));
    std::string line(" ");
    line.append(field(served.peer, 64)).append(" ");
    line.append(field(served.method, longest_method)).append(" ");
    line.append(field(path, longest_path)).append(" ");
    line.append(served.status == 0 ? "-" : std::to_string(served.status)).append(" ");
    line.append(std::to_string(served.bytes_in)).append(" ");
    line.append(std::to_string(served.bytes_out)).append(" ");
    line.append(std::to_string(std::llround(served.seconds * 1000))).append("ms");
    if (served.status != 0 && !served.whole) line.append(" cut");
    push(now, line.append("\n"));
}

void Log::say(std::string_view text, tresor::Timestamp now) {
    push(now, " tresor-server: " + cut(shown(text), longest_text) + "\n");
}

void Log::push(tresor::Timestamp now, const std::string& rest_of_line) {
    bool is_first = false, is_enough = false;
    {
        std::lock_guard lock(guard_);
        if (now != time_ || time_text_.empty()) time_text_ = tresor::format_rfc3339(time_ = now);
        std::size_t before = pending_.size(),
                    after = before + time_text_.size() + rest_of_line.size();
        if (after > most_pending) {
            ++lost_;
            return;
        }
        is_first = before == 0;
        is_enough = before < enough && after >= enough;
        pending_.append(time_text_).append(rest_of_line);
    }
    if (is_first || is_enough) more_.notify_one();
}

void Log::work() {
    std::unique_lock lock(guard_);
    while (true) {
        more_.wait(lock, [&] { return ending_ || !pending_.empty(); });
        if (pending_.empty()) return;
        more_.wait_for(lock, collect_time, [&] { return ending_ || pending_.size() >= enough; });
        std::string lines = std::exchange(pending_, {});
        if (std::uint64_t lost = std::exchange(lost_, 0); lost > 0)
            lines.append("tresor-server: standard error was too slow for ")
                .append(std::to_string(lost))
                .append(" more lines\n");
        lock.unlock();
        write(lines);
        lock.lock();
    }
}

// Whole lines at once, as many as a pipe is sure to take, so that nothing comes between.
void Log::write(std::string_view lines) {
    while (!lines.empty()) {
        pollfd ready{handle_, POLLOUT, 0};
        if (::poll(&ready, 1, 200) <= 0) {
            std::lock_guard lock(guard_);
            if (!ending_) continue;
            auto now = std::chrono::steady_clock::now();
            if (!give_up_) give_up_ = now + std::chrono::seconds(2);
            if (now > *give_up_) return;
            continue;
        }
        std::string_view some = lines.substr(0, piece);
        if (std::size_t end = some.rfind('\n'); end != some.npos) some = some.substr(0, end + 1);
        ssize_t size = ::write(handle_, some.data(), some.size());
        if (size < 0 && errno != EINTR && errno != EAGAIN) return;  // nobody is left to tell
        if (size > 0) lines.remove_prefix(static_cast<std::size_t>(size));
    }
}

}  // namespace safe_server
