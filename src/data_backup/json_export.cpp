#include <optional>
#include <set>

#include "data_backup/chat_writer.hpp"
#include "data_backup/json_fields.hpp"
#include "data_backup/model_json.hpp"
#include "data_backup/text_file.hpp"

namespace tresor::data_backup {

namespace {

using codec::JsonWriter;

// A chat for index.json.
struct IndexedChat {
    Chat chat;
    std::string file, picture;
    ChatResult result;
};

class JsonExport final : public ChatWriter {
public:
    JsonExport(OutputFolder& folder, const Lookup& lookup, const ExportOptions& options)
        : folder_(folder), lookup_(lookup), messages_(lookup), all_(options.chats.empty()) {}

    void begin(const Chat& chat, std::string_view file_name, std::string_view picture) override {
        std::string file = std::string(file_name).append(".jsonl");
        file_.emplace(folder_.create(file));
        chats_.push_back({chat, std::move(file), std::string(picture), {}});
    }

    void add(const Shown& shown) override {
        JsonWriter line;
        line.begin_object();
        messages_.write_members(line, shown.message, shown.content,
                                {chats_.back().chat.id, shown.media, shown.thumbnail});
        line.end_object();
        file_->put(as_text(line.take().expose()));
        file_->put("\n");
    }

    void end(const ChatResult& result) override {
        file_->flush();
        file_.reset();
        chats_.back().result = result;
    }

    void finish() override;

private:
    void write_tables(JsonWriter& json) const;

    OutputFolder& folder_;
    const Lookup& lookup_;
    MessageJson messages_;
    bool all_;
    std::vector<IndexedChat> chats_;
    std::optional<TextFile> file_;
};

void JsonExport::finish() {
    JsonWriter json(JsonWriter::Space::line_a_member);
    JsonFields fields(json);
    json.begin_object();
    fields.text("owner", lookup_.owner());
    json.name("chats");
    json.objects(chats_, [&](const IndexedChat& one) {
        write_members(json, one.chat);
        fields.text("picture", one.picture);
        fields.text("file", one.file);
        fields.integer("messages", static_cast<std::int64_t>(one.result.messages));
        fields.integer("media", static_cast<std::int64_t>(one.result.media));
        fields.moment("first", one.result.first);
        fields.moment("last", one.result.last);
    });
    write_tables(json);
    json.end_object();
    TextFile index(folder_.create("index.json"));
    index.put(as_text(json.take().expose()));
    index.put("\n");
    index.flush();
}

// Of an export of some chats only what belongs to them, so that it can be passed on.
void JsonExport::write_tables(JsonWriter& json) const {
    std::set<std::string_view> chats, people{};
    for (const IndexedChat& one : chats_) {
        chats.insert(one.chat.id);
        if (one.chat.kind == ChatKind::contact) people.insert(one.chat.id);
        people.insert(one.chat.members.begin(), one.chat.members.end());
    }
    auto write = [&](std::string_view name, const auto& list, const auto& belongs) {
        json.name(name);
        json.begin_array();
        for (const auto& one : list) {
            if (!all_ && !belongs(one)) continue;
            json.begin_object();
            write_members(json, one);
            json.end_object();
        }
        json.end_array();
    };
    Tables tables = lookup_.tables();
    write("contacts", tables.contacts,
          [&](const Contact& contact) { return people.count(contact.identity) > 0; });
    write("groups", tables.groups, [&](const Group& group) {
        return chats.count(std::string(group.id).append("-").append(group.creator)) > 0;
    });
    write("distribution_lists", tables.distribution_lists,
          [&](const DistributionList& list) { return chats.count(list.id) > 0; });
    write("polls", tables.polls, [&](const Poll& poll) { return chats.count(poll.chat) > 0; });
}

}  // namespace

std::unique_ptr<ChatWriter> json_writer(OutputFolder& folder, const Lookup& lookup,
                                        const ExportOptions& options) {
    return std::make_unique<JsonExport>(folder, lookup, options);
}

}  // namespace tresor::data_backup
