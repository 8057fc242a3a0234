// Chat archives: what is in one.

#include "capi/archive.hpp"
#include "codec/json_writer.hpp"
#include "data_backup/json_fields.hpp"
#include "data_backup/model_json.hpp"

using namespace tresor;
using namespace tresor::capi;
using namespace tresor::data_backup;
using codec::JsonWriter;

namespace tresor::capi {

ReadOptions options_of(const tresor_data_backup_options* options) {
    ReadOptions made;
    if (options == nullptr) return made;
    need_version(options->version);
    auto limit = [](std::uint64_t& usual, std::uint64_t given) {
        if (given > 0) usual = given;
    };
    limit(made.max_content_bytes, options->max_content_bytes);
    limit(made.max_index_bytes, options->max_index_bytes);
    limit(made.max_directory_bytes, options->max_directory_bytes);
    limit(made.max_entries, options->max_entries);
    made.allow_unencrypted = options->allow_unencrypted != 0;
    made.assume_version = options->assume_version != 0;
    made.unix_line_ends = options->unix_line_ends != 0;
    if (options->jobs > 1024) throw Error(Errc::invalid_argument, "there are at most 1024 jobs");
    if (options->jobs > 0) made.jobs = options->jobs;
    made.progress = progress_of(options->progress, options->payload);
    return made;
}

DataBackup& archive_in(tresor_data_backup* handle) { return need(handle).archive; }

ReadAt& file_in(tresor_file* handle) { return *need(handle).store; }

Password password_of(const char* password, std::size_t size) {
    return Password(as_text(bytes(&need(password), size)));
}

}  // namespace tresor::capi

namespace {

const Chat& chat_in(const DataBackup& archive, const char* id) {
    const Chat* chat = archive.chat(text(id));
    if (chat == nullptr) throw Error(Errc::not_found, "there is no chat of this id");
    return *chat;
}

// An object for each of a list.
template <class List>
int give_list(tresor_buf* json, tresor_data_backup* handle,
              const List& (DataBackup::*list)() const) {
    return guard([&] {
        OutBuf result(json);
        JsonWriter out;
        out.objects((archive_in(handle).*list)(),
                    [&](const auto& one) { write_members(out, one); });
        result.set(out.take().expose());
        result.release();
    });
}

// What a message needs to be told of the archive around it. Keeps the archive.
class ArchiveLookup final : public Lookup {
public:
    explicit ArchiveLookup(const DataBackup& archive) : archive_(archive) {}
    std::string owner() const override {
        return archive_.identity() ? std::string(archive_.identity()->text()) : "";
    }
    std::string name_of(std::string_view identity) const override {
        return archive_.name_of(identity);
    }
    const Poll* poll(std::string_view row_id) const override { return archive_.poll(row_id); }

private:
    const DataBackup& archive_;
};

void text_or_null(JsonWriter& out, std::string_view name, std::string_view text) {
    out.name(name);
    text.empty() ? out.null() : out.text(readable(text));
}

}  // namespace

int tresor_data_backup_open(tresor_data_backup** out, tresor_file* file, const char* password,
                            std::size_t password_size, const tresor_data_backup_options* options) {
    clear(out);
    return guard([&] {
        need(out);
        ReadAt& content = file_in(file);
        make(out, DataBackup(content, password_of(password, password_size), options_of(options)));
    });
}

void tresor_data_backup_free(tresor_data_backup* archive) { delete archive; }

int tresor_data_backup_info(tresor_buf* json, tresor_data_backup* handle) {
    return guard([&] {
        OutBuf result(json);
        DataBackup& archive = archive_in(handle);
        JsonWriter out;
        out.begin_object();
        out.name("version");
        out.integer(archive.version());
        text_or_null(out, "identity", ArchiveLookup(archive).owner());
        text_or_null(out, "owner_picture", archive.owner_picture());
        out.end_object();
        result.set(out.take().expose());
        result.release();
    });
}

int tresor_data_backup_id_export(tresor_buf* code, tresor_data_backup* archive) {
    return guard([&] {
        OutBuf result(code);
        const SecretBytes found = archive_in(archive).id_export();
        result.set(found.expose());
        result.release();
    });
}

int tresor_data_backup_contacts(tresor_buf* json, tresor_data_backup* archive) {
    return give_list(json, archive, &DataBackup::contacts);
}

int tresor_data_backup_groups(tresor_buf* json, tresor_data_backup* archive) {
    return give_list(json, archive, &DataBackup::groups);
}

int tresor_data_backup_distribution_lists(tresor_buf* json, tresor_data_backup* archive) {
    return give_list(json, archive, &DataBackup::distribution_lists);
}

