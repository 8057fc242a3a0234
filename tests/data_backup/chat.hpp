// A small archive that is made up, for the writers of chats.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "data_backup/chat_writer.hpp"
#include "support.hpp"

namespace test {

namespace db = tresor::data_backup;

inline db::Moment moment(std::string_view text, int millis = 0) {
    return db::Moment(at(text)) + db::Millis(millis);
}

inline db::Message message_of(db::MessageType type, std::string body) {
    db::Message message;
    message.type = type;
    message.body = std::move(body);
    return message;
}

// Owner MYSELF01, Alice Meier, Bob; one poll, 7.
class SmallLookup final : public db::Lookup {
public:
    SmallLookup() {
        poll_.row_id = "7";
        poll_.name = "Where to?";
        poll_.choices.resize(2);
        poll_.choices[0].name = "Lake";
        poll_.choices[1].name = "Town";
        poll_.choices[1].number = 1;
        for (const char* who : {"ALICE001", "BOB00001"})
            poll_.votes.push_back({who, 1, true, {}, {}});
        poll_.votes.push_back({"MYSELF01", 0, true, {}, {}});
        poll_.votes.push_back({"MYSELF01", 1, false, {}, {}});
    }

    std::string owner() const override { return "MYSELF01"; }
    std::string name_of(std::string_view identity) const override {
        if (identity == "ALICE001") return "Alice Meier";
        if (identity == "BOB00001") return "Bob";
        return std::string(identity);
    }
    const db::Poll* poll(std::string_view row_id) const override {
        return row_id == poll_.row_id ? &poll_ : nullptr;
    }
    db::Tables tables() const override { return {contacts, groups, lists, polls}; }

    std::vector<db::Contact> contacts;
    std::vector<db::Group> groups;
    std::vector<db::DistributionList> lists;
    std::vector<db::Poll> polls;

private:
    db::Poll poll_;
};

// Keeps the files in memory.
class MemoryFolder final : public db::OutputFolder {
public:
    std::unique_ptr<tresor::ByteSink> create(std::string_view path) override {
        return std::make_unique<Sink>(files[std::string(path)]);
    }
    std::map<std::string, std::string> files;

private:
    class Sink final : public tresor::ByteSink {
    public:
        explicit Sink(std::string& file) : file_(file) {}
        void write(ByteView bytes) override { file_.append(tresor::as_text(bytes)); }
        void restart() override { file_.clear(); }

    private:
        std::string& file_;
    };
};

}  // namespace test
