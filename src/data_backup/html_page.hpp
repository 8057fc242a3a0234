// What all pages of an HTML export share: the frame, the style, the script, and the file.
//
// A page is whole by itself: style and script stand in it, and its policy (CSP) lets the browser
// run these and no other, by their hashes, load pictures and films that lie beside it, and nothing
// else.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "data_backup/chat_writer.hpp"
#include "data_backup/html_markup.hpp"
#include "data_backup/html_words.hpp"
#include "data_backup/phrases.hpp"

namespace tresor::data_backup {

std::string_view html_style() noexcept;
std::string_view html_script() noexcept;

// The beginning and the end of every page.
class HtmlFrame {
public:
    explicit HtmlFrame(const HtmlWords& words);
    // Up to the <body>. `title` is plain text, `kind` the class of the body.
    std::string begin(std::string_view title, std::string_view kind) const;
    std::string_view end() const noexcept { return end_; }

private:
    std::string before_title_, behind_title_, end_;
};

// What the parts of a page are made with. Keeps what it is given.
struct HtmlTools {
    HtmlTools(const Lookup& lookup_, const ExportOptions& options_)
        : options(options_),
          lookup(lookup_),
          words(html_words_of(options_.language)),
          phrases(options_.language, lookup_),
          markup(phrases, words) {}
    HtmlTools(const HtmlTools&) = delete;
    HtmlTools& operator=(const HtmlTools&) = delete;

    CivilTime civil(Moment moment) const {
        return civil_time(second_of(moment), options.utc_offset);
    }
    // <time> that says `text`.
    void add_time(std::string& html, Moment moment, std::string_view text) const;
    // "31 January 2025, 09:05 UTC"
    std::string moment(Moment moment) const {
        return phrases.moment(civil(moment)).append(" ").append(clock(moment));
    }
    std::string clock(Moment moment) const {
        return Phrases::clock(second_of(moment), options.utc_offset);
    }

    const ExportOptions& options;
    const Lookup& lookup;
    const HtmlWords& words;
    const Phrases phrases;
    const MarkupWriter markup;
};

// One file, written as it grows.
class PageFile {
public:
    PageFile(OutputFolder& folder, std::string_view path) : sink_(folder.create(path)) {}
    // Written to the file now and then, and by close().
    std::string& html() noexcept { return html_; }
    void flush_if_large() {
        if (html_.size() >= 65536) flush();
    }
    void close() {
        flush();
        sink_.reset();
    }

private:
    void flush() {
        sink_->write(as_bytes(html_));
        html_.clear();
    }

    std::unique_ptr<ByteSink> sink_;
    std::string html_;
};

// Twelve colours, "c0" to "c11": always the same for an identity, but that members of a group get
// different ones while there are enough.
class Colours {
public:
    explicit Colours(const std::vector<std::string>& members = {});
    std::string of(std::string_view identity) const;

private:
    std::map<std::string, unsigned, std::less<>> members_;
};

// The picture of a chat, or its first letter.
void add_face(std::string& html, std::string_view name, std::string_view id,
              std::string_view picture, unsigned up);

}  // namespace tresor::data_backup