int tresor_data_backup_polls(tresor_buf* json, tresor_data_backup* archive) {
    return give_list(json, archive, &DataBackup::polls);
}

int tresor_data_backup_chats(tresor_buf* json, tresor_data_backup* archive) {
    return give_list(json, archive, &DataBackup::chats);
}

int tresor_data_backup_summary(tresor_buf* json, tresor_data_backup* handle, const char* chat) {
    return guard([&] {
        OutBuf result(json);
        DataBackup& archive = archive_in(handle);
        auto summary = archive.summary(chat_in(archive, chat));
        JsonWriter out;
        JsonFields fields(out);
        out.begin_object();
        fields.integer("messages", static_cast<std::int64_t>(summary.messages));
        fields.integer("media", static_cast<std::int64_t>(summary.media));
        fields.integer("media_bytes", static_cast<std::int64_t>(summary.media_bytes));
        fields.moment("first", summary.first);
        fields.moment("last", summary.last);
        out.end_object();
        result.set(out.take().expose());
        result.release();
    });
}

int tresor_data_backup_entries(tresor_buf* json, tresor_data_backup* archive) {
    return guard([&] {
        OutBuf result(json);
        JsonWriter out;
        out.objects(archive_in(archive).entries(), [&](const EntryInfo& entry) {
            out.name("name");
            out.text(readable(entry.name));
            out.name("packed_size");
            out.integer(static_cast<std::int64_t>(entry.packed_size));
            out.name("size");
            out.integer(static_cast<std::int64_t>(entry.size));
        });
        result.set(out.take().expose());
        result.release();
    });
}

int tresor_data_backup_read(int* found, tresor_data_backup* archive, const char* entry,
                            const tresor_sink* into) {
    return guard([&] {
        Out is_there(found, 0);
        CSink sink(need(into));
        is_there.set(archive_in(archive).read(text(entry), sink) ? 1 : 0);
    });
}

int tresor_data_backup_read_bytes(int* found, tresor_buf* content, tresor_data_backup* archive,
                                  const char* entry, std::size_t most) {
    return guard([&] {
        OutBuf got(content, true);
        Out is_there(found, 0);
        need(content);
        MemorySink sink(most);
        bool there = archive_in(archive).read(text(entry), sink);
        if (there) got.set(sink.bytes());
        is_there.set(there ? 1 : 0);
        got.release();
    });
}

int tresor_data_backup_findings(tresor_buf* findings, tresor_data_backup* archive) {
    return guard([&] {
        OutBuf result(findings);
        result.set_findings(archive_in(archive).findings());
        result.release();
    });
}

// ---- messages ----

struct tresor_message_reader {
    // As long as it lives at one place: the writer keeps the lookup.
    tresor_message_reader(DataBackup& archive, const Chat& chat, Quotes quotes)
        : id(chat.id), lookup(archive), json(lookup), messages(archive.messages(chat, quotes)) {}
    tresor_message_reader(const tresor_message_reader&) = delete;
    tresor_message_reader& operator=(const tresor_message_reader&) = delete;

    std::string id;
    ArchiveLookup lookup;
    MessageJson json;
    MessageReader messages;
    Message message;
};

int tresor_data_backup_messages(tresor_message_reader** out, tresor_data_backup* handle,
                                const char* chat, int quotes) {
    clear(out);
    return guard([&] {
        need(out);
        DataBackup& archive = archive_in(handle);
        *out = new tresor_message_reader(archive, chat_in(archive, chat),
                                         quotes != 0 ? Quotes::resolved : Quotes::left);
    });
}

void tresor_message_reader_free(tresor_message_reader* reader) { delete reader; }

int tresor_message_reader_next(std::size_t* count, tresor_buf* lines, tresor_message_reader* handle,
                               std::size_t most) {
    constexpr std::size_t enough = std::size_t{1} << 20;
    return guard([&] {
        OutBuf result(lines, true);
        Out found(count, std::size_t{0});
        need(lines);
        auto& reader = need(handle);
        if (most == 0) throw Error(Errc::invalid_argument, "there is no room for a message");
        SecretBytes all;
        std::size_t number = 0;
        while (number < most && all.size() < enough && reader.messages.next(reader.message)) {
            JsonWriter out;
            out.begin_object();
            reader.json.write_members(out, reader.message, content_of(reader.message),
                                      {.chat = reader.id, .media = {}, .thumbnail = {}});
            out.end_object();
            const SecretBytes line = out.take();
            all.append(line.expose());
            all.push_back('\n');
            ++number;
        }
        result.set(std::as_const(all).expose());
        result.release();
        found.set(number);
    });
}
