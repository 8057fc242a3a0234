// Statistics of a chat archive: who wrote how much, when, and what.
//
// Status notices (calls and events of groups among them) and deleted messages are no messages of
// anybody and are counted apart. What went to a distribution list stands in the chat of each of its
// members too: it counts for the list alone, not for the archive. Days, hours and weekdays are
// those of `utc_offset`; what has no time, or one outside the years 0 to 9999, is in none of them.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <tresor/data_backup/export.hpp>

namespace tresor::data_backup {

struct ChatStats {
    std::string id, name;
    ChatKind kind = ChatKind::contact;
    std::uint64_t sent = 0, received = 0, notices = 0, deleted = 0;
    std::map<std::string, std::uint64_t> by_sender;  // identity, 64 bytes of it -> messages; of all
                                                     // chats at most 200,000 senders
    std::uint64_t media = 0, media_bytes = 0;        // files in the archive
    OptionalMoment first, last;
    Millis longest_silence{0};
    OptionalMoment silence_from;
};

struct MediaStats {
    std::uint64_t count = 0;    // messages of this kind
    std::uint64_t present = 0;  // with their file in the archive
    std::uint64_t bytes = 0;    // of those, as the archive says
};

struct Stats {
    std::vector<ChatStats> chats;  // most messages first
    std::uint64_t messages = 0, sent = 0, received = 0, notices = 0, deleted = 0;
    std::map<std::string, std::uint64_t> per_day;  // "2025-01-31" -> messages
    std::array<std::uint64_t, 24> per_hour{};
    std::array<std::uint64_t, 7> per_weekday{};  // from Monday
    std::map<std::string, MediaStats>
        media;  // by kind: "image", "gif", "video", "audio", "voice_message", "contact", "file"
    OptionalMoment first, last;
    Millis longest_silence{0};  // between two messages of the archive
    OptionalMoment silence_from;
    std::vector<Finding> findings;
};

// Throws cancelled. A chat that is damaged is a finding. Progress is in packed bytes of the tables.
Stats statistics(DataBackup& archive, const UtcOffset& utc_offset = {});

// One page with charts (SVG), without scripts or anything from elsewhere.
std::string statistics_page(const Stats& stats, Language language,
                            const UtcOffset& utc_offset = {});

}  // namespace tresor::data_backup
