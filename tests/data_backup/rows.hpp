// Tables that a test writes itself.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/findings.hpp"
#include "data_backup/messages.hpp"
#include "vector.hpp"

namespace test {

using namespace tresor;

using Row = std::map<std::string, std::string>;  // column -> value

// As the app writes it (data-backup.md 3.1). The columns are those that any of the rows has.
inline std::string table_of(const std::vector<Row>& rows) {
    std::set<std::string> columns;
    for (const Row& row : rows)
        for (const auto& cell : row) columns.insert(cell.first);
    std::string text;
    auto add = [&](std::string_view value, bool last) {
        text += '"';
        for (char c : value) text.append(c == '"' || c == '\\' ? 2 : 1, c);
        text += last ? "\"\n" : "\",";
    };
    for (const std::string& column : columns) add(column, column == *columns.rbegin());
    for (const Row& row : rows)
        for (const std::string& column : columns)
            add(row.contains(column) ? row.at(column) : "", column == *columns.rbegin());
    return text;
}

// What a table came to, and what was odd in it.
template <class Value>
struct Read {
    Value value;
    std::vector<Finding> findings;
};

// `read` is called with a source and findings.
template <class Reader>
auto read_table(std::string_view text, Reader reader) {
    Findings findings;
    MemorySource source(as_bytes(text));
    auto value = reader(source, findings);
    return Read<decltype(value)>{std::move(value), findings.take()};
}

// A chat with ECHOECHO, a group or a list, of MYSELF01.
inline data_backup::Chat chat_of(data_backup::ChatKind kind) {
    data_backup::Chat chat;
    chat.kind = kind;
    chat.id = kind == data_backup::ChatKind::contact ? "ECHOECHO"
              : kind == data_backup::ChatKind::group ? "a1b2c3d4e5f60718-ABCD1234"
                                                     : "5";
    chat.entry = "chat.csv";
    return chat;
}

// Keeps the text.
inline std::unique_ptr<data_backup::MessageTable> open_chat(
    std::string_view text, data_backup::ChatKind kind, Findings& findings,
    const data_backup::Reactions* reactions = nullptr) {
    return std::make_unique<data_backup::MessageTable>(
        std::make_unique<MemorySource>(as_bytes(text)), chat_of(kind), "MYSELF01", reactions,
        findings, false);
}

inline Read<std::vector<data_backup::Message>> read_chat(
    const std::vector<Row>& rows, data_backup::ChatKind kind = data_backup::ChatKind::contact,
    const data_backup::Reactions* reactions = nullptr) {
    Findings findings;
    std::string text = table_of(rows);
    auto table = open_chat(text, kind, findings, reactions);
    std::vector<data_backup::Message> messages;
    for (data_backup::Message message; table->next(message);) messages.push_back(message);
    return {std::move(messages), findings.take()};
}

}  // namespace test
