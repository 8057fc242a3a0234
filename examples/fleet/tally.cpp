#include "tally.hpp"

namespace fleet {
namespace {

// Request line and headers, status line and headers.
constexpr std::uint64_t asked_bytes = 280, answered_bytes = 160;

std::size_t place(std::int64_t at) { return static_cast<std::size_t>(at); }

template <class Numbers>
void add_up(Numbers& to, const Numbers& from) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] += from[i];
}

}  // namespace

void Totals::add(const Totals& other) {
    joined += other.joined;
    with_backup += other.with_backup;
    without_backup += other.without_backup;
    disabled += other.disabled;
    deleted_app += other.deleted_app;
    created += other.created;
    deleted += other.deleted;
    at_end += other.at_end;
    add_up(swept, other.swept);
    lost_accounts += other.lost_accounts;
    expired_accounts += other.expired_accounts;
    renewed += other.renewed;
    renewed_late += other.renewed_late;
    failed_attempts += other.failed_attempts;
    restored += other.restored;
    not_restored += other.not_restored;
    oldest_renewed = std::max(oldest_renewed, other.oldest_renewed);
}

void Day::add(const Day& other) {
    objects += other.objects;
    bytes += other.bytes;
    left_behind += other.left_behind;
    add_up(removed, other.removed);
    bytes_freed += other.bytes_freed;
    add_up(requests, other.requests);
    connections += other.connections;
    uploaded += other.uploaded;
    downloaded += other.downloaded;
}

void Minute::add(const Minute& other) {
    bytes += other.bytes;
    puts += other.puts;
    add_up(requests, other.requests);
}

Tally::Tally(const Model& model)
    : daily(place(model.days + 1)),
      minutes(place(model.days * minutes_a_day)),
      tls_up_(static_cast<std::uint64_t>(model.tls_bytes) / 5),
      tls_down_(static_cast<std::uint64_t>(model.tls_bytes) - tls_up_) {}

void Tally::request(Timestamp now, Method method, std::uint64_t up, std::uint64_t down) {
    std::int64_t at = (now - beginning) / step;
    Minute& minute = minutes[place(at / steps_a_minute)];
    ++minute.requests[place(at % steps_a_minute)];
    if (method == Method::put) ++minute.puts;
    ++daily[place(at / steps_a_day)].requests[static_cast<std::size_t>(method)];
    traffic(at / steps_a_minute, up + asked_bytes, down + answered_bytes);
}

void Tally::connection(Timestamp now) {
    std::int64_t minute = (now - beginning) / std::chrono::minutes(1);
    ++daily[place(minute / minutes_a_day)].connections;
    traffic(minute, tls_up_, tls_down_);
}

void Tally::traffic(std::int64_t minute, std::uint64_t up, std::uint64_t down) {
    Day& day = daily[place(minute / minutes_a_day)];
    day.uploaded += up;
    day.downloaded += down;
    minutes[place(minute)].bytes += up + down;
}

void Tally::object_from(std::int64_t sweep, std::int64_t count, std::int64_t bytes) {
    if (place(sweep) >= daily.size()) return;
    daily[place(sweep)].objects += count;
    daily[place(sweep)].bytes += bytes;
}

void Tally::left_behind_from(std::int64_t sweep, std::int64_t count) {
    if (place(sweep) < daily.size()) daily[place(sweep)].left_behind += count;
}

void Tally::removed(std::int64_t sweep, Cause cause, std::uint64_t bytes) {
    ++totals.swept[static_cast<std::size_t>(cause)];
    ++daily[place(sweep)].removed[static_cast<std::size_t>(cause)];
    daily[place(sweep)].bytes_freed += bytes;
}

void Tally::add(const Tally& other) {
    totals.add(other.totals);
    for (std::size_t i = 0; i < daily.size(); ++i) daily[i].add(other.daily[i]);
    for (std::size_t i = 0; i < minutes.size(); ++i) minutes[i].add(other.minutes[i]);
}

void Tally::settle() {
    for (std::size_t i = 1; i < daily.size(); ++i) {
        daily[i].objects += daily[i - 1].objects;
        daily[i].bytes += daily[i - 1].bytes;
        daily[i].left_behind += daily[i - 1].left_behind;
    }
}

}  // namespace fleet
