// What export_chats() gives to a format: one chat after the other, message by message.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <tresor/data_backup/export.hpp>

namespace tresor::data_backup {

// A new folder with new files in it.
class OutputFolder {
public:
    virtual ~OutputFolder() = default;
    // A file by its path in the folder, with "/" and made by us; folders are made as needed. It is
    // written with the last reference to it. Throws conflict if there is one, io.
    virtual std::unique_ptr<ByteSink> create(std::string_view path) = 0;
};

// The small tables of an archive.
struct Tables {
    std::span<const Contact> contacts;
    std::span<const Group> groups;
    std::span<const DistributionList> distribution_lists;
    std::span<const Poll> polls;
};

// What a message needs to be told of the archive around it.
class Lookup {
public:
    virtual ~Lookup() = default;
    virtual std::string owner() const = 0;                             // identity, or empty
    virtual std::string name_of(std::string_view identity) const = 0;  // for people; "" for ""
    virtual const Poll* poll(std::string_view row_id) const = 0;
    virtual Tables tables() const { return {}; }  // of the whole archive; for an index
};

struct Shown {
    const Message& message;
    const Content& content;
    OptionalMoment at;             // message.shown_at()
    std::string media, thumbnail;  // paths in the output folder, with "/"; empty: not there
    std::uint64_t media_bytes = 0;
};

// How one chat ended: for the index.
struct ChatResult {
    std::uint64_t messages = 0, media = 0;
    OptionalMoment first, last;
};

// One format. Chats come one by one: begin, its messages in order, end; finish once at the end.
class ChatWriter {
public:
    virtual ~ChatWriter() = default;
    // `file_name`: safe and unique, without extension. `picture`: path in the output folder, or
    // empty.
    virtual void begin(const Chat& chat, std::string_view file_name, std::string_view picture) = 0;
    virtual void add(const Shown& shown) = 0;
    virtual void end(const ChatResult& result) = 0;
    virtual void finish() = 0;
};

// Each keeps what it is given.
std::unique_ptr<ChatWriter> html_writer(OutputFolder&, const Lookup&, const ExportOptions&);
std::unique_ptr<ChatWriter> json_writer(OutputFolder&, const Lookup&, const ExportOptions&);
std::unique_ptr<ChatWriter> text_writer(OutputFolder&, const Lookup&, const ExportOptions&);

}  // namespace tresor::data_backup
