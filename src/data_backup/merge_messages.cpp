#include "data_backup/merge_messages.hpp"

#include <algorithm>
#include <tuple>

namespace tresor::data_backup {

namespace {

using Items = std::vector<MergeItem>;
constexpr std::size_t nobody = static_cast<std::size_t>(-1);

class Matcher {
public:
    Matcher(const Items& first, const Items& second)
        : first_(first),
          second_(second),
          of_first_(first.size(), nobody),
          of_second_(second.size(), nobody) {}

    // Pairs, in the order of the first.
    std::vector<MergePlan::Pair> run() {
        match([](const MergeItem& item) { return item.uid; });
        match([](const MergeItem& item) { return item.origin; });
        match(
            [](const MergeItem& item) { return item.uid == 0 && item.origin == 0 ? item.row : 0; });
        std::vector<MergePlan::Pair> pairs;
        for (std::size_t i = 0; i < first_.size(); ++i)
            if (of_first_[i] != nobody) pairs.push_back({{i, of_first_[i]}, 0, false});
        return pairs;
    }

private:
    // What has no partner yet, by this fingerprint; of several the first gets the first.
    template <class Key>
    void match(const Key& key) {
        std::vector<std::pair<std::uint64_t, std::size_t>> open;
        for (std::size_t i = 0; i < first_.size(); ++i)
            if (of_first_[i] == nobody && key(first_[i]) != 0) open.emplace_back(key(first_[i]), i);
        std::sort(open.begin(), open.end());
        std::vector<std::size_t> taken(open.size(), 0);  // at the first of each fingerprint
        for (std::size_t j = 0; j < second_.size(); ++j) {
            std::uint64_t wanted = key(second_[j]);
            if (of_second_[j] != nobody || wanted == 0) continue;
            auto at = static_cast<std::size_t>(
                std::lower_bound(open.begin(), open.end(), std::pair(wanted, std::size_t{0})) -
                open.begin());
            if (at == open.size() || open[at].first != wanted) continue;
            std::size_t next = at + taken[at];
            if (next == open.size() || open[next].first != wanted) continue;
            ++taken[at];
            of_second_[j] = open[next].second;
            of_first_[open[next].second] = j;
        }
    }

    const Items &first_, &second_;
    std::vector<std::size_t> of_first_, of_second_;
};

void judge(MergePlan::Pair& pair, const MergeItem& first, const MergeItem& second,
           std::size_t newer) {
    auto score = [&](const MergeItem& item, std::size_t side) {
        return std::tuple(item.changed, item.modified, side == newer);
    };
    pair.winner = score(second, 1) > score(first, 0) ? 1 : 0;
    pair.conflict = first.content != second.content && first.changed == second.changed;
}

// The longest run of pairs that stand in the same order in both: patience sorting.
std::vector<std::size_t> anchors_of(const std::vector<MergePlan::Pair>& pairs) {
    std::vector<std::size_t> tails, before(pairs.size(), nobody);
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        auto at = std::lower_bound(
            tails.begin(), tails.end(), pairs[i].places[1],
            [&](std::size_t tail, std::size_t place) { return pairs[tail].places[1] < place; });
        if (at != tails.begin()) before[i] = *(at - 1);
        if (at == tails.end())
            tails.push_back(i);
        else
            *at = i;
    }
    std::vector<std::size_t> anchors;
    for (std::size_t at = tails.empty() ? nobody : tails.back(); at != nobody; at = before[at])
        anchors.push_back(at);
    std::reverse(anchors.begin(), anchors.end());
    return anchors;
}

class Planner {
public:
    Planner(const Items& first, const Items& second, std::size_t newer)
        : items_{&first, &second},
          lost_{std::vector<bool>(first.size()), std::vector<bool>(second.size())} {
        plan_.pairs = Matcher(first, second).run();
        for (MergePlan::Pair& pair : plan_.pairs) {
            judge(pair, first[pair.places[0]], second[pair.places[1]], newer);
            std::size_t loser = 1 - pair.winner;
            lost_[loser][pair.places[loser]] = true;
        }
    }

    MergePlan run() {
        plan_.steps.reserve(items_[0]->size() + items_[1]->size());
        for (std::size_t anchor : anchors_of(plan_.pairs)) {
            const MergePlan::Pair& pair = plan_.pairs[anchor];
            fill(pair.places[0], pair.places[1]);
            step(pair.winner);
            step(1 - pair.winner);
        }
        fill(items_[0]->size(), items_[1]->size());
        return std::move(plan_);
    }

private:
    void step(std::size_t side) {
        bool lost = lost_[side][at_[side]++];
        if (side == 0)
            plan_.steps.push_back(lost ? MergeStep::skip_first : MergeStep::take_first);
        else
            plan_.steps.push_back(lost ? MergeStep::skip_second : MergeStep::take_second);
    }

    // Up to these places.
    void fill(std::size_t first, std::size_t second) {
        while (at_[0] < first || at_[1] < second) {
            if (at_[0] == first || at_[1] == second) {
                step(at_[0] == first ? 1 : 0);
                continue;
            }
            bool later = (*items_[0])[at_[0]].created > (*items_[1])[at_[1]].created;
            step(later ? 1 : 0);
        }
    }

    const Items* items_[2];
    std::vector<bool> lost_[2];
    std::size_t at_[2] = {0, 0};
    MergePlan plan_;
};

}  // namespace

MergePlan plan_merge(const std::vector<MergeItem>& first, const std::vector<MergeItem>& second,
                     std::size_t newer) {
    return Planner(first, second, newer).run();
}

}  // namespace tresor::data_backup
