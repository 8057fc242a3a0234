// The pages of one chat, and what the index says of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data_backup/html_message.hpp"
#include "data_backup/html_page.hpp"

namespace tresor::data_backup {

struct HtmlPage {
    std::string path;               // in the output folder
    std::uint64_t first_index = 0;  // of its messages
    OptionalMoment from, to;        // of its first and last message
};

struct HtmlChat {
    ChatKind kind = ChatKind::contact;
    std::string id, name, picture;
    bool archived = false;
    std::vector<std::string> members;
    std::vector<HtmlPage> pages;  // none: no messages
    ChatResult result;
    OptionalMoment said_at;  // of the last message that somebody wrote
    std::string said;        // its beginning
};

// Writes the pages of one chat, message by message: a new page begins with a new year when the
// current one is long, and in any case when it is twice as long. Keeps what it is given.
class ChatPages {
public:
    static constexpr std::uint64_t long_page = 5000;  // messages

    ChatPages(OutputFolder& folder, const HtmlTools& tools, const HtmlFrame& frame,
              const Chat& chat, std::string_view file_name, std::string_view picture);
    void add(const Shown& shown);
    HtmlChat end(const ChatResult& result);

private:
    bool page_is_full(const OptionalMoment& at) const;
    void begin_page(const Shown& shown);
    void end_page(const Shown* next);
    void begin_day(const Shown& shown);
    void end_day();
    HtmlPlace place_of(const Shown& shown);
    std::string path_of_page(std::size_t number) const;
    unsigned up() const { return chat_.pages.size() > 1 ? 2 : 1; }

    OutputFolder& folder_;
    const HtmlTools& tools_;
    const HtmlFrame& frame_;
    std::string file_name_;
    HtmlChat chat_;
    Colours colours_;

    std::optional<PageFile> page_;
    std::uint64_t on_page_ = 0;
    std::uint64_t last_index_ = 0;
    bool in_day_ = false;
    std::string day_;          // its heading
    std::string sender_;       // of the message before
    bool has_sender_ = false;  // and whether that can be continued
    std::string quoted_page_;
};

// "March 2024", "March 2024 – May 2025"; empty if there are no dates.
std::string months_of(const HtmlTools& tools, const OptionalMoment& from, const OptionalMoment& to);

// The page that lists all chats.
void write_index(OutputFolder& folder, const HtmlTools& tools, const HtmlFrame& frame,
                 std::vector<HtmlChat> chats);

}  // namespace tresor::data_backup
