#include "witness.hpp"

namespace fleet {
namespace {

constexpr Seconds longest_pause = hours(6);
constexpr Seconds longest_refresh = days(365);

}  // namespace

Witness::Witness(const Model& model, bool only_when_opened)
    : model_(model),
      only_when_opened_(only_when_opened),
      renews_after_(std::min(only_when_opened
                                 ? model.opened_refresh()
                                 : Seconds(std::chrono::days(model.retention_days)) / 2,
                             longest_refresh)),
      needs_(longest_pause + model.jitter() + 2 * model.skew()) {}

void Witness::uploaded(Timestamp now) {
    uploaded_ = now;
    renew_from_ = now + renews_after_ + 2 * model_.skew();
    renew_until_ = now + std::chrono::days(model_.retention_days);
    online_.clear();
    if (is_online_) online_.push_back({now, never});
    opened_in_time_ = false;
}

void Witness::online(Timestamp now) {
    is_online_ = true;
    online_.push_back({now, never});
}

void Witness::offline(Timestamp now) {
    if (is_online_) online_.back().to = now;
    is_online_ = false;
}

void Witness::opened(Timestamp now) {
    if (now >= renew_from_ && now < renew_until_ && !model_.server_down(now))
        opened_in_time_ = true;
}

void Witness::owner_left(Timestamp now) {
    offline(now);
    left_ = now;
}

Cause Witness::removed(Timestamp at) const {
    if (at < renew_until_ || had_chance()) return Cause::lost;
    return left_ && *left_ <= at ? Cause::left_behind : Cause::away;
}

bool Witness::had_chance() const {
    if (only_when_opened_) return opened_in_time_;
    return std::any_of(online_.begin(), online_.end(), [&](const Span& span) {
        return long_enough(std::max(span.from, renew_from_), std::min(span.to, renew_until_));
    });
}

// Whether the server was up for long enough at a stretch.
bool Witness::long_enough(Timestamp from, Timestamp to) const {
    for (const Outage& outage : model_.outages) {
        if (outage.to <= from) continue;
        if (outage.from >= to) break;
        if (outage.from - from >= needs_) return true;
        from = outage.to;
    }
    return to - from >= needs_;
}

}  // namespace fleet
