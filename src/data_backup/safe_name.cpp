#include "data_backup/safe_name.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "codec/utf8.hpp"

namespace tresor::data_backup {

namespace {

using Pair = std::pair<std::string_view, std::string_view>;

constexpr std::array<Pair, 62> extensions{{
    {"application/gzip", ".gz"},
    {"application/json", ".json"},
    {"application/msword", ".doc"},
    {"application/pdf", ".pdf"},
    {"application/rtf", ".rtf"},
    {"application/vnd.android.package-archive", ".apk"},
    {"application/vnd.ms-excel", ".xls"},
    {"application/vnd.ms-powerpoint", ".ppt"},
    {"application/vnd.oasis.opendocument.presentation", ".odp"},
    {"application/vnd.oasis.opendocument.spreadsheet", ".ods"},
    {"application/vnd.oasis.opendocument.text", ".odt"},
    {"application/vnd.openxmlformats-officedocument.presentationml.presentation", ".pptx"},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"},
    {"application/epub+zip", ".epub"},
    {"application/gpx+xml", ".gpx"},
    {"application/vnd.google-earth.kml+xml", ".kml"},
    {"application/vnd.google-earth.kmz", ".kmz"},
    {"application/x-7z-compressed", ".7z"},
    {"application/x-bzip2", ".bz2"},
    {"application/x-rar-compressed", ".rar"},
    {"application/x-tar", ".tar"},
    {"application/x-xz", ".xz"},
    {"application/x-zip-compressed", ".zip"},
    {"application/zip", ".zip"},
    {"audio/3gpp", ".3gp"},
    {"audio/aac", ".aac"},
    {"audio/amr", ".amr"},
    {"audio/flac", ".flac"},
    {"audio/m4a", ".m4a"},
    {"audio/mp4", ".m4a"},
    {"audio/mpeg", ".mp3"},
    {"audio/ogg", ".ogg"},
    {"audio/opus", ".opus"},
    {"audio/wav", ".wav"},
    {"audio/webm", ".weba"},
    {"audio/x-aac", ".aac"},
    {"audio/x-m4a", ".m4a"},
    {"audio/x-wav", ".wav"},
    {"image/avif", ".avif"},
    {"image/bmp", ".bmp"},
    {"image/gif", ".gif"},
    {"image/heic", ".heic"},
    {"image/heif", ".heif"},
    {"image/jpeg", ".jpg"},
    {"image/jpg", ".jpg"},
    {"image/png", ".png"},
    {"image/tiff", ".tif"},
    {"image/webp", ".webp"},
    {"text/calendar", ".ics"},
    {"text/csv", ".csv"},
    {"text/markdown", ".md"},
    {"text/plain", ".txt"},
    {"text/vcard", ".vcf"},
    {"text/x-vcard", ".vcf"},
    {"video/3gpp", ".3gp"},
    {"video/avi", ".avi"},
    {"video/mp4", ".mp4"},
    {"video/mpeg", ".mpg"},
    {"video/quicktime", ".mov"},
    {"video/webm", ".webm"},
    {"video/x-matroska", ".mkv"},
}};

// Pages, and what browsers take for one; links and folders in disguise, which a file manager opens
// or asks for its icon as soon as it shows them.
constexpr std::array<std::string_view, 45> acting{
    ".appref-ms",
    ".asp",
    ".atom",
    ".cer",
    ".desktop",
    ".eml",
    ".hta",
    ".htc",
    ".htm",
    ".html",
    ".htt",
    ".inetloc",
    ".library-ms",
    ".lnk",
    ".mathml",
    ".mht",
    ".mhtml",
    ".mml",
    ".php",
    ".pif",
    ".plg",
    ".rdf",
    ".rss",
    ".scf",
    ".search-ms",
    ".searchconnector-ms",
    ".settingcontent-ms",
    ".shs",
    ".shtml",
    ".stm",
    ".svg",
    ".svgz",
    ".swf",
    ".theme",
    ".url",
    ".vml",
    ".wax",
    ".webarchive",
    ".webloc",
    ".wsdl",
    ".xht",
    ".xhtml",
    ".xml",
    ".xsd",
    ".xsl",
};

constexpr std::array<std::string_view, 4> acting_names{"autorun.inf", "desktop.ini", "folder.htt",
                                                       "thumbs.db"};

constexpr std::array<std::string_view, 7> devices{"aux",     "clock$", "con", "conin$",
                                                  "conout$", "nul",    "prn"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

std::string lower(std::string_view text) {
    std::string low(text);
    for (char& c : low) c = lower(c);
    return low;
}

template <class List>
bool contains(const List& list, std::string_view what) {
    return std::find(list.begin(), list.end(), what) != list.end();
}

bool is_in(char32_t c, char32_t from, char32_t to) { return c >= from && c <= to; }

bool is_space(char32_t c) {
    return is_in(c, 9, 13) || c == ' ' || c == 0x85 || c == 0xA0 || c == 0x1680 ||
           is_in(c, 0x2000, 0x200A) || is_in(c, 0x2028, 0x2029) || c == 0x202F || c == 0x205F ||
           c == 0x3000;
}

// Controls, marks that turn the direction of writing, and what nobody sees. Joiners stay: scripts
// and emoji need them.
bool is_dropped(char32_t c) {
    return c < 0x20 || is_in(c, 0x7F, 0x9F) || c == 0xAD || c == 0x61C || c == 0x180E ||
           c == 0x200B || is_in(c, 0x200E, 0x200F) || is_in(c, 0x202A, 0x202E) ||
           is_in(c, 0x2060, 0x206F) || c == 0xFEFF || is_in(c, 0xFFF0, 0xFFFB) ||
           (c & 0xFFFE) == 0xFFFE || is_in(c, 0xE0000, 0xE0FFF);
}

bool is_refused(char32_t c) {
    return c == codec::not_utf8 ||
           (c < 0x80 &&
            std::string_view("/\\:*?\"<>|").find(static_cast<char>(c)) != std::string_view::npos);
}

// Without the characters that no name may have; white space is one space.
std::string plain(std::string_view text) {
    std::string name;
    while (!text.empty()) {
        std::string_view before = text;
        char32_t c = codec::next_code_point(text);
        if (c == codec::not_utf8) text.remove_prefix(1);
        if (is_space(c)) {
            if (!name.empty() && name.back() != ' ') name += ' ';
        } else if (is_refused(c)) {
            name += '_';
        } else if (!is_dropped(c)) {
            name.append(before.substr(0, before.size() - text.size()));
        }
    }
    return name;
}

// At most so many bytes, no code point cut.
std::string_view first_of(std::string_view text, std::size_t most) {
    if (text.size() <= most) return text;
    while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0) == 0x80) --most;
    return text.substr(0, most);
}

std::string_view without_end(std::string_view text) {
    while (!text.empty() && (text.back() == ' ' || text.back() == '.')) text.remove_suffix(1);
    return text;
}

std::string fitted(std::string_view name, std::size_t most) {
    if (name.size() <= most) return std::string(name);
    auto [stem, extension] = parts_of(name);
    if (extension.size() >= most) return std::string(without_end(first_of(name, most)));
    return std::string(without_end(first_of(stem, most - extension.size()))).append(extension);
}

bool is_device(std::string_view name) {
    std::string stem = lower(without_end(name.substr(0, name.find('.'))));
    if (contains(devices, stem)) return true;
    // COM1, LPT9; also with small raised digits.
    if (!stem.starts_with("com") && !stem.starts_with("lpt")) return false;
    std::string_view number = std::string_view(stem).substr(3);
    return (number.size() == 1 && number[0] >= '0' && number[0] <= '9') || number == "\u00B9" ||
           number == "\u00B2" || number == "\u00B3";
}

bool acts(std::string_view name) {
    std::string low = lower(name);
    return contains(acting, parts_of(low).extension) || contains(acting_names, low);
}

std::string stamp(const CivilTime& time) {
    auto digits = [](std::int64_t number, std::size_t width) {
        std::string text = std::to_string(number < 0 ? 0 : number);
        return text.size() < width ? std::string(width - text.size(), '0').append(text) : text;
    };
    return digits(time.year, 4)
        .append(digits(time.month, 2))
        .append(digits(time.day, 2))
        .append("-")
        .append(digits(time.hour, 2))
        .append(digits(time.minute, 2))
        .append(digits(time.second, 2));
}

std::string made_name(const Message& message, const UtcOffset& offset) {
    std::string name = "threema";
    if (auto at = message.shown_at())
        name.append("-").append(stamp(civil_time(std::chrono::floor<Seconds>(*at), offset)));
    std::string id = safe_name(message.api_id.empty() ? message.uid : message.api_id, 40);
    if (!id.empty()) name.append("-").append(id);
    return name;
}

// Equal of two names that differ in nothing but case; of accented letters that have no simple rule
// also equal of others.
std::string folded(std::string_view name) {
    std::string key;
    while (!name.empty()) {
        char32_t c = codec::next_code_point(name);
        if (c == codec::not_utf8) name.remove_prefix(1), c = '?';
        if (is_in(c, 'A', 'Z') || (is_in(c, 0xC0, 0xDE) && c != 0xD7)) c += 32;
        if (is_in(c, 0x391, 0x3A9) || is_in(c, 0x410, 0x42F)) c += 32;
        if (is_in(c, 0x400, 0x40F)) c += 80;
        if (c == 0x3C2) c = 0x3C3;
        bool accented =
            is_in(c, 0x100, 0x24F) || is_in(c, 0x370, 0x390) || is_in(c, 0x3CA, 0x3FF) ||
            is_in(c, 0x460, 0x58F) || is_in(c, 0x10A0, 0x10FF) || is_in(c, 0x1C80, 0x1CBF) ||
            is_in(c, 0x1E00, 0x1FFF) || is_in(c, 0x2C00, 0x2D2F) || is_in(c, 0xA640, 0xA7FF) ||
            is_in(c, 0xAB30, 0xABBF) || is_in(c, 0xFF21, 0xFF5A) || is_in(c, 0x10400, 0x10FFF) ||
            is_in(c, 0x1E900, 0x1E943);
        if (c == 0xDF || c == 0xFF || accented) c = '?';
        char bytes[4];
        key.append(bytes, codec::put_code_point(c, bytes));
    }
    return key;
}

}  // namespace

