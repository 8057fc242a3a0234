// The life of one account, event by event: joined, phone and app as they come and go, uploads as
// tresor's cycle decides (safe/cycle.hpp), gone.
//
// Accounts share nothing but the time of day and the server's outages, so that each can be lived
// through by itself: it needs no queue of events that a million of them share, and no memory for
// more than a few of them at a time (simulation.hpp).
#pragma once

#include <array>

#include <tresor/safe/cycle.hpp>

#include "random.hpp"
#include "rhythm.hpp"
#include "shelf.hpp"
#include "tally.hpp"
#include "witness.hpp"

namespace fleet {

// How many accounts there ever are: those of the beginning, and those that come for ones that go.
std::uint64_t accounts_ever(const Model& model);

// Keeps model, rhythm and tally.
class Account {
public:
    Account(const Model& model, const Rhythm& rhythm, std::uint64_t index, Tally& tally);
    // All that happens before this time; times must not go back.
    void live_until(Timestamp until);
    // At the end of the simulation.
    void finish();

private:
    // What may come next. An app that the system runs has `run` when the job starts, one that is
    // only opened when it is opened.
    enum Event { joining, run, presence, back_up_now, loss, leaving, events };

    struct Traits {
        bool only_when_opened;
        std::uint64_t bytes;
        double seconds_to_change;    // on average; 0: never
        double activity_to_opening;  // on average
    };

    static Traits traits_of(const Model& model, Random& random);
    Timestamp joins_at(std::uint64_t index);
    Timestamp in(double seconds) const;
    Timestamp in_years(double per_year);

    void join();
    void happen(Event event);
    void switch_on();
    void start_job();
    void open_app();
    void come_or_go();
    void go_offline();
    void come_online();
    void restore();
    void leave();

    void tick(tresor::safe::Trigger trigger);
    void upload();
    bool changed_by_now();
    tresor::safe::Digest digest() const;
    Timestamp phone_time() const { return now_ + skew_; }
    void plan_run();
    void plan_absence();
    void look_at_clock();

    const Model& model_;
    const Rhythm& rhythm_;
    Tally& tally_;
    Random random_;
    Traits traits_;
    Witness witness_;
    Shelf shelf_;
    tresor::safe::CycleState state_;
    tresor::safe::CyclePolicy policy_;
    std::array<Timestamp, events> next_;
    Timestamp now_{}, changes_at_ = never;
    Seconds skew_{};
    std::uint64_t content_ = 0;  // counts the changes
    bool online_ = false, phone_lost_ = false, gone_ = false;
};

}  // namespace fleet
