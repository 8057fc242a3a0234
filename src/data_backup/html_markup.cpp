#include "data_backup/html_markup.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "codec/utf8.hpp"

namespace tresor::data_backup {

namespace {

bool is_in(char32_t c, char32_t from, char32_t to) { return c >= from && c <= to; }

bool is_space(char32_t c) {
    return is_in(c, 9, 13) || c == ' ' || c == 0x85 || c == 0xA0 || is_in(c, 0x2000, 0x200B) ||
           is_in(c, 0x2028, 0x2029) || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool turns(char32_t c) {
    return c == 0x61C || is_in(c, 0x200E, 0x200F) || is_in(c, 0x202A, 0x202E) ||
           is_in(c, 0x2066, 0x2069);
}

bool is_control(char32_t c) {
    return (c < 0x20 && c != '\n' && c != '\t' && c != '\r') || is_in(c, 0x7F, 0x9F);
}

bool is_pictograph(char32_t c) {
    return is_in(c, 0x2190, 0x21FF) || is_in(c, 0x2300, 0x23FF) || is_in(c, 0x2600, 0x27BF) ||
           is_in(c, 0x2B00, 0x2BFF) || is_in(c, 0x1F000, 0x1FAFF);
}

// Letters and digits of any script, roughly.
bool is_word(char32_t c) {
    if (c < 0x80) return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    return c != codec::not_utf8 && !is_space(c) && !is_pictograph(c) && !is_in(c, 0x80, 0xBF) &&
           !is_in(c, 0x2010, 0x206F) && !is_in(c, 0x3001, 0x303F) && !is_in(c, 0xFE00, 0xFE6F) &&
           !is_in(c, 0xFF00, 0xFF0F) && !is_in(c, 0xFF1A, 0xFF20);
}

// Takes the next one off; a byte that is no UTF-8 counts as one.
char32_t take(std::string_view& text) {
    char32_t c = codec::next_code_point(text);
    if (c == codec::not_utf8) text.remove_prefix(1);
    return c;
}

char32_t first_of(std::string_view text) {
    return text.empty() ? U' ' : codec::next_code_point(text);
}

void percent_encode(std::string& into, std::string_view text) {
    constexpr std::string_view plain = "-._~/()!";
    constexpr char digits[] = "0123456789ABCDEF";
    for (char c : text) {
        auto byte = static_cast<unsigned char>(c);
        bool alone = (byte < 0x80 && is_word(byte)) || plain.find(c) != std::string_view::npos;
        if (alone)
            into += c;
        else
            into.append(1, '%').append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    }
}

// `word` is in small letters.
bool begins_with(std::string_view text, std::string_view word) {
    return text.size() >= word.size() &&
           std::equal(word.begin(), word.end(), text.begin(),
                      [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + 32 : b); });
}

// What ends a link besides white space, and so is no part of it.
bool ends_link(char32_t c) {
    return c == codec::not_utf8 || is_space(c) || is_control(c) || turns(c) || c == '<' ||
           c == '>' || c == '"' || c == '`' || is_in(c, 0x2018, 0x201F) || c == 0xAB || c == 0xBB ||
           is_in(c, 0x2039, 0x203A) || is_in(c, 0x3000, 0x303F);
}

// How many bytes of the text, which may begin with a link, are one; 0: none. What is too long to be
// one is left to `overlong`.
std::size_t link_size(std::string_view text, std::size_t& overlong) {
    constexpr std::size_t most = 2000;
    std::size_t scheme = begins_with(text, "https://") ? 8 : begins_with(text, "http://") ? 7 : 0;
    if (scheme == 0) return 0;
    std::size_t size = scheme;
    for (std::string_view rest = text.substr(scheme); !rest.empty() && !ends_link(first_of(rest));
         size = text.size() - rest.size()) {
        if (size > most) {
            overlong = size;
            return 0;
        }
        take(rest);
    }
    std::string_view link = text.substr(0, size);
    auto closes_nothing = [&](char open, char close) {
        return link.back() == close && std::count(link.begin(), link.end(), close) >
                                           std::count(link.begin(), link.end(), open);
    };
    while (link.size() > scheme &&
           (std::string_view(".,;:!?'*_~").find(link.back()) != std::string_view::npos ||
            closes_nothing('(', ')') || closes_nothing('[', ']')))
        link.remove_suffix(1);
    return link.size() > scheme ? link.size() : 0;
}

constexpr std::size_t mention_size = 11;  // @[ABCD1234]
constexpr std::string_view all = "@@@@@@@@";

bool is_mention(std::string_view text) {
    if (text.size() < mention_size || !text.starts_with("@[") || text[10] != ']') return false;
    std::string_view identity = text.substr(2, 8);
    return identity == all || std::all_of(identity.begin(), identity.end(), [](char c) {
               return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '*';
           });
}

struct Piece {
    enum Kind { text, link, mention, mark };
    Kind kind;
    std::string_view what;
    bool may_open = false, may_close = false;
    bool opens = false, closes = false;
};

bool is_mark(char c) { return c == '*' || c == '_' || c == '~'; }

// A mark at the front of `rest`. Marks that are doubled stand for themselves.
Piece mark_at(std::string_view rest, char32_t before) {
    std::size_t size = rest.find_first_not_of(rest[0]);
    std::string_view run = rest.substr(0, size);
    if (run.size() > 1) return {Piece::text, run};
    char32_t behind = first_of(rest.substr(1));
    Piece mark{Piece::mark, run};
    mark.may_open = !is_word(before) && !is_space(behind);
    mark.may_close = !is_space(before) && !is_word(behind);
    return mark;
}

// What is special at the front of `rest`, if anything is.
std::optional<Piece> special_at(std::string_view rest, char32_t before, bool with_marks) {
    if (with_marks && is_mark(rest[0])) return mark_at(rest, before);
    if (is_mention(rest)) return Piece{Piece::mention, rest.substr(2, 8)};
    if (is_word(before)) return std::nullopt;
    std::size_t overlong = 0, link = link_size(rest, overlong);
    if (link > 0) return Piece{Piece::link, rest.substr(0, link)};
    if (overlong > 0) return Piece{Piece::text, rest.substr(0, overlong)};
    return std::nullopt;
}

std::vector<Piece> pieces_of(std::string_view line) {
    // Longer lines are no prose; what is kept of a line stays small.
    bool with_marks = line.size() <= 16'384;
    std::vector<Piece> pieces;
    std::string_view rest = line, plain = line;  // plain: text begins here that is not added yet
    auto end_text = [&] {
        if (plain.size() > rest.size())
            pieces.push_back({Piece::text, plain.substr(0, plain.size() - rest.size())});
    };
    for (char32_t before = ' '; !rest.empty();) {
        auto special = special_at(rest, before, with_marks);
        if (!special) {
            before = take(rest);
            continue;
        }
        end_text();
        pieces.push_back(*special);
        rest.remove_prefix(special->kind == Piece::mention ? mention_size : special->what.size());
        plain = rest;
        before = special->kind == Piece::link ? U'a' : U'*';
    }
    end_text();
    return pieces;
}

// Finds the marks that belong together; what stands open between them is text.
void pair_marks(std::vector<Piece>& pieces) {
    std::vector<std::size_t> open;  // at most one of each mark
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        Piece& piece = pieces[i];
        if (piece.kind != Piece::mark) continue;
        auto same = std::find_if(open.begin(), open.end(),
                                 [&](std::size_t at) { return pieces[at].what == piece.what; });
        if (same != open.end() && piece.may_close && *same + 1 < i) {
            pieces[*same].opens = piece.closes = true;
            open.erase(same, open.end());
        } else if (same == open.end() && piece.may_open) {
            open.push_back(i);
        }
    }
}

std::string_view element_of(std::string_view mark) {
    return mark == "*" ? "strong" : mark == "_" ? "em" : "s";
}

void add_link(std::string& html, std::string_view link) {
    std::string address = html_text(link);
    html.append("<a href=\"").append(address);
    html.append("\" rel=\"noopener noreferrer\">").append(address).append("</a>");
}

}  // namespace

