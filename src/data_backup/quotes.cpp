#include "data_backup/quotes.hpp"

#include <algorithm>

#include "codec/utf8.hpp"

namespace tresor::data_backup {

namespace {

constexpr std::size_t most_text = 500;                     // bytes of one
constexpr std::size_t most_texts = std::size_t{32} << 20;  // of all of a chat

std::string beginning(std::string_view text) {
    std::string_view front = codec::front(text, most_text);
    return std::string(front).append(front.size() < text.size() ? "\u2026" : "");
}

// What stands for a message where it is quoted.
std::string text_of(const Message& message, const QuotedMessages::Question& poll) {
    Content content = content_of(message);
    if (auto* text = std::get_if<Text>(&content)) return beginning(text->text);
    if (auto* file = std::get_if<File>(&content))
        return beginning(file->caption.empty() ? file->name : file->caption);
    if (auto* place = std::get_if<Location>(&content))
        return beginning(place->name.empty() ? place->address : place->name);
    if (auto* notice = std::get_if<PollNotice>(&content)) return beginning(poll(notice->poll));
    return {};
}

Quote quote_of(const Message& message) {
    Quote quote;
    quote.found = message.deleted_at ? Quote::Found::deleted : Quote::Found::yes;
    quote.index = message.index;
    quote.sender = message.sender;
    quote.outgoing = message.outgoing;
    quote.type = message.type;
    return quote;
}

std::vector<std::uint64_t> quoted_ids(MessageTable& table) {
    std::vector<std::uint64_t> ids;
    for (MessageTable::Reference row; table.next(row);)
        if (row.quoted) ids.push_back(*row.quoted);
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

}  // namespace

QuotedMessages::QuotedMessages(const Open& open, const Question& poll) {
    auto ids = quoted_ids(*open());
    if (ids.empty()) return;
    auto table = open();
    std::size_t texts = 0;
    for (Message message; table->next(message);) {
        auto id = parse_hex64(message.api_id);
        if (!id || !std::binary_search(ids.begin(), ids.end(), *id)) continue;
        auto [at, is_new] = quotes_.emplace(*id, Quote());
        if (!is_new) continue;  // an id may be there twice: the first is as good as any
        at->second = quote_of(message);
        if (message.deleted_at || texts > most_texts) continue;
        at->second.text = text_of(message, poll);
        texts += at->second.text.size();
    }
}

std::optional<Quote> QuotedMessages::find(std::string_view quoted_id) const {
    if (quoted_id.empty()) return std::nullopt;
    auto id = parse_hex64(quoted_id);
    auto found = id ? quotes_.find(*id) : quotes_.end();
    return found == quotes_.end() ? Quote() : found->second;
}

}  // namespace tresor::data_backup
