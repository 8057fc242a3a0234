// Text as HTML: whatever it says, it never becomes markup.
#pragma once

#include <string>
#include <string_view>

#include "data_backup/html_words.hpp"
#include "data_backup/phrases.hpp"

namespace tresor::data_backup {

// For content and for values in double quotes. Control characters and what is no UTF-8 become
// U+FFFD.
void add_escaped(std::string& html, std::string_view text);
std::string html_text(std::string_view text);

// Of people, files and chats: one line, without marks that turn the direction of writing. For
// <bdi>, and for values and titles.
std::string label(std::string_view name, std::size_t most = 200);

// A path in the output folder as a reference, from a page `up` folders deep.
std::string reference(std::string_view path, unsigned up);

// A text with its marks (data-backup.md 6.1): *bold*, _italic_ and ~strike~, mentions, and links to
// http and https. A mark begins before and ends behind a word, on the same line, and is not
// doubled.
class MarkupWriter {
public:
    MarkupWriter(const Phrases& phrases, const HtmlWords& words)
        : phrases_(phrases), words_(words) {}
    void add(std::string& html, std::string_view text) const;

private:
    void add_line(std::string& html, std::string_view line) const;
    void add_mention(std::string& html, std::string_view identity) const;

    const Phrases& phrases_;
    const HtmlWords& words_;
};

// Nothing but a few emoji.
bool is_emoji(std::string_view text);

}  // namespace tresor::data_backup
