// Copies of chat archives by their names: which there are, and how old the newest is.

#include <algorithm>
#include <charconv>

#include <tresor/client/archives.hpp>

namespace tresor::client {
namespace {

using storage::ObjectInfo;
using storage::ObjectName;

constexpr std::string_view folder = "data-backups/";
constexpr std::string_view time_form = "00000000T000000Z";
constexpr std::size_t id_size = 8;

std::optional<ThreemaId> parse_owner(std::string_view text) {
    std::string id(text);
    if (id.starts_with('_')) id[0] = '*';
    auto owner = ThreemaId::parse(id);
    return owner && owner->text() == id ? owner : std::nullopt;  // no lowercase
}

std::optional<Timestamp> parse_time(std::string_view text) {
    std::string full(text);
    for (std::size_t at : {4u, 7u}) full.insert(at, 1, '-');
    for (std::size_t at : {13u, 16u}) full.insert(at, 1, ':');
    return parse_rfc3339(full);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::optional<Timestamp> parse_milliseconds(std::string_view text) {
    std::uint64_t milliseconds = 0;
    const char* end = text.data() + text.size();
    auto read = std::from_chars(text.data(), end, milliseconds);
    std::uint64_t seconds = milliseconds / 1000;
    auto most = static_cast<std::uint64_t>(last_timestamp.time_since_epoch().count());
    if (read.ec != std::errc() || read.ptr != end || seconds > most) return std::nullopt;
    return Timestamp(Seconds(static_cast<std::int64_t>(seconds)));
}

}  // namespace

ObjectName archive_object(const ThreemaId& owner, Timestamp time) {
    std::string name(folder);
    for (char c : owner.text()) name += c == '*' ? '_' : c;
    name += '-';
    for (char c : format_rfc3339(time))
        if (c != '-' && c != ':') name += c;
    return ObjectName(name + ".zip");
}

std::optional<ArchiveCopy> parse_archive_object(const ObjectInfo& object) {
    std::string_view text = object.name.text();
    if (text.size() != folder.size() + id_size + 1 + time_form.size() + 4) return std::nullopt;
    auto owner = parse_owner(text.substr(folder.size(), id_size));
    auto time = parse_time(text.substr(folder.size() + id_size + 1, time_form.size()));
    // What is written again is the same: nothing else in it may differ.
    if (!owner || !time || archive_object(*owner, *time) != object.name) return std::nullopt;
    return ArchiveCopy{*owner, *time, object};
}

bool is_from_the_future(const ArchiveCopy& copy, Timestamp now) {
    return copy.time > later(now, std::chrono::days(1));
}

std::vector<ArchiveCopy> archive_copies(storage::Storage& storage,
                                        const std::optional<ThreemaId>& owner) {
    std::vector<ArchiveCopy> copies;
    storage.list(folder, [&](const ObjectInfo& info) {
        auto copy = parse_archive_object(info);
        if (copy && (!owner || copy->owner == *owner)) copies.push_back(std::move(*copy));
        return true;
    });
    std::sort(copies.begin(), copies.end(), [](const auto& a, const auto& b) {
        return a.time != b.time ? a.time > b.time : a.owner < b.owner;
    });
    auto is_same = [](const auto& a, const auto& b) { return a.object.name == b.object.name; };
    copies.erase(std::unique(copies.begin(), copies.end(), is_same), copies.end());
    return copies;
}

std::optional<Timestamp> time_of_archive(std::string_view file_name) {
    constexpr std::string_view begin = "threema-backup_";
    std::size_t found = file_name.find(begin);
    if (found == file_name.npos) return std::nullopt;
    std::string_view rest = file_name.substr(found + begin.size());
    if (rest.size() > id_size && rest[id_size] == '_' && parse_owner(rest.substr(0, id_size)) &&
        !rest.substr(id_size).starts_with("_1."))
        rest.remove_prefix(id_size + 1);
    std::size_t end = rest.find('_');
    if (end == rest.npos || end == 0 || !rest.substr(end).starts_with("_1")) return std::nullopt;
    if (rest.size() > end + 2 && is_digit(rest[end + 2])) return std::nullopt;
    return parse_milliseconds(rest.substr(0, end));
}

ArchiveStatus archive_status(const std::vector<ArchiveCopy>& copies, storage::Every every,
                             Timestamp now, const UtcOffset& utc_offset) {
    ArchiveStatus status;
    for (const ArchiveCopy& copy : copies) {
        ++status.count;
        status.bytes += copy.object.size;
        if (is_from_the_future(copy, now)) continue;
        if (!status.last_good || copy.time > status.last_good->time) status.last_good = copy;
    }
    if (!status.last_good) return status;
    status.next_due = storage::next_due(every, status.last_good->time, utc_offset);
    status.overdue = *status.next_due <= now;
    return status;
}

}  // namespace tresor::client
