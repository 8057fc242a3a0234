// The order of a chat that two archives have (filter.hpp): a plan, made of fingerprints.
//
// What both have is there once, and is an anchor: between two anchors stand the messages of each
// archive in its own order, and among each other by time.
#pragma once

#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace tresor::data_backup {

inline constexpr std::int64_t no_time = std::numeric_limits<std::int64_t>::min();

// A message. Fingerprints are 0 where there is nothing to take one of.
struct MergeItem {
    std::uint64_t uid = 0;
    std::uint64_t origin = 0;   // id and sender
    std::uint64_t content = 0;  // type, body, caption
    std::uint64_t row = 0;      // of what has neither uid nor id
    std::int64_t created = no_time, changed = no_time, modified = no_time;
    std::uint64_t line = 0;
};

enum class MergeStep : std::uint8_t { take_first, take_second, skip_first, skip_second };

struct MergePlan {
    std::vector<MergeStep> steps;  // each message of both once, in order of its archive
    // A message that both have: its places in both, and who wins.
    struct Pair {
        std::size_t places[2] = {0, 0};
        std::size_t winner = 0;
        bool conflict = false;
    };
    std::vector<Pair> pairs;
};

// `newer`: 0 or 1, the archive that wins where the messages do not tell.
MergePlan plan_merge(const std::vector<MergeItem>& first, const std::vector<MergeItem>& second,
                     std::size_t newer);

}  // namespace tresor::data_backup
