#include <tresor/data_backup/model.hpp>

#include <algorithm>

#include <tresor/time.hpp>

namespace tresor::data_backup {

namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view space = " \t\r\n";
    std::size_t from = text.find_first_not_of(space);
    if (from == text.npos) return {};
    return text.substr(from, text.find_last_not_of(space) - from + 1);
}

}  // namespace

std::string format_moment(Moment moment) {
    constexpr Moment first = first_timestamp;
    constexpr Moment last = Moment(last_timestamp) + Millis(999);
    moment = std::clamp(moment, first, last);
    auto second = std::chrono::floor<Seconds>(moment);
    std::string text = format_rfc3339(second);
    std::string millis = std::to_string(1000 + (moment - second).count());
    text.back() = '.';
    return text.append(millis, 1).append("Z");
}

std::string display_name(const Contact& contact) {
    std::string name(trimmed(contact.first_name));
    auto last = trimmed(contact.last_name);
    if (!name.empty() && !last.empty()) name += ' ';
    name.append(last);
    if (!name.empty()) return name;
    auto nickname = trimmed(contact.nickname);
    return nickname.empty() ? contact.identity : std::string("~").append(nickname);
}

}  // namespace tresor::data_backup
