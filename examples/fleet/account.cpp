#include "account.hpp"

#include <tresor/error.hpp>

namespace fleet {
namespace {

using tresor::safe::Action;
using tresor::safe::Trigger;

constexpr double day_seconds = 86400, year_seconds = 365.25 * day_seconds;
constexpr double quiet_share = 0.2;    // of accounts, that never change
constexpr double most_bytes = 524288;  // maxBackupBytes
constexpr double size_sigma = 1.0;     // of log-normal distributions
constexpr double opening_hours = 16, opening_sigma = 1.0;
constexpr double offline_sigma = 1.3;
constexpr double new_phone_days = 14, new_phone_sigma = 1.3;
constexpr std::uint64_t config_bytes = 48;
constexpr Seconds asks_again = hours(1);  // who wants to restore, and finds no server

const tresor::Error& no_server() {
    static const tresor::Error error(tresor::Errc::unavailable, "no connection");
    return error;
}

}  // namespace

std::uint64_t accounts_ever(const Model& model) {
    auto first = static_cast<double>(model.simulated());
    auto after_ramp = static_cast<double>(model.days - model.ramp_days());
    return model.simulated() +
           static_cast<std::uint64_t>(first * model.churn_per_year * after_ramp / 365.25);
}

Account::Account(const Model& model, const Rhythm& rhythm, std::uint64_t index, Tally& tally)
    : model_(model),
      rhythm_(rhythm),
      tally_(tally),
      random_(model.seed, index),
      traits_(traits_of(model, random_)),
      witness_(model, traits_.only_when_opened),
      shelf_(model, index, traits_.bytes, witness_, tally) {
    state_.retention_days = model.retention_days;
    if (traits_.only_when_opened) policy_.refresh_after = model.opened_refresh();
    next_.fill(never);
    next_[joining] = joins_at(index);
}

Account::Traits Account::traits_of(const Model& model, Random& random) {
    Traits traits{};
    traits.only_when_opened = random.chance(model.opened_share);
    double bytes = random.log_normal(model.backup_bytes, size_sigma);
    traits.bytes = static_cast<std::uint64_t>(std::clamp(bytes, 256.0, most_bytes));
    bool quiet = random.chance(quiet_share);
    double changes_a_day = -std::log1p(-model.change_probability);
    if (!quiet && changes_a_day > 0) traits.seconds_to_change = day_seconds / changes_a_day;
    traits.activity_to_opening = random.log_normal(opening_hours, opening_sigma) * 3600;
    return traits;
}

// The first ones come one by one in the days of the ramp, the others one by one afterwards.
Timestamp Account::joins_at(std::uint64_t index) {
    bool first = index < model_.simulated();
    std::int64_t from = first ? 0 : model_.ramp_days();
    std::int64_t to = first ? model_.ramp_days() : model_.days;
    double day = random_.unit() * static_cast<double>(to - from);
    auto midnight = beginning + days(from + static_cast<std::int64_t>(day));
    return rhythm_.after(midnight, random_.unit() * (day_seconds - 1));
}

void Account::live_until(Timestamp until) {
    while (!gone_) {
        auto next = std::min_element(next_.begin(), next_.end());
        if (*next >= until) return;
        now_ = *next;
        happen(static_cast<Event>(next - next_.begin()));
    }
}

void Account::happen(Event event) {
    switch (event) {
        case joining: return join();
        case run: return traits_.only_when_opened ? open_app() : start_job();
        case presence: return come_or_go();
        case back_up_now:
            next_[back_up_now] = in_years(model_.now_per_year);
            if (online_) tick(Trigger::force);
            return plan_run();
        case loss:
            phone_lost_ = true;
            go_offline();
            next_[presence] =
                in(random_.log_normal_of_mean(new_phone_days, new_phone_sigma) * day_seconds);
            return;
        default: return leave();
    }
}

Timestamp Account::in(double seconds) const {
    constexpr double longest = 1e11;
    return tresor::later(now_, Seconds(1 + static_cast<std::int64_t>(std::min(seconds, longest))));
}

Timestamp Account::in_years(double per_year) {
    return per_year > 0 ? in(random_.exponential(year_seconds / per_year)) : never;
}

void Account::join() {
    ++tally_.totals.joined;
    next_[joining] = never;
    next_[leaving] = in_years(model_.churn_per_year);
    if (traits_.seconds_to_change > 0)
        changes_at_ = in(random_.exponential(traits_.seconds_to_change));
    switch_on();
}

// A new account, or an old one on a new phone.
void Account::switch_on() {
    online_ = true;
    witness_.online(now_);
    look_at_clock();
    state_ = {};
    state_.enabled = true;
    state_.enabled_at = phone_time();
    state_.retention_days = model_.retention_days;
    tick(Trigger::force);
    next_[back_up_now] = in_years(model_.now_per_year);
    next_[loss] = in_years(model_.lost_phones_per_year);
    plan_absence();
    plan_run();
}

void Account::start_job() {
    tick(Trigger::tick);
    plan_run();
}

// Tries whenever it is opened, once it is due, and after a failure does not wait.
void Account::open_app() {
    shelf_.settle(now_);
    witness_.opened(now_);
    auto due = tresor::safe::next_due(state_, policy_, phone_time());
    if (state_.failures > 0 || (due && *due <= phone_time())) tick(Trigger::tick);
    plan_run();
}

void Account::plan_run() {
    next_[run] = never;
    if (!online_) return;
    if (traits_.only_when_opened) {
        next_[run] =
            std::max(now_ + minutes(1),
                     rhythm_.after(now_, random_.exponential(traits_.activity_to_opening)));
        return;
    }
    auto due = tresor::safe::next_due(state_, policy_, phone_time());
    if (!due) return;
    next_[run] = std::max(now_ + minutes(1), *due - skew_) + random_.up_to(model_.jitter());
}

// What the library's own client does (client.hpp): asks for the config, decides, uploads. Without
// a server it is no failure if there was nothing to do.
void Account::tick(Trigger trigger) {
    shelf_.settle(now_);
    bool up = !model_.server_down(now_);
    if (up) {
        tally_.connection(now_);
        tally_.request(now_, Method::config, 0, config_bytes);
    } else {
        ++tally_.totals.failed_attempts;
    }
    if (changed_by_now()) ++content_;
    auto decision = tresor::safe::decide(state_, digest(), trigger, policy_, phone_time());
    if (decision.action == Action::skip) {
        state_ = tresor::safe::after_skip(std::move(state_), decision.reason, phone_time());
    } else if (!up) {
        state_ = tresor::safe::after_failure(std::move(state_), no_server(), phone_time());
    } else {
        upload();
    }
}

bool Account::changed_by_now() {
    if (now_ < changes_at_) return false;
    changes_at_ = in(random_.exponential(traits_.seconds_to_change));
    return true;
}

tresor::safe::Digest Account::digest() const {
    tresor::safe::Digest digest{};
    for (std::size_t i = 0; i < 8; ++i) digest[i] = static_cast<tresor::Byte>(content_ >> (8 * i));
    return digest;
}

void Account::upload() {
    if (auto before = shelf_.uploaded()) {
        Seconds age = now_ - *before, kept = days(model_.retention_days);
        ++tally_.totals.renewed;
        if (age > kept - days(14)) ++tally_.totals.renewed_late;
        tally_.totals.oldest_renewed = std::max(tally_.totals.oldest_renewed, age.count());
    }
    tally_.request(now_, Method::put, traits_.bytes, 0);
    shelf_.put(now_);
    witness_.uploaded(now_);
    state_ = tresor::safe::after_upload(std::move(state_), digest(), phone_time());
}

void Account::come_or_go() {
    if (online_) return go_offline();
    if (phone_lost_) return restore();
    come_online();
}

void Account::go_offline() {
    if (online_) witness_.offline(now_);
    online_ = false;
    next_[run] = never;
    double absence = random_.log_normal_of_mean(model_.mean_offline_days, offline_sigma);
    next_[presence] = in(absence * day_seconds);
    if (phone_lost_) next_[back_up_now] = next_[loss] = never;
}

void Account::come_online() {
    online_ = true;
    witness_.online(now_);
    look_at_clock();
    plan_absence();
    plan_run();
}

// So that `offline_share` of all phones are offline at any time.
void Account::plan_absence() {
    double share = model_.offline_share;
    next_[presence] =
        share > 0
            ? in(random_.exponential(model_.mean_offline_days * day_seconds * (1 - share) / share))
            : never;
}

// Battery empty, switched off, abroad: its clock goes differently from now on.
void Account::look_at_clock() { skew_ = random_.up_to(2 * model_.skew()) - model_.skew(); }

// On a new phone. What is not there any more is begun anew.
void Account::restore() {
    if (model_.server_down(now_)) {
        ++tally_.totals.failed_attempts;
        next_[presence] = now_ + asks_again;
        return;
    }
    shelf_.settle(now_);
    tally_.connection(now_);
    tally_.request(now_, Method::get, 0, shelf_.has() ? traits_.bytes : 10);
    ++(shelf_.has() ? tally_.totals.restored : tally_.totals.not_restored);
    phone_lost_ = false;
    switch_on();
}

// Half of those who go switch Safe off, which removes the backup if the server can be reached;
// the others delete the app, and nobody tells the server.
void Account::leave() {
    shelf_.settle(now_);
    gone_ = true;
    bool switches_off = random_.chance(0.5) && !phone_lost_;
    ++(switches_off ? tally_.totals.disabled : tally_.totals.deleted_app);
    witness_.owner_left(now_);
    if (!switches_off || !online_ || model_.server_down(now_)) return shelf_.leave_behind(now_);
    tally_.connection(now_);
    tally_.request(now_, Method::remove, 0, 0);
    shelf_.remove(now_);
}

void Account::finish() {
    shelf_.settle(model_.end());
    if (shelf_.has()) ++tally_.totals.at_end;
    if (!gone_) ++(shelf_.has() ? tally_.totals.with_backup : tally_.totals.without_backup);
    if (shelf_.lost()) ++tally_.totals.lost_accounts;
    if (shelf_.expired()) ++tally_.totals.expired_accounts;
}

}  // namespace fleet
