#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "data_backup/chat_writer.hpp"
#include "data_backup/phrases.hpp"
#include "data_backup/text_file.hpp"

namespace tresor::data_backup {

namespace {

constexpr std::string_view margin = "        ";  // as wide as "[09:05] "
constexpr std::size_t most_members = 500, most_choices = 100, most_emoji = 100;

// How many columns it takes, near enough for a line below it.
std::size_t width_of(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    }));
}

// Takes one line off the front: LF, CR, CR LF and the separators of Unicode end it.
std::string_view next_line(std::string_view& text) {
    constexpr std::string_view separators[] = {"\r\n", "\n", "\r", "\xE2\x80\xA8", "\xE2\x80\xA9"};
    constexpr std::string_view first_bytes = "\r\n\xE2";
    for (std::size_t at = 0; (at = text.find_first_of(first_bytes, at)) != text.npos; ++at)
        for (auto separator : separators)
            if (text.substr(at, separator.size()) == separator) {
                auto line = text.substr(0, at);
                text.remove_prefix(at + separator.size());
                return line;
            }
    return std::exchange(text, {});
}

// One message as lines: what is said stands behind the head, the rest below it.
class Block {
public:
    explicit Block(std::string head) : text_(std::move(head)) {}

    void head(std::string_view more) { text_.append(more); }
    // Of many lines the first stands in the line that was begun, if it is still the head.
    void say(std::string_view content) {
        while (!content.empty()) {
            std::string line = one_line(next_line(content), std::string::npos);
            if (below_)
                this->below(line);
            else
                text_.append(" ").append(line);
            below_ = true;
        }
    }
    void below(std::string_view line) {
        text_.append("\n").append(line.empty() ? "" : margin).append(line);
        below_ = true;
    }
    std::string finish() { return std::move(text_.append("\n")); }

private:
    std::string text_;
    bool below_ = false;
};

class TextExport final : public ChatWriter {
public:
    TextExport(OutputFolder& folder, const Lookup& lookup, const ExportOptions& options)
        : folder_(folder),
          lookup_(lookup),
          phrases_(options.language, lookup),
          utc_offset_(options.utc_offset) {}

    void begin(const Chat& chat, std::string_view file_name, std::string_view) override {
        file_.emplace(folder_.create(std::string(file_name).append(".txt")));
        day_.clear();
        clock_.clear();
        heading(one_line(chat.name), '=');
        file_->put(phrases_.kind(chat.kind).append(" ").append(one_line(chat.id)).append("\n"));
        if (!chat.members.empty()) file_->put(members(chat));
    }

    void add(const Shown& shown) override;

    void end(const ChatResult& result) override {
        file_->put(std::string("\n").append(phrases_.messages(result.messages)).append("\n"));
        file_->flush();
        file_.reset();
    }

    void finish() override {}

private:
    void heading(const std::string& text, char line) {
        file_->put(text);
        file_->put(std::string("\n").append(width_of(text), line).append("\n"));
    }
    std::string members(const Chat& chat) const;
    void begin_day(const CivilTime& time, Moment at);
    void notice(Block& block, const Shown& shown);
    void message(Block& block, const Shown& shown) const;
    void quote(Block& block, const Quote& quote) const;
    void file(Block& block, const File& file, const Shown& shown) const;
    void poll(Block& block, const Poll& poll);
    void reactions(Block& block, const Message& message) const;

    OutputFolder& folder_;
    const Lookup& lookup_;
    Phrases phrases_;
    UtcOffset utc_offset_;
    std::optional<TextFile> file_;
    std::string day_, clock_;
    std::unordered_map<const Poll*, std::vector<std::uint64_t>> polls_;  // their votes
};

// Said by nobody in particular.
bool is_notice(const Shown& shown) {
    const Message& message = shown.message;
    if (message.deleted_at || std::holds_alternative<File>(shown.content) ||
        std::holds_alternative<Location>(shown.content) ||
        std::holds_alternative<Unreadable>(shown.content))
        return false;
    if (!std::holds_alternative<Text>(shown.content)) return true;
    return message.is_status || message.type == MessageType::status;
}

std::string TextExport::members(const Chat& chat) const {
    std::string text = phrases_.members().append(": ");
    std::size_t count = std::min(chat.members.size(), most_members);
    for (std::size_t i = 0; i < count; ++i)
        text.append(i > 0 ? ", " : "").append(phrases_.person(chat.members[i]));
    if (count < chat.members.size())
        text.append(", … (").append(std::to_string(chat.members.size())).append(")");
    return text.append("\n");
}

