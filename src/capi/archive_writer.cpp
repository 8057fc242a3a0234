// Chat archives that are made: of what a program has, of other archives, of a folder.

#include <tresor/data_backup/filter.hpp>
#include <tresor/data_backup/writer.hpp>

#include "capi/archive.hpp"
#include "data_backup/model_from_json.hpp"

using namespace tresor;
using namespace tresor::capi;
using namespace tresor::data_backup;

namespace {

WriteOptions write_options_of(const tresor_write_options* options) {
    WriteOptions made;
    if (options == nullptr) return made;
    need_version(options->version);
    made.made_at = timestamp(options->made_at);
    if (options->jobs > 1024) throw Error(Errc::invalid_argument, "there are at most 1024 jobs");
    if (options->jobs > 0) made.jobs = options->jobs;
    made.utc_offset = offset_of(options->utc_offset, options->payload);
    made.progress = progress_of(options->progress, options->payload);
    return made;
}

Existing existing_of(const tresor_write_options* options) {
    return options != nullptr && options->replace != 0 ? Existing::replace : Existing::refuse;
}

// A source that may be missing.
class Picture {
public:
    explicit Picture(const tresor_source* source) {
        if (source != nullptr) source_.emplace(*source);
    }
    ByteSource* get() { return source_ ? &*source_ : nullptr; }

private:
    std::optional<CSource> source_;
};

Cut cut_of(const tresor_cut* cut) {
    Cut made;
    if (cut == nullptr) return made;
    need_version(cut->version);
    made.chats = chats_of(cut->chats, cut->chats_count);
    made.since = moment_of(cut->since);
    made.until = moment_of(cut->until);
    made.media = cut->without_media == 0;
    return made;
}

tresor_rewritten told(const Rewritten& made) {
    return {made.entries, made.bytes, made.messages, made.bad.size()};
}

}  // namespace

struct tresor_archive_writer {
    tresor_archive_writer(const tresor_sink& into, const Password& password, WriteOptions options)
        : given(into),
          sink(std::make_unique<CSink>(given)),
          writer(*sink, password, std::move(options)) {}
    tresor_archive_writer(std::unique_ptr<FileSink> target, const Password& password,
                          WriteOptions options)
        : file(target.get()),
          sink(std::move(target)),
          writer(*sink, password, std::move(options)) {}
    tresor_archive_writer(const tresor_archive_writer&) = delete;
    tresor_archive_writer& operator=(const tresor_archive_writer&) = delete;

    tresor_sink given = TRESOR_SINK_INIT;
    FileSink* file = nullptr;
    std::unique_ptr<ByteSink> sink;
    DataBackupWriter writer;
    bool finished = false;
};

namespace {

// What failed once fails ever after: the writer sees to that.
DataBackupWriter& writer_in(tresor_archive_writer* handle) {
    if (need(handle).finished) throw Error(Errc::invalid_argument, "this archive is finished");
    return handle->writer;
}

template <class Of, class Work>
int add_json(tresor_archive_writer* handle, const void* json, std::size_t size, Of of,
             Work&& work) noexcept {
    return guard([&] {
        DataBackupWriter& writer = writer_in(handle);
        work(writer, of(bytes(&need(static_cast<const Byte*>(json)), size)));
    });
}

template <class Work>
int add_source(tresor_archive_writer* handle, const tresor_source* source, Work&& work) noexcept {
    return guard([&] {
        DataBackupWriter& writer = writer_in(handle);
        CSource content(need(source));
        work(writer, content);
    });
}

}  // namespace

int tresor_archive_writer_open(tresor_archive_writer** out, const char* path, const char* password,
                               std::size_t password_size, const tresor_write_options* options) {
    clear(out);
    return guard([&] {
        need(out);
        auto made = write_options_of(options);
        const Password word = password_of(password, password_size);
        require_archive_password(word);  // before there is a file
        *out = new tresor_archive_writer(
            std::make_unique<FileSink>(text(path), existing_of(options)), word, std::move(made));
    });
}

int tresor_archive_writer_into(tresor_archive_writer** out, const tresor_sink* into,
                               const char* password, std::size_t password_size,
                               const tresor_write_options* options) {
    clear(out);
    return guard([&] {
        need(out);
        auto made = write_options_of(options);
        *out = new tresor_archive_writer(need(into), password_of(password, password_size),
                                         std::move(made));
    });
}

void tresor_archive_writer_free(tresor_archive_writer* writer) { delete writer; }

int tresor_archive_writer_set_owner(tresor_archive_writer* handle, const char* identity,
                                    const unsigned char* private_key) {
    return guard([&] {
        DataBackupWriter& writer = writer_in(handle);
        const ThreemaId owner(text(identity));
        writer.set_owner(owner, PrivateKey(bytes(&need(private_key), TRESOR_KEY_SIZE)));
    });
}

int tresor_archive_writer_set_owner_picture(tresor_archive_writer* writer,
                                            const tresor_source* image) {
    return add_source(writer, image, [](DataBackupWriter& to, ByteSource& content) {
        to.set_owner_picture(content);
    });
}

int tresor_archive_writer_add_contact(tresor_archive_writer* writer, const void* json,
                                      std::size_t json_size, const tresor_source* assigned,
                                      const tresor_source* own) {
    return add_json(writer, json, json_size, contact_of_json,
                    [&](DataBackupWriter& to, const Contact& contact) {
                        Picture first(assigned), second(own);
                        to.add_contact(contact, first.get(), second.get());
                    });
}

