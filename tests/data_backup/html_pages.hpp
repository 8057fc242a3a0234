// Pages of chats that are made up, and whether they are whole.
#pragma once

#include <algorithm>
#include <set>
#include <vector>

#include "chat.hpp"
#include "data_backup/html_chat.hpp"

namespace test {

using namespace tresor;
using namespace tresor::data_backup;

// The tags of a page with their attributes but not the values of these, in order; style and script
// count as empty. Fails for what a parser would have to repair.
class Structure {
public:
    explicit Structure(std::string_view html) {
        while (!html.empty()) {
            std::size_t tag = html.find('<');
            check_text(html.substr(0, tag));
            if (tag == std::string_view::npos) break;
            html.remove_prefix(tag);
            if (html.starts_with("<!DOCTYPE html>"))
                html.remove_prefix(15);
            else
                take_tag(html);
        }
        CHECK(open_.empty());
    }
    const std::vector<std::string>& tags() const { return tags_; }
    std::size_t count(std::string_view tag) const {
        return static_cast<std::size_t>(std::count(tags_.begin(), tags_.end(), tag));
    }

private:
    static void check_text(std::string_view text) {
        CHECK(text.find('>') == std::string_view::npos);
        for (char c : text)
            if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' && c != '\r')
                FAIL_CHECK("a control character");
    }

    void take_tag(std::string_view& html) {
        std::size_t at = 1;
        bool closes = html[at] == '/';
        if (closes) ++at;
        auto name_end = html.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789", at);
        std::string name(html.substr(at, name_end - at)), tag = name;
        at = name_end;
        while (html[at] == ' ') {
            auto end = html.find_first_of("= >/", at + 1);
            std::string attribute(html.substr(at + 1, end - at - 1));
            CHECK_MESSAGE(!attribute.starts_with("on"), attribute);
            CHECK_MESSAGE(attribute != "style", attribute);
            tag.append(" ").append(attribute);
            at = end;
            if (html[at] != '=') continue;
            REQUIRE(html[at + 1] == '"');
            at = html.find('"', at + 2) + 1;
        }
        bool empty = html[at] == '/';
        if (empty) ++at;
        REQUIRE(html[at] == '>');
        html.remove_prefix(at + 1);
        note(name, tag, closes, empty);
        if (!closes && (name == "style" || name == "script"))
            html.remove_prefix(html.find("</" + name + ">"));
    }

    void note(const std::string& name, const std::string& tag, bool closes, bool empty) {
        static const std::set<std::string> alone{"meta", "img", "input", "source"};
        if (!closes) tags_.push_back(tag);
        if (empty || alone.count(name) > 0) return;
        if (!closes) return open_.push_back(name);
        REQUIRE(!open_.empty());
        CHECK(open_.back() == name);
        open_.pop_back();
    }

    std::vector<std::string> tags_, open_;
};

inline Message text_message(std::string text, std::string sender = "ALICE001") {
    Message message = test::message_of(MessageType::text, std::move(text));
    message.sender = std::move(sender);
    message.posted_at = moment("2025-01-31T10:00:00Z");
    message.api_id = "0011223344556677";
    return message;
}

// One chat, and its files.
struct Pages {
    MemoryFolder folder;
    SmallLookup lookup;
    ExportOptions options;
    Chat chat;
    std::string name = "Alice ALICE001";
    std::string media, thumbnail;  // of every message
    std::vector<std::pair<Message, Content>> messages;

    Pages() {
        chat.kind = ChatKind::contact;
        chat.id = "ALICE001";
        chat.name = "Alice Meier";
    }
    Pages& add(Message message, Content content) {
        message.index = messages.size();
        messages.emplace_back(std::move(message), std::move(content));
        return *this;
    }
    Pages& say(std::string text) {
        Message message = text_message(text);
        return add(std::move(message), Text{std::move(text)});
    }
    void write() {
        auto writer = html_writer(folder, lookup, options);
        writer->begin(chat, name, "");
        ChatResult result;
        for (const auto& [message, content] : messages) {
            ++result.messages;
            result.first = result.last = message.shown_at();
            writer->add({message, content, message.shown_at(), media, thumbnail, 1234});
        }
        writer->end(result);
        writer->finish();
    }
    const std::string& page() {
        if (folder.files.empty()) write();
        return folder.files.at("chats/" + name + ".html");
    }
    const std::string& index() {
        if (folder.files.empty()) write();
        return folder.files.at("index.html");
    }
};

inline bool has(const std::string& html, std::string_view what) {
    return html.find(what) != std::string::npos;
}

}  // namespace test