void TextExport::begin_day(const CivilTime& time, Moment at) {
    std::string day = phrases_.day(time);
    if (day == day_) return;
    day_ = day;
    std::string clock = Phrases::clock(second_of(at), utc_offset_);
    if (clock != clock_) day.append(" (").append(clock).append(")");  // first, and when it changes
    clock_ = clock;
    file_->put("\n");
    heading(day, '-');
}

void TextExport::add(const Shown& shown) {
    std::string head = "[--:--]";
    if (shown.at) {
        CivilTime time = civil_time(second_of(*shown.at), utc_offset_);
        begin_day(time, *shown.at);
        head = std::string("[").append(phrases_.time(time)).append("]");
    }
    Block block(std::move(head));
    if (is_notice(shown))
        notice(block, shown);
    else
        message(block, shown);
    reactions(block, shown.message);
    file_->put(block.finish());
}

void TextExport::notice(Block& block, const Shown& shown) {
    block.head(" *");
    block.say(phrases_.notice(shown.message, shown.content));
    auto said = std::get_if<PollNotice>(&shown.content);
    const Poll* found = said ? lookup_.poll(said->poll) : nullptr;
    if (found) poll(block, *found);
}

void TextExport::message(Block& block, const Shown& shown) const {
    const Message& message = shown.message;
    block.head(std::string(" ").append(phrases_.sender(message)));
    if (message.starred()) block.head(" ★");
    if (message.edited_at && !message.deleted_at)
        block.head(std::string(" (").append(phrases_.edited()).append(")"));
    block.head(":");
    if (message.quote) quote(block, *message.quote);
    std::string notice = phrases_.notice(message, shown.content);
    if (!notice.empty()) return block.say(std::string("<").append(notice).append(">"));
    if (auto text = std::get_if<Text>(&shown.content))
        return block.say(phrases_.with_mentions(text->text));
    if (auto sent = std::get_if<File>(&shown.content)) file(block, *sent, shown);
}

void TextExport::quote(Block& block, const Quote& quote) const {
    std::string text = "> ", person = phrases_.quoted_person(quote);
    if (!person.empty()) text.append(person).append(": ");
    block.below(text.append(one_line(phrases_.with_mentions(phrases_.quoted(quote)))));
}

// "<Picture, holiday.jpg, 1.4 MB, media/holiday.jpg>"
void TextExport::file(Block& block, const File& file, const Shown& shown) const {
    std::string text = std::string("<").append(phrases_.kind(file));
    auto add = [&](std::string_view part) {
        if (!part.empty()) text.append(", ").append(part);
    };
    add(one_line(file.name));
    if (file.seconds) add(phrases_.duration(*file.seconds));
    auto size = shown.media_bytes > 0 ? shown.media_bytes : static_cast<std::uint64_t>(file.size);
    if (size > 0) add(phrases_.size(size));
    add(shown.media);
    block.say(text.append(">"));
    block.say(phrases_.with_mentions(file.caption));
}

void TextExport::poll(Block& block, const Poll& poll) {
    auto found = polls_.try_emplace(&poll);
    if (found.second) found.first->second = tally(poll);
    const auto& votes = found.first->second;
    std::size_t count = std::min(poll.choices.size(), most_choices);
    for (std::size_t i = 0; i < count; ++i)
        block.below(std::string("- ")
                        .append(one_line(poll.choices[i].name))
                        .append(": ")
                        .append(phrases_.votes(votes[i])));
    if (count < poll.choices.size()) block.below("- …");
}

// "👍 Alice, Bob": a line for each emoji.
void TextExport::reactions(Block& block, const Message& message) const {
    std::vector<std::pair<std::string_view, std::string>> lines;
    for (const Reaction& reaction : message.reactions) {
        auto same = [&](const auto& line) { return line.first == reaction.emoji; };
        auto line = std::find_if(lines.begin(), lines.end(), same);
        if (line == lines.end() && lines.size() == most_emoji) continue;
        if (line == lines.end()) line = lines.emplace(lines.end(), reaction.emoji, "");
        line->second.append(line->second.empty() ? " " : ", ");
        line->second.append(phrases_.person(reaction.sender));
    }
    for (const auto& line : lines) block.below(one_line(line.first, 64).append(line.second));
}

}  // namespace

std::unique_ptr<ChatWriter> text_writer(OutputFolder& folder, const Lookup& lookup,
                                        const ExportOptions& options) {
    return std::make_unique<TextExport>(folder, lookup, options);
}

}  // namespace tresor::data_backup
