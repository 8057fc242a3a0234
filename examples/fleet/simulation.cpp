#include "simulation.hpp"

#include <atomic>
#include <deque>
#include <future>

#include "account.hpp"

namespace fleet {
namespace {

// Some accounts live through some days together, so that these accounts and the counters of these
// days stay in the processor's cache.
constexpr std::uint64_t batch = 400;
constexpr auto stretch = days(4);

// Takes batches of accounts until there are none left.
class Worker {
public:
    Worker(const Model& model, const Rhythm& rhythm, std::atomic<std::uint64_t>& next)
        : model_(model), rhythm_(rhythm), next_(next), all_(accounts_ever(model)) {}

    Tally work(const Watch& watch) {
        Tally tally(model_);
        for (;;) {
            std::uint64_t from = next_.fetch_add(batch);
            if (from >= all_) return tally;
            live(from, std::min(from + batch, all_), tally);
            if (watch) watch(std::min(from + batch, all_), all_);
        }
    }

private:
    void live(std::uint64_t from, std::uint64_t to, Tally& tally) const {
        std::deque<Account> accounts;
        for (std::uint64_t i = from; i < to; ++i) accounts.emplace_back(model_, rhythm_, i, tally);
        for (Timestamp until = beginning; until < model_.end();) {
            until = std::min(until + stretch, model_.end());
            for (Account& account : accounts) account.live_until(until);
        }
        for (Account& account : accounts) account.finish();
    }

    const Model& model_;
    const Rhythm& rhythm_;
    std::atomic<std::uint64_t>& next_;
    std::uint64_t all_;
};

}  // namespace

Tally simulate(const Model& model, unsigned jobs, const Watch& watch) {
    Rhythm rhythm;
    std::atomic<std::uint64_t> next = 0;
    std::vector<std::future<Tally>> others;
    for (unsigned i = 1; i < jobs; ++i)
        others.push_back(
            std::async(std::launch::async, [&] { return Worker(model, rhythm, next).work({}); }));
    Tally sum = Worker(model, rhythm, next).work(watch);
    for (auto& other : others) sum.add(other.get());
    sum.settle();
    return sum;
}

}  // namespace fleet
