// One message as HTML.
#pragma once

#include <string>

#include "data_backup/html_page.hpp"

namespace tresor::data_backup {

// Where a message stands.
struct HtmlPlace {
    const Colours& colours;
    unsigned up = 1;                 // folders between its page and the output folder
    bool in_group = false;           // several people write
    bool same_sender = false;        // as the message before
    std::string_view quoted_page{};  // reference of the page the quoted message is on
    bool links_quote = false;        // to it; "" is this page
};

// Whether it stands in the middle, as nobody's word: who joined, what was switched on.
bool is_note(const Message& message, const Content& content) noexcept;

// Adds an <article> with the id "m" and its index.
void add_message(std::string& html, const HtmlTools& tools, const Shown& shown,
                 const HtmlPlace& place);

// Its parts.
void add_file(std::string& html, const HtmlTools& tools, const Shown& shown, const File& file,
              unsigned up);
void add_poll(std::string& html, const HtmlTools& tools, const Message& message,
              const PollNotice& notice);
// What the index says of it: one line of plain text.
std::string excerpt_of(const HtmlTools& tools, const Message& message, const Content& content);

}  // namespace tresor::data_backup