void add_escaped(std::string& html, std::string_view text) {
    constexpr std::string_view special("&<>\"'\x7F", 6);
    auto is_plain = [&](char c) {
        auto byte = static_cast<unsigned char>(c);
        return byte >= 0x20 && byte < 0x80 && special.find(c) == std::string_view::npos;
    };
    while (!text.empty()) {
        auto end = std::find_if_not(text.begin(), text.end(), is_plain);
        auto size = static_cast<std::size_t>(end - text.begin());
        html.append(text.substr(0, size));
        text.remove_prefix(size);
        if (text.empty()) return;
        std::string_view before = text;
        char32_t c = take(text);
        switch (c) {
            case '&': html += "&amp;"; break;
            case '<': html += "&lt;"; break;
            case '>': html += "&gt;"; break;
            case '"': html += "&quot;"; break;
            case '\'': html += "&#39;"; break;
            default:
                if (c == codec::not_utf8 || is_control(c))
                    html += "\uFFFD";
                else
                    html.append(before.substr(0, before.size() - text.size()));
        }
    }
}

std::string html_text(std::string_view text) {
    std::string html;
    add_escaped(html, text);
    return html;
}

std::string label(std::string_view name, std::size_t most) {
    std::string line = one_line(name, most), kept;
    std::string_view rest = line;
    while (!rest.empty()) {
        std::string_view before = rest;
        if (!turns(take(rest))) kept.append(before.substr(0, before.size() - rest.size()));
    }
    return kept;
}

std::string reference(std::string_view path, unsigned up) {
    std::string address;
    for (; up > 0; --up) address += "../";
    // A name with a colon, or two slashes, would not be a path in the folder.
    if (address.empty()) address = "./";
    percent_encode(address, path);
    return address;
}

void MarkupWriter::add(std::string& html, std::string_view text) const {
    for (;;) {
        std::size_t end = text.find('\n');
        add_line(html, text.substr(0, end));
        if (end == std::string_view::npos) return;
        html += '\n';
        text.remove_prefix(end + 1);
    }
}

void MarkupWriter::add_line(std::string& html, std::string_view line) const {
    std::vector<Piece> pieces = pieces_of(line);
    pair_marks(pieces);
    for (const Piece& piece : pieces) {
        if (piece.kind == Piece::link)
            add_link(html, piece.what);
        else if (piece.kind == Piece::mention)
            add_mention(html, piece.what);
        else if (piece.opens || piece.closes)
            html.append(piece.opens ? "<" : "</").append(element_of(piece.what)).append(">");
        else
            add_escaped(html, piece.what);
    }
}

void MarkupWriter::add_mention(std::string& html, std::string_view identity) const {
    html += "<span class=\"mention\">@<bdi>";
    add_escaped(html,
                identity == all ? std::string(words_.everybody) : label(phrases_.person(identity)));
    html += "</bdi></span>";
}

bool is_emoji(std::string_view text) {
    if (text.empty() || text.size() > 60) return false;
    bool one = false;
    while (!text.empty()) {
        char32_t c = take(text);
        if (c == codec::not_utf8) return false;
        bool joins = c == 0x200D || c == 0xFE0F || c == ' ';
        if (!joins && !is_pictograph(c)) return false;
        one = one || !joins;
    }
    return one;
}

}  // namespace tresor::data_backup
