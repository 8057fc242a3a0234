// Counts messages for stats.hpp, chat by chat. Memory is bounded however many there are.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <tresor/data_backup/stats.hpp>

namespace tresor::data_backup {

// The longest time between two moments that come in any order. Up to 131072 different moments it is
// exact; of more, those near each other are one, and only silences shorter than that are not seen.
class Silence {
public:
    void add(Moment moment);
    struct Found {
        Millis length{0};
        OptionalMoment from;
    };
    Found longest();

private:
    void merge();
    struct Span {
        std::int64_t first, last;
    };
    std::vector<Span> spans_;
    std::int64_t width_ = 1;  // spans that begin in one stretch of this length are one
};

class StatsCounter {
public:
    explicit StatsCounter(UtcOffset utc_offset) : utc_offset_(std::move(utc_offset)) {}

    // Chats come one by one: begin, its messages in any order, end.
    void begin(const Chat& chat);
    // `media_bytes`: of its file, if the archive has it.
    void add(const Message& message, const Content& content, std::uint64_t media_bytes);
    void end();
    Stats finish();

private:
    void count_media(const Message& message, const Content& content, std::uint64_t media_bytes);
    void count_sender(const Message& message);
    void count_time(Moment moment);

    UtcOffset utc_offset_;
    Stats stats_;
    ChatStats chat_;
    Silence chat_silence_, silence_;
    std::size_t senders_ = 0;  // of all chats
};

}  // namespace tresor::data_backup
