// The messages of one chat that others quote.
#pragma once

#include <cstdint>
#include <functional>
#include <map>

#include <tresor/data_backup/model.hpp>

#include "data_backup/messages.hpp"

namespace tresor::data_backup {

class QuotedMessages {
public:
    // Reads the chat once to see what is quoted, and once more if anything is. `open` gives its
    // table from the begin. `poll`: the question of a poll, by its number.
    using Open = std::function<std::unique_ptr<MessageTable>()>;
    using Question = std::function<std::string_view(std::string_view)>;
    QuotedMessages(const Open& open, const Question& poll);

    // What a message quotes; absent if it quotes nothing.
    std::optional<Quote> find(std::string_view quoted_id) const;

private:
    std::map<std::uint64_t, Quote> quotes_;
};

}  // namespace tresor::data_backup
