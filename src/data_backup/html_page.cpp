#include "data_backup/html_page.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "codec/base64.hpp"
#include "codec/utf8.hpp"
#include "crypto/hash.hpp"

namespace tresor::data_backup {

namespace {

std::string source_of(std::string_view content) {
    crypto::Sha256 hash;
    hash.update(as_bytes(content));
    auto digest = hash.finish();
    SecretBytes text;
    codec::base64_encode(digest, text);
    return std::string("'sha256-").append(as_text(text.expose())).append("'");
}

constexpr unsigned colours = 12;

unsigned colour_of(std::string_view identity) {
    std::uint32_t hash = 2166136261;
    for (char c : identity) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619u;
    return (hash ^ hash >> 16) % colours;
}

}  // namespace

HtmlFrame::HtmlFrame(const HtmlWords& words) {
    before_title_ = "<!DOCTYPE html>\n<html lang=\"";
    before_title_.append(words.language)
        .append(
            "\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
            "img-src 'self'; media-src 'self'; style-src ")
        .append(source_of(html_style()))
        .append("; script-src ")
        .append(source_of(html_script()))
        .append(
            "; base-uri 'none'; form-action 'none'\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<meta name=\"color-scheme\" content=\"light dark\">\n"
            "<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
    behind_title_ = "</title>\n<style>";
    behind_title_.append(html_style()).append("</style>\n</head>\n<body class=\"");
    end_ = "<script>";
    end_.append(html_script()).append("</script>\n</body>\n</html>\n");
}

std::string HtmlFrame::begin(std::string_view title, std::string_view kind) const {
    std::string html = before_title_;
    add_escaped(html, title);
    return html.append(behind_title_).append(kind).append("\">\n");
}

void HtmlTools::add_time(std::string& html, Moment moment, std::string_view text) const {
    // What <time> can say: the years 1 to 9999.
    constexpr Timestamp year_one{Seconds(-62135596800)};
    Timestamp time = second_of(moment);
    html += "<time";
    if (time >= year_one && time <= last_timestamp) {
        html.append(" datetime=\"").append(format_rfc3339(time)).append("\" title=\"");
        add_escaped(html, this->moment(moment));
        html += "\"";
    }
    html += ">";
    add_escaped(html, text);
    html += "</time>";
}

Colours::Colours(const std::vector<std::string>& members) {
    std::array<bool, colours> taken{};
    for (const std::string& member : members) {
        if (members_.size() == colours) return;
        if (members_.find(member) != members_.end()) continue;
        unsigned colour = colour_of(member);
        while (taken[colour]) colour = (colour + 5) % colours;
        taken[colour] = true;
        members_.emplace(member, colour);
    }
}

std::string Colours::of(std::string_view identity) const {
    auto found = members_.find(identity);
    unsigned colour = found == members_.end() ? colour_of(identity) : found->second;
    return std::string("c").append(std::to_string(colour));
}

void add_face(std::string& html, std::string_view name, std::string_view id,
              std::string_view picture, unsigned up) {
    if (!picture.empty()) {
        html.append("<img class=\"face\" src=\"").append(reference(picture, up));
        html += "\" alt=\"\" width=\"48\" height=\"48\" loading=\"lazy\" decoding=\"async\">";
        return;
    }
    // The first letter; "~" before a nickname is none.
    std::string_view rest = name.substr(name.starts_with('~') && name.size() > 1 ? 1 : 0);
    std::string_view whole = rest;
    if (codec::next_code_point(rest) == codec::not_utf8) rest = whole = "?";
    std::string first(whole.substr(0, std::max<std::size_t>(whole.size() - rest.size(), 1)));
    if (first[0] >= 'a' && first[0] <= 'z') first[0] = static_cast<char>(first[0] - 32);
    html.append("<span class=\"face ").append(Colours().of(id));
    html.append("\" aria-hidden=\"true\">").append(html_text(label(first))).append("</span>");
}

}  // namespace tresor::data_backup
