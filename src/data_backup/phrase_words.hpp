// The words of phrases.hpp in each language.
//
// In a phrase %1 stands for a person and %2 for a name, a number or a text.
#pragma once

#include <array>
#include <string_view>

#include <tresor/data_backup/export.hpp>

namespace tresor::data_backup {

// What is said of others, and of the owner.
struct Phrase {
    std::string_view other, you;
};

struct Words {
    std::string_view you, everyone, somebody, somebody_unknown;
    std::string_view deleted, edited, unreadable, missing_quote;
    std::array<std::string_view, 8> kinds;  // of files, in the order of FileKind; a sticker
    std::array<std::string_view, 3> chats;  // in the order of ChatKind
    std::string_view members;
    std::string_view one_vote, votes, one_message, messages;

    std::string_view place;
    std::array<Phrase, 4> polls;  // by PollAction
    std::string_view poll_gone;   // after the sentence
    std::array<Phrase, 5> calls;  // by CallOutcome: received, made
    std::array<std::string_view, 6> reasons;
    std::array<Phrase, 3> group_calls;  // by GroupCallAction, by somebody
    std::array<std::string_view, 3> group_calls_of_nobody;
    std::array<Phrase, 14> group_events;
    std::string_view group_event;  // any other
    std::array<std::string_view, 10> forward_security;
    std::string_view forward_security_notice;  // any other

    std::array<std::string_view, 12> months;
    std::array<std::string_view, 7> weekdays;
    std::string_view after_day;  // "24. November", "24 November"
    std::string_view quote_open, quote_close;
    char decimal;
};

const Words& words_of(Language language);

}  // namespace tresor::data_backup
