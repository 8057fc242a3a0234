#include "data_backup/stats_counter.hpp"

#include <algorithm>

#include "data_backup/phrases.hpp"

namespace tresor::data_backup {

namespace {

constexpr std::size_t most_spans = std::size_t{1} << 17;
constexpr std::size_t most_senders = 200'000, longest_sender = 64;

bool is_notice(const Message& message) {
    switch (message.type) {
        case MessageType::status:
        case MessageType::call:
        case MessageType::group_call:
        case MessageType::group_event:
        case MessageType::forward_security:
        case MessageType::date_separator: return true;
        default: return message.is_status;
    }
}

bool is_written(Moment moment) {  // in the years 0 to 9999
    auto second = second_of(moment);
    return second >= first_timestamp && second <= last_timestamp;
}

void widen(OptionalMoment& first, OptionalMoment& last, Moment moment) {
    if (!first || moment < *first) first = moment;
    if (!last || moment > *last) last = moment;
}

std::string day_of(const CivilTime& time) {
    auto year = std::clamp<std::int64_t>(time.year, 0, 9999);
    std::string text = std::to_string(10'000 + year).substr(1);
    for (unsigned part : {time.month, time.day})
        text.append(part < 10 ? "-0" : "-").append(std::to_string(part));
    return text;
}

}  // namespace

void Silence::add(Moment moment) {
    std::int64_t time = moment.time_since_epoch().count();
    if (!spans_.empty() && time >= spans_.back().first && time <= spans_.back().last) return;
    spans_.push_back({time, time});
    if (spans_.size() == 2 * most_spans) merge();
}

void Silence::merge() {
    auto stretch = [&](const Span& span) {
        return span.first / width_ - (span.first % width_ < 0 ? 1 : 0);
    };
    std::sort(spans_.begin(), spans_.end(),
              [](const Span& a, const Span& b) { return a.first < b.first; });
    while (true) {
        std::size_t kept = 0;
        for (const Span& span : spans_) {
            Span* before = kept > 0 ? &spans_[kept - 1] : nullptr;
            if (before && (stretch(*before) == stretch(span) || span.first <= before->last))
                before->last = std::max(before->last, span.last);
            else
                spans_[kept++] = span;
        }
        spans_.resize(kept);
        if (kept <= most_spans) return;
        width_ *= 2;
    }
}

Silence::Found Silence::longest() {
    merge();
    Found found;
    for (std::size_t i = 1; i < spans_.size(); ++i) {
        Millis length(spans_[i].first - spans_[i - 1].last);
        if (length > found.length) found = {length, Moment(Millis(spans_[i - 1].last))};
    }
    return found;
}

void StatsCounter::begin(const Chat& chat) {
    chat_ = {};
    chat_silence_ = {};
    chat_.id = chat.id;
    chat_.name = chat.name;
    chat_.kind = chat.kind;
}

void StatsCounter::add(const Message& message, const Content& content, std::uint64_t media_bytes) {
    count_media(message, content, media_bytes);
    if (message.deleted_at) return void(++chat_.deleted);
    if (is_notice(message)) return void(++chat_.notices);
    ++(message.outgoing ? chat_.sent : chat_.received);
    count_sender(message);
    auto shown = message.shown_at();
    if (shown && is_written(*shown)) count_time(*shown);
}

void StatsCounter::count_media(const Message& message, const Content& content,
                               std::uint64_t media_bytes) {
    bool present = !message.media.empty();
    if (present) {
        ++chat_.media;
        chat_.media_bytes += media_bytes;
    }
    auto file = std::get_if<File>(&content);
    if (!file || message.deleted_at || chat_.kind == ChatKind::distribution_list) return;
    MediaStats& media = stats_.media[std::string(name_of(file->kind))];
    ++media.count;
    if (!present) return;
    ++media.present;
    media.bytes += media_bytes;
}

void StatsCounter::count_sender(const Message& message) {
    std::string sender = message.sender.substr(0, longest_sender);
    auto known = chat_.by_sender.find(sender);
    if (known != chat_.by_sender.end()) return void(++known->second);
    if (senders_ == most_senders) return;
    ++senders_;
    chat_.by_sender.emplace(std::move(sender), 1);
}

void StatsCounter::count_time(Moment moment) {
    widen(chat_.first, chat_.last, moment);
    chat_silence_.add(moment);
    if (chat_.kind == ChatKind::distribution_list) return;
    widen(stats_.first, stats_.last, moment);
    silence_.add(moment);
    CivilTime time = civil_time(second_of(moment), utc_offset_);
    ++stats_.per_day[day_of(time)];
    ++stats_.per_hour[time.hour];
    ++stats_.per_weekday[time.weekday];
}

void StatsCounter::end() {
    auto silence = chat_silence_.longest();
    chat_.longest_silence = silence.length;
    chat_.silence_from = silence.from;
    if (chat_.kind != ChatKind::distribution_list) {
        stats_.sent += chat_.sent;
        stats_.received += chat_.received;
        stats_.notices += chat_.notices;
        stats_.deleted += chat_.deleted;
    }
    stats_.chats.push_back(std::move(chat_));
}

Stats StatsCounter::finish() {
    stats_.messages = stats_.sent + stats_.received;
    auto silence = silence_.longest();
    stats_.longest_silence = silence.length;
    stats_.silence_from = silence.from;
    auto messages = [](const ChatStats& chat) { return chat.sent + chat.received; };
    std::stable_sort(
        stats_.chats.begin(), stats_.chats.end(),
        [&](const ChatStats& a, const ChatStats& b) { return messages(a) > messages(b); });
    return std::move(stats_);
}

}  // namespace tresor::data_backup
