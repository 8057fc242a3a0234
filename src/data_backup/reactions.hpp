// The tables of reactions, kept small: by chat and message (data-backup.md 4.11).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <tresor/data_backup/model.hpp>

#include "base/findings.hpp"

namespace tresor {
class ByteSource;
}

namespace tresor::data_backup {

// After finish() its const functions may be called by several threads.
class Reactions {
public:
    void read(ByteSource& table, ChatKind kind, Findings& findings);
    void finish();  // sorts

    // Of a chat, by its id; `no_chat` if there are none.
    static constexpr std::uint32_t no_chat = static_cast<std::uint32_t>(-1);
    std::uint32_t chat(ChatKind kind, std::string_view id) const;
    // Appends those to one message, in the order of the table.
    void append(std::uint32_t chat, std::uint64_t message, std::vector<Reaction>& to) const;
    std::uint64_t count(ChatKind kind) const noexcept { return counts_[static_cast<int>(kind)]; }

private:
    struct Row {
        std::uint64_t message;
        std::int64_t at;
        std::uint32_t chat, sender, emoji;
    };
    std::uint32_t word(std::string_view text);

    std::vector<Row> rows_;
    std::vector<std::string> words_;  // senders and emojis, each once
    std::map<std::string, std::uint32_t> word_numbers_, chats_;
    std::uint64_t counts_[3] = {};
};

}  // namespace tresor::data_backup
