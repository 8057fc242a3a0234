#include "data_backup/phrases.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <set>
#include <utility>

#include "codec/utf8.hpp"
#include "data_backup/phrase_words.hpp"

namespace tresor::data_backup {

namespace {

std::string filled(std::string_view phrase, std::string_view person, std::string_view what) {
    std::string text;
    for (std::size_t i = 0; i < phrase.size(); ++i) {
        bool marked = phrase[i] == '%' && i + 1 < phrase.size();
        if (marked && phrase[i + 1] == '1')
            text.append(person), ++i;
        else if (marked && phrase[i + 1] == '2')
            text.append(what), ++i;
        else
            text.push_back(phrase[i]);
    }
    return text;
}

template <class List>
const auto& at(const List& list, std::int64_t code) {
    return list[code >= 0 && code < static_cast<std::int64_t>(list.size())
                    ? static_cast<std::size_t>(code)
                    : 0];
}

bool is_in(std::int64_t code, std::size_t size) {
    return code >= 0 && code < static_cast<std::int64_t>(size);
}

std::string two_digits(unsigned number) {
    std::string text = std::to_string(number);
    return text.size() < 2 ? text.insert(0, 1, '0') : text;
}

std::string in_quotes(std::string_view text, const Words& words) {
    return std::string(words.quote_open).append(one_line(text)).append(words.quote_close);
}

std::string degrees(double value) {
    char text[400];
    auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed, 6).ptr;
    return std::string(text, end);
}

// Says one content; of texts and files nothing.
struct Sayer {
    const Words& words;
    const Phrases& phrases;
    const Lookup& lookup;
    const Message& message;

    // The phrase for this person; the owner has another one.
    std::string told(const Phrase& phrase, std::string_view identity,
                     std::string_view what = "") const {
        bool you = !identity.empty() && identity == lookup.owner() && !phrase.you.empty();
        std::string person = identity.empty() ? std::string(words.somebody)
                                              : one_line(lookup.name_of(identity), 100);
        if (person.empty()) person = words.somebody;
        return filled(you ? phrase.you : phrase.other, person, what);
    }

    std::string operator()(const Text& text) const {
        return message.is_status || message.type == MessageType::status ? text.text : "";
    }
    std::string operator()(const File&) const { return ""; }
    std::string operator()(const Location& location) const {
        return filled(words.place, "", phrases.location(location));
    }
    std::string operator()(const PollNotice& notice) const {
        const Poll* poll = lookup.poll(notice.poll);
        if (!poll) return std::string(words.poll_gone);
        const Phrase& phrase = at(words.polls, static_cast<int>(notice.action));
        std::string name = in_quotes(poll->name, words);
        if (message.outgoing) return filled(phrase.you, "", name);
        return told(phrase, message.sender, name);
    }
    std::string operator()(const Call& call) const {
        const Phrase& phrase = at(words.calls, static_cast<int>(call.outcome));
        std::string text(message.outgoing ? phrase.you : phrase.other);
        auto reason = at(words.reasons, call.reason.value_or(0));
        if (!reason.empty()) text.append(" (").append(reason).append(")");
        bool spoken = call.outcome == CallOutcome::finished && call.seconds;
        if (spoken) text.append(", ").append(phrases.duration(static_cast<double>(*call.seconds)));
        return text;
    }
    std::string operator()(const GroupCall& call) const {
        auto action = static_cast<int>(call.action);
        if (!call.caller.empty()) return told(at(words.group_calls, action), call.caller);
        return std::string(at(words.group_calls_of_nobody, action));
    }
    std::string operator()(const ForwardSecurity& notice) const {
        if (notice.code == 0 && !notice.text.empty()) return one_line(notice.text, 2000);
        if (!is_in(notice.code, words.forward_security.size()))
            return std::string(words.forward_security_notice);
        return filled(at(words.forward_security, notice.code), "", std::to_string(notice.quantity));
    }
    std::string operator()(const GroupEvent& event) const {
        if (!is_in(event.code, words.group_events.size())) return std::string(words.group_event);
        const std::string& name = event.code == 1 ? event.new_name : event.poll_name;
        return told(at(words.group_events, event.code), event.identity, in_quotes(name, words));
    }
    std::string operator()(const Unreadable&) const { return std::string(words.unreadable); }
};

}  // namespace

