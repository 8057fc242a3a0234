// What is said of messages in words, in the languages of an export: for pages and transcripts.
//
// Plain UTF-8 without markup, one line each unless it says otherwise. Names, places and questions
// that other people chose are in it as they stand, but for control characters, which become
// spaces, and cut where they are long. Whoever writes HTML escapes all of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "data_backup/chat_writer.hpp"

namespace tresor::data_backup {

struct Words;

// Keeps `lookup`. Any number of threads, if it can be used by them.
class Phrases {
public:
    Phrases(Language language, const Lookup& lookup);

    // A sentence for what is neither text nor file: a call, a group call, a group event, a poll, a
    // place, forward security, a body that cannot be read; a deleted message. Status notices are
    // their text, which may have several lines. Empty for texts and files.
    std::string notice(const Message& message, const Content& content) const;

    std::string deleted() const;                          // "This message was deleted"
    std::string edited() const;                           // "edited"
    std::string sender(const Message& message) const;     // "You" if outgoing; never empty
    std::string person(std::string_view identity) const;  // "You" for the owner; never empty
    std::string location(const Location& location) const;
    // "UTC", "UTC+02:00": by which clock a time is told.
    static std::string clock(Timestamp time, const UtcOffset& utc_offset);
    // The text with "@Alice" for each "@[ALICE001]", and "@everyone" for "@[@@@@@@@@]".
    std::string with_mentions(std::string_view text) const;
    std::string kind(const File& file) const;      // "Picture", "Voice message", "Sticker" …
    std::string quoted(const Quote& quote) const;  // its text, what stands for it if none
    std::string quoted_person(const Quote& quote) const;  // may be empty
    std::string votes(std::uint64_t count) const;         // "1 vote", "2 votes"
    std::string messages(std::uint64_t count) const;
    std::string kind(ChatKind kind) const;  // "Chat", "Group", "Distribution list"
    std::string members() const;            // "Members"

    std::string day(const CivilTime& time) const;     // "Friday, 31 January 2025"
    std::string date(const CivilTime& time) const;    // "31 January 2025"
    std::string month(unsigned month) const;          // 1 to 12: "January"
    std::string weekday(unsigned weekday) const;      // from Monday, 0: "Monday"
    std::string time(const CivilTime& time) const;    // "09:05"
    std::string moment(const CivilTime& time) const;  // "31 January 2025, 09:05"
    std::string size(std::uint64_t bytes) const;      // "1.4 MB", "1,4 MB": 1000 bytes are a kB
    std::string duration(double seconds) const;       // "0:07", "1:02:03"

private:
    const Words& words_;
    const Lookup& lookup_;
};

// The whole second a moment lies in, for civil_time().
Timestamp second_of(Moment moment) noexcept;

// One line: control characters are spaces, and of more than `most` bytes "…" stands for the rest.
std::string one_line(std::string_view text, std::size_t most = 200);

// How many chose each, in the order of `poll.choices`: of polls that only count, what was counted.
std::vector<std::uint64_t> tally(const Poll& poll);

}  // namespace tresor::data_backup