NameParts parts_of(std::string_view name) noexcept {
    constexpr std::size_t longest = 20;  // of an extension
    std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || name.size() - dot > longest) return {name, ""};
    if (dot + 1 == name.size() || name.find(' ', dot) != std::string_view::npos) return {name, ""};
    return {name.substr(0, dot), name.substr(dot)};
}

std::string safe_name(std::string_view text, std::size_t most) {
    std::string name = plain(text);
    name.erase(without_end(name).size());
    if (name.empty()) return name;
    if (name.front() == '.' || name.front() == '-') name.front() = '_';
    name = fitted(name, most);
    if (is_device(name)) name = fitted(name.insert(0, 1, '_'), most);
    return name;
}

std::string chat_file_name(const Chat& chat) {
    std::string name = safe_name(chat.name, 70), id = safe_name(chat.id, 48);
    if (id.empty() || chat.name == chat.id) return name.empty() ? std::string("chat") : name;
    return name.empty() ? id : name.append(" ").append(id);
}

std::string media_file_name(const File& file, const Message& message, const UtcOffset& offset) {
    constexpr std::size_t longest_added = 6;
    std::string name = safe_name(file.name, most_name_bytes - longest_added);
    bool made = name.empty();
    if (made) name = made_name(message, offset);
    std::string_view known = extension_of(file.media_type);
    if (made) return name.append(known.empty() ? ".bin" : known);
    if (acts(name)) return name.append(known.empty() ? ".txt" : known);
    return parts_of(name).extension.empty() ? name.append(known) : name;
}