Timestamp second_of(Moment moment) noexcept { return std::chrono::floor<Seconds>(moment); }

std::string one_line(std::string_view text, std::size_t most) {
    std::string line;
    bool cut = false;
    while (!text.empty()) {
        std::string_view rest = text;
        char32_t point = codec::next_code_point(rest);
        std::size_t size = point == codec::not_utf8 ? 1 : text.size() - rest.size();
        bool control =
            point < 0x20 || (point >= 0x7F && point < 0xA0) || point == 0x2028 || point == 0x2029;
        cut = line.size() + size > most;
        if (cut) break;
        if (point == codec::not_utf8)
            line += '?';
        else if (control)
            line += ' ';
        else
            line.append(text.substr(0, size));
        text.remove_prefix(size);
    }
    return cut ? line.append("…") : line;
}

std::vector<std::uint64_t> tally(const Poll& poll) {
    std::set<std::pair<std::int64_t, std::string_view>> chosen;
    for (const Vote& vote : poll.votes)
        if (vote.selected) chosen.emplace(vote.choice, vote.identity);
    std::map<std::int64_t, std::uint64_t> count;
    for (const auto& one : chosen) ++count[one.first];
    std::vector<std::uint64_t> votes;
    for (const Choice& choice : poll.choices) {
        auto counted = choice.vote_count > 0 ? static_cast<std::uint64_t>(choice.vote_count) : 0;
        auto found = count.find(choice.number);
        votes.push_back(std::max(counted, found == count.end() ? 0 : found->second));
    }
    return votes;
}

Phrases::Phrases(Language language, const Lookup& lookup)
    : words_(words_of(language)), lookup_(lookup) {}

std::string Phrases::notice(const Message& message, const Content& content) const {
    if (message.deleted_at) return deleted();
    return std::visit(Sayer{words_, *this, lookup_, message}, content);
}

std::string Phrases::deleted() const { return std::string(words_.deleted); }
std::string Phrases::edited() const { return std::string(words_.edited); }

std::string Phrases::sender(const Message& message) const {
    if (message.outgoing) return std::string(words_.you);
    return person(message.sender);
}

std::string Phrases::person(std::string_view identity) const {
    if (identity.empty()) return std::string(words_.somebody_unknown);
    if (identity == lookup_.owner()) return std::string(words_.you);
    std::string name = one_line(lookup_.name_of(identity), 100);
    return name.empty() ? one_line(identity, 100) : name;
}

std::string Phrases::location(const Location& location) const {
    std::string text;
    for (const std::string* part : {&location.name, &location.address})
        if (!part->empty()) text.append(one_line(*part)).append(", ");
    return text.append(degrees(location.latitude)).append(" ").append(degrees(location.longitude));
}

std::string Phrases::clock(Timestamp time, const UtcOffset& utc_offset) {
    std::int64_t minutes = utc_offset ? utc_offset(time).count() / 60 : 0;
    if (minutes == 0) return "UTC";
    std::string text = minutes < 0 ? "UTC-" : "UTC+";
    if (minutes < 0) minutes = -minutes;
    for (std::int64_t part : {minutes / 60, minutes % 60})
        text.append(part < 10 ? "0" : "").append(std::to_string(part)).append(":");
    text.pop_back();
    return text;
}