int tresor_archive_writer_add_group(tresor_archive_writer* writer, const void* json,
                                    std::size_t json_size, const tresor_source* picture) {
    return add_json(writer, json, json_size, group_of_json,
                    [&](DataBackupWriter& to, const Group& group) {
                        Picture image(picture);
                        to.add_group(group, image.get());
                    });
}

int tresor_archive_writer_add_distribution_list(tresor_archive_writer* writer, const void* json,
                                                std::size_t json_size) {
    return add_json(
        writer, json, json_size, distribution_list_of_json,
        [](DataBackupWriter& to, const DistributionList& list) { to.add_distribution_list(list); });
}

int tresor_archive_writer_add_media(tresor_archive_writer* writer, const char* uid,
                                    const tresor_source* content) {
    return add_source(writer, content, [&](DataBackupWriter& to, ByteSource& source) {
        to.add_media(text(uid), source);
    });
}

int tresor_archive_writer_add_thumbnail(tresor_archive_writer* writer, const char* uid,
                                        const tresor_source* image) {
    return add_source(writer, image, [&](DataBackupWriter& to, ByteSource& source) {
        to.add_thumbnail(text(uid), source);
    });
}

int tresor_archive_writer_add_message(tresor_archive_writer* writer, const void* json,
                                      std::size_t json_size) {
    return add_json(writer, json, json_size, message_of_json,
                    [](DataBackupWriter& to, const Message& message) { to.add_message(message); });
}

int tresor_archive_writer_add_poll(tresor_archive_writer* writer, const void* json,
                                   std::size_t json_size) {
    return add_json(writer, json, json_size, poll_of_json,
                    [](DataBackupWriter& to, const Poll& poll) { to.add_poll(poll); });
}

int tresor_archive_writer_add_nonce(tresor_archive_writer* handle, int scope,
                                    const unsigned char* hash) {
    return guard([&] {
        DataBackupWriter& writer = writer_in(handle);
        if (scope != TRESOR_NONCE_CHAT && scope != TRESOR_NONCE_MULTI_DEVICE)
            throw Error(Errc::invalid_argument, "there is no such scope of nonces");
        writer.add_nonce(scope == TRESOR_NONCE_CHAT ? NonceScope::chat : NonceScope::multi_device,
                         bytes(&need(hash), TRESOR_SHA256_SIZE));
    });
}

int tresor_archive_writer_finish(tresor_written* out, tresor_archive_writer* handle) {
    return guard([&] {
        Out result(out, tresor_written{}, true);
        DataBackupWriter& writer = writer_in(handle);
        handle->finished = true;
        const Written written = writer.finish();
        if (handle->file != nullptr) handle->file->commit();
        result.set({written.entries, written.bytes, written.messages});
    });
}

int tresor_data_backup_filter(tresor_rewritten* out, tresor_buf* bad_entries, tresor_buf* findings,
                              tresor_file* file, const char* password, std::size_t password_size,
                              const tresor_sink* into, const char* new_password,
                              std::size_t new_password_size, const tresor_cut* cut,
                              const tresor_write_options* options,
                              const tresor_data_backup_options* reading) {
    return guard([&] {
        OutBuf bad(bad_entries, true), found(findings, true);
        Out result(out, tresor_rewritten{});
        CSink sink(need(into));
        const Password old_word = password_of(password, password_size);
        const auto made =
            filter({file_in(file), old_word}, sink, password_of(new_password, new_password_size),
                   cut_of(cut), write_options_of(options), capi::options_of(reading));
        give_bad(bad, made.bad);
        found.set_findings(made.findings);
        bad.release();
        found.release();
        result.set(told(made));
    });
}

int tresor_data_backup_merge(tresor_rewritten* out, tresor_buf* conflicts, tresor_buf* bad_entries,
                             tresor_buf* findings, tresor_file* first, const char* first_password,
                             std::size_t first_password_size, tresor_file* second,
                             const char* second_password, std::size_t second_password_size,
                             const tresor_sink* into, const char* new_password,
                             std::size_t new_password_size, const tresor_write_options* options,
                             const tresor_data_backup_options* reading) {
    return guard([&] {
        OutBuf both(conflicts, true), bad(bad_entries, true), found(findings, true);
        Out result(out, tresor_rewritten{});
        CSink sink(need(into));
        const Password one = password_of(first_password, first_password_size);
        const Password other = password_of(second_password, second_password_size);
        const auto made = merge({file_in(first), one}, {file_in(second), other}, sink,
                                password_of(new_password, new_password_size),
                                write_options_of(options), capi::options_of(reading));
        both.set_findings(made.conflicts);
        give_bad(bad, made.bad);
        found.set_findings(made.findings);
        both.release();
        bad.release();
        found.release();
        result.set(told(made));
    });
}

int tresor_data_backup_create(tresor_rewritten* out, tresor_buf* findings, const char* folder,
                              const char* identity_password, std::size_t identity_password_size,
                              const tresor_sink* into, const char* password,
                              std::size_t password_size, const tresor_write_options* options) {
    return guard([&] {
        OutBuf found(findings, true);
        Out result(out, tresor_rewritten{});
        CSink sink(need(into));
        const auto made =
            create(text(folder), password_of(identity_password, identity_password_size), sink,
                   password_of(password, password_size), write_options_of(options));
        found.set_findings(made.findings);
        found.release();
        result.set(told(made));
    });
}
