// The words of an HTML export that are not said of messages, in each language.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include <tresor/data_backup/export.hpp>

namespace tresor::data_backup {

// A % stands for a number or a name.
struct HtmlWords {
    std::string_view language;  // for `lang`
    std::string_view chats, chats_of, all_chats, skip, archived, empty_chats, no_chats;
    std::string_view page, pages, earlier, later, undated;
    std::string_view filter, search, search_hint, next_hit, previous_hit, no_hits;
    std::string_view file, files, no_name, missing, damaged, left_out, only_thumbnail;
    std::string_view close, next_picture, previous_picture;
    std::string_view starred, edited_at, delivered_at, read_at;
    std::string_view reply_to, reactions;
    std::string_view map, app, accuracy;
    std::string_view poll, poll_open, poll_closed, poll_one, poll_several, poll_gone;
    std::string_view everybody, nothing;
    std::array<std::string_view, 14> states;  // in the order of MessageState; empty: not said
};

const HtmlWords& html_words_of(Language language);

// The phrase with `what` in the place of its %.
std::string filled(std::string_view phrase, std::string_view what);

}  // namespace tresor::data_backup
