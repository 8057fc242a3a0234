#include "progress.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <memory>

#include "system.hpp"

namespace cli {
namespace {

using Clock = std::chrono::steady_clock;

std::string bytes_text(double bytes) {
    constexpr std::array units = {"B", "kB", "MB", "GB", "TB"};
    std::size_t unit = 0;
    for (; bytes >= 1000 && unit + 1 < units.size(); ++unit) bytes /= 1000;
    std::array<char, 32> text;
    std::snprintf(text.data(), text.size(), unit == 0 || bytes >= 100 ? "%.0f %s" : "%.1f %s",
                  bytes, units[unit]);
    return text.data();
}

std::string time_text(double seconds) {
    auto whole = static_cast<long long>(std::min(seconds, 359999.0));
    std::array<char, 32> text;
    if (whole >= 3600)
        std::snprintf(text.data(), text.size(), "%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60,
                      whole % 60);
    else
        std::snprintf(text.data(), text.size(), "%lld:%02lld", whole / 60, whole % 60);
    return text.data();
}

// One line, drawn over and over.
class Bar {
public:
    Bar() = default;
    Bar(const Bar&) = delete;
    // Whatever is said next does not stand behind it.
    ~Bar() {
        if (visible_) write_stderr("\r\x1b[K");
    }
    void show(std::uint64_t done, std::optional<std::uint64_t> total) {
        auto now = Clock::now();
        if (done < last_done_) began_ = drawn_ = now;  // the next piece of work
        last_done_ = done;
        double seconds = std::chrono::duration<double>(now - began_).count();
        bool ends = total && done >= *total;
        if (seconds < 0.5 || (!ends && now - drawn_ < std::chrono::milliseconds(100))) return;
        drawn_ = now;
        visible_ = !ends;
        write_stderr(std::string("\r\x1b[K").append(ends ? "" : line(done, total, seconds)));
    }

private:
    static std::string line(std::uint64_t done, std::optional<std::uint64_t> total,
                            double seconds) {
        auto bytes = static_cast<double>(done);
        double rate = bytes / seconds;
        std::string text = bytes_text(bytes);
        if (total && *total > 0) {
            auto all = static_cast<double>(*total);
            auto filled = static_cast<std::size_t>(20 * bytes / all);
            std::string bar("[");
            bar.append(filled, '=').append(20 - filled, ' ').append("] ");
            text = bar.append(text).append(" of ").append(bytes_text(all));
            if (rate > 0) text.append(", ").append(time_text((all - bytes) / rate)).append(" left");
        }
        return text.append(", ").append(bytes_text(rate)).append("/s");
    }

    Clock::time_point began_ = Clock::now(), drawn_ = began_;
    std::uint64_t last_done_ = 0;
    bool visible_ = false;
};

}  // namespace

tresor::Progress progress_bar(const Tool& tool) {
    if (tool.quiet || !stderr_is_terminal())
        return [](std::uint64_t, std::optional<std::uint64_t>) { return !interrupted(); };
    return [bar = std::make_shared<Bar>()](std::uint64_t done, std::optional<std::uint64_t> total) {
        bar->show(done, total);
        return !interrupted();
    };
}

}  // namespace cli
