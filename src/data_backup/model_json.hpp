// The model as JSON objects, by the schema of export.hpp.
//
// Each function writes what stands between the braces of one object; what is empty is left out.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "codec/json_writer.hpp"
#include "data_backup/chat_writer.hpp"

namespace tresor::data_backup {

void write_members(codec::JsonWriter& json, const Contact& contact);
void write_members(codec::JsonWriter& json, const Group& group);
void write_members(codec::JsonWriter& json, const DistributionList& list);
void write_members(codec::JsonWriter& json, const Poll& poll);
void write_members(codec::JsonWriter& json, const Chat& chat);

// What only whoever shows a message knows; each may be empty.
struct MessagePlaces {
    std::string_view chat;              // its id
    std::string_view media, thumbnail;  // paths in the output folder
};

// Keeps `lookup`. Remembers the votes of the polls it has met. One thread at a time.
class MessageJson {
public:
    explicit MessageJson(const Lookup& lookup) : lookup_(lookup) {}
    void write_members(codec::JsonWriter& json, const Message& message, const Content& content,
                       const MessagePlaces& places = {});

private:
    struct Counted {
        std::vector<std::uint64_t> votes;
        bool large = false;  // too much to write it with each of its messages
    };
    const Counted& counted(const Poll& poll);
    void write_poll(codec::JsonWriter& json, const PollNotice& notice);

    const Lookup& lookup_;
    std::unordered_map<const Poll*, Counted> polls_;
};

}  // namespace tresor::data_backup