std::string_view extension_of(std::string_view media_type) noexcept {
    std::string_view bare = media_type.substr(0, media_type.find(';'));
    while (!bare.empty() && bare.back() == ' ') bare.remove_suffix(1);
    for (auto [type, extension] : extensions) {
        auto same = [](char a, char b) { return a == lower(b); };
        if (std::equal(type.begin(), type.end(), bare.begin(), bare.end(), same)) return extension;
    }
    return "";
}

std::string_view picture_extension(std::string_view content) noexcept {
    auto begins = [&](std::string_view with) { return content.starts_with(with); };
    if (begins("\xFF\xD8\xFF")) return ".jpg";
    if (begins("\x89PNG\r\n\x1A\n")) return ".png";
    if (begins("GIF87a") || begins("GIF89a")) return ".gif";
    if (content.size() < 12) return "";
    if (begins("RIFF") && content.substr(8, 4) == "WEBP") return ".webp";
    if (content.substr(4, 8) == "ftypavif") return ".avif";
    return "";
}

std::string UniqueNames::take(const std::string& name) {
    if (taken_.insert(folded(name)).second) return name;
    auto [stem, extension] = parts_of(name);
    for (unsigned& number = last_.try_emplace(folded(name), 1).first->second;;) {
        std::string end = " (" + std::to_string(++number) + ")";
        end.append(extension);
        std::size_t room = most_name_bytes - std::min(end.size(), most_name_bytes);
        std::string other = std::string(without_end(first_of(stem, room))).append(end);
        if (taken_.insert(folded(other)).second) return other;
    }
}

}  // namespace tresor::data_backup