std::string Phrases::with_mentions(std::string_view text) const {
    constexpr std::size_t size = 11;  // of "@[ALICE001]"
    std::string told;
    for (std::size_t at; (at = text.find("@[")) != text.npos;) {
        told.append(text.substr(0, at));
        std::string_view mention = text.substr(at, size);
        std::string_view identity = mention.substr(2, 8);
        bool everyone = identity == "@@@@@@@@";
        bool meant = mention.size() == size && mention.back() == ']' &&
                     (everyone || ThreemaId::parse(identity));
        if (!meant) mention = mention.substr(0, 2);
        told.append(meant ? "@" : mention);
        if (meant) told.append(everyone ? std::string(words_.everyone) : person(identity));
        text.remove_prefix(at + mention.size());
    }
    return told.append(text);
}

std::string Phrases::kind(const File& file) const {
    if (file.sticker) return std::string(words_.kinds.back());
    return std::string(at(words_.kinds, static_cast<int>(file.kind)));
}

std::string Phrases::kind(ChatKind kind) const {
    return std::string(at(words_.chats, static_cast<int>(kind)));
}

std::string Phrases::members() const { return std::string(words_.members); }

std::string Phrases::quoted(const Quote& quote) const {
    if (quote.found == Quote::Found::missing) return std::string(words_.missing_quote);
    if (quote.found == Quote::Found::deleted) return deleted();
    return quote.text;
}

std::string Phrases::quoted_person(const Quote& quote) const {
    if (quote.found == Quote::Found::missing) return "";
    if (quote.outgoing) return std::string(words_.you);
    return quote.sender.empty() ? "" : person(quote.sender);
}

std::string Phrases::votes(std::uint64_t count) const {
    return count == 1 ? std::string(words_.one_vote)
                      : filled(words_.votes, "", std::to_string(count));
}

std::string Phrases::messages(std::uint64_t count) const {
    return count == 1 ? std::string(words_.one_message)
                      : filled(words_.messages, "", std::to_string(count));
}

std::string Phrases::month(unsigned month) const {
    return std::string(at(words_.months, static_cast<std::int64_t>(month) - 1));
}
std::string Phrases::weekday(unsigned weekday) const {
    return std::string(at(words_.weekdays, weekday));
}

std::string Phrases::date(const CivilTime& time) const {
    return std::to_string(time.day)
        .append(words_.after_day)
        .append(month(time.month))
        .append(" ")
        .append(std::to_string(time.year));
}

std::string Phrases::day(const CivilTime& time) const {
    return weekday(time.weekday).append(", ").append(date(time));
}

std::string Phrases::time(const CivilTime& time) const {
    return two_digits(time.hour).append(":").append(two_digits(time.minute));
}

std::string Phrases::moment(const CivilTime& time) const {
    return date(time).append(", ").append(this->time(time));
}

std::string Phrases::size(std::uint64_t bytes) const {
    constexpr std::string_view units[] = {"kB", "MB", "GB", "TB", "PB", "EB"};
    if (bytes < 1000) return std::to_string(bytes).append(" B");
    std::size_t unit = 0;
    std::uint64_t tenths = bytes / 100 + (bytes % 100 >= 50 ? 1 : 0);
    for (; tenths >= 10'000; ++unit) tenths = (tenths + 500) / 1000;
    std::string text = std::to_string(tenths / 10);
    if (tenths < 100) text.append(1, words_.decimal).append(std::to_string(tenths % 10));
    return text.append(" ").append(units[unit]);
}

std::string Phrases::duration(double seconds) const {
    double most = 1e9;
    auto whole = static_cast<std::uint64_t>(
        std::llround(seconds > 0 ? std::min(seconds, most) : 0));  // NaN is 0
    std::string text;
    std::uint64_t minutes = whole / 60;
    if (minutes >= 60)
        text = std::to_string(minutes / 60)
                   .append(":")
                   .append(two_digits(static_cast<unsigned>(minutes % 60)));
    else
        text = std::to_string(minutes);
    return text.append(":").append(two_digits(static_cast<unsigned>(whole % 60)));
}

}  // namespace tresor::data_backup
