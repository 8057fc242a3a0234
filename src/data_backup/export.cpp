#include <tresor/data_backup/export.hpp>

#include <iterator>
#include <set>
#include <utility>

#include <tresor/error.hpp>

#include "base/findings.hpp"
#include "data_backup/chat_writer.hpp"
#include "data_backup/export_media.hpp"
#include "data_backup/output_folder.hpp"
#include "data_backup/safe_name.hpp"
#include "data_backup/zip_entry.hpp"

namespace tresor::data_backup {

namespace {

class ArchiveLookup final : public Lookup {
public:
    explicit ArchiveLookup(const DataBackup& archive) : archive_(archive) {}
    std::string owner() const override {
        const auto& identity = archive_.identity();
        return identity ? std::string(identity->text()) : "";
    }
    std::string name_of(std::string_view identity) const override {
        return archive_.name_of(identity);
    }
    const Poll* poll(std::string_view row_id) const override { return archive_.poll(row_id); }
    Tables tables() const override {
        return {archive_.contacts(), archive_.groups(), archive_.distribution_lists(),
                archive_.polls()};
    }

private:
    const DataBackup& archive_;
};

std::vector<const Chat*> chosen(const DataBackup& archive, const std::vector<std::string>& ids) {
    for (std::size_t i = 0; i < ids.size(); ++i)
        if (!archive.chat(ids[i]))
            throw Error(Errc::not_found, "there is no chat " + ids[i] + " in the archive");
    std::set<std::string_view> wanted(ids.begin(), ids.end());
    std::vector<const Chat*> chats;
    for (const Chat& chat : archive.chats())
        if (ids.empty() || wanted.count(chat.id) > 0) chats.push_back(&chat);
    return chats;
}

// The packed bytes that will be read, if that can be said before the messages are: all there is, or
// the tables of the chats.
std::optional<std::uint64_t> bytes_to_read(const DataBackup& archive, const ExportOptions& options,
                                           const std::vector<const Chat*>& chats) {
    bool everything = options.chats.empty() && !options.since && !options.until;
    if (options.media && !everything) return std::nullopt;
    std::set<std::string_view> tables;
    for (const Chat* chat : chats) tables.insert(chat->entry);
    std::uint64_t total = 0;
    for (const EntryInfo& entry : archive.entries())
        if (options.media || tables.count(entry.name) > 0) total += entry.packed_size;
    return total;
}

std::unique_ptr<ChatWriter> writer_of(OutputFolder& folder, const Lookup& lookup,
                                      const ExportOptions& options) {
    switch (options.format) {
        case Format::html: return html_writer(folder, lookup, options);
        case Format::json: return json_writer(folder, lookup, options);
        case Format::text: return text_writer(folder, lookup, options);
    }
    throw Error(Errc::invalid_argument, "there is no such format");
}

// A message that waits for its files.
struct Waiting {
    Message message;
    Content content;
    OptionalMoment at;
};

// What it takes in memory, roughly.
std::size_t size_of(const Message& message) {
    std::size_t size = message.body.size() + message.caption.size();
    for (const auto& [name, cell] : message.others) size += name.size() + cell.size();
    return size + message.reactions.size() * sizeof(Reaction);
}

// The export of one archive, chat by chat.
class Export {
public:
    Export(DataBackup& archive, DiskFolder& folder, const ExportOptions& options,
           std::optional<std::uint64_t> total)
        : archive_(archive),
          options_(options),
          lookup_(archive),
          meter_(archive.options().progress, total),
          media_(archive, folder, meter_, exported_.bad),
          writer_(writer_of(folder, lookup_, options)) {}

    void add(const Chat& chat) {
        meter_.report();
        std::optional<MessageReader> reader;
        try {
            reader.emplace(archive_.messages(chat));
        } catch (const Error& error) {
            if (!is_of_entry(error)) throw;
            exported_.bad.push_back({chat.entry, error.code(), error.what()});
            return;
        }
        file_name_ = names_.take(chat_file_name(chat));
        result_ = {};
        std::string picture;
        if (options_.media && !chat.picture.empty())
            picture = media_.copy_picture(chat.picture, "pictures", file_name_);
        writer_->begin(chat, file_name_, picture);
        add_messages(chat, *reader);
        writer_->end(result_);
        ++exported_.chats;
        exported_.messages += result_.messages;
        exported_.media += result_.media;
        meter_.advance(archive_.packed_size(chat.entry));
    }

    Exported finish() {
        writer_->finish();
        meter_.finish();
        exported_.findings = archive_.findings();
        return std::move(exported_);
    }

private:
    // Messages go on in small heaps, so that their files are copied by all threads.
    void add_messages(const Chat& chat, MessageReader& reader) {
        constexpr std::size_t most_messages = 256, most_bytes = 1 << 20;
        std::size_t bytes = 0, skipped = 0;
        try {
            for (Message message; reader.next(message);) {
                OptionalMoment at = message.shown_at();
                if (!is_wanted(at)) {
                    if (++skipped % most_messages == 0) meter_.report();
                    continue;
                }
                bytes += size_of(message);
                waiting_.push_back({std::move(message), {}, at});
                waiting_.back().content = content_of(waiting_.back().message);
                want_files(waiting_.back());
                bool full = waiting_.size() >= most_messages || bytes >= most_bytes ||
                            media_.wanted() >= 32;
                if (!full) continue;
                pass_on();
                bytes = 0;
            }
        } catch (const Error& error) {
            if (!is_of_entry(error)) throw;
            exported_.bad.push_back(
                {chat.entry, error.code(), std::string("the chat ends early: ") + error.what()});
        }
        pass_on();
    }

    bool is_wanted(const OptionalMoment& at) const {
        if (!options_.since && !options_.until) return true;
        return at && (!options_.since || *at >= *options_.since) &&
               (!options_.until || *at < *options_.until);
    }

    void want_files(const Waiting& waiting) {
        if (!options_.media) return;
        const auto* file = std::get_if<File>(&waiting.content);
        static const File no_file{};
        const Message& message = waiting.message;
        if (message.media.empty() && message.thumbnail.empty()) return;
        std::string name = media_file_name(file ? *file : no_file, message, options_.utc_offset);
        std::string folder = "media/" + file_name_;
        if (!message.media.empty()) media_.want(message.media, folder, name, waiting.at);
        if (message.thumbnail.empty()) return;
        std::string stem(parts_of(name).stem);
        media_.want(message.thumbnail, folder + "/thumbnails",
                    stem.append(thumbnail_extension(file)), waiting.at);
    }

    static std::string_view thumbnail_extension(const File* file) {
        std::string_view extension = file ? extension_of(file->thumbnail_type) : "";
        return extension == ".png" || extension == ".webp" || extension == ".gif" ? extension
                                                                                  : ".jpg";
    }

    void pass_on() {
        media_.copy_all();
        for (const Waiting& waiting : waiting_) {
            auto media = media_.copied(waiting.message.media);
            auto thumbnail = media_.copied(waiting.message.thumbnail);
            ++result_.messages;
            if (!media.path.empty()) ++result_.media;
            count_time(waiting.at);
            writer_->add({waiting.message, waiting.content, waiting.at, media.path, thumbnail.path,
                          media.size});
        }
        waiting_.clear();
        meter_.report();
    }

    void count_time(const OptionalMoment& at) {
        if (!at) return;
        if (!result_.first || *at < *result_.first) result_.first = at;
        if (!result_.last || *at > *result_.last) result_.last = at;
    }

    DataBackup& archive_;
    const ExportOptions& options_;
    ArchiveLookup lookup_;
    Exported exported_;
    Meter meter_;
    MediaCopier media_;
    std::unique_ptr<ChatWriter> writer_;

    UniqueNames names_;  // of chats
    std::string file_name_;
    ChatResult result_;
    std::vector<Waiting> waiting_;
};

}  // namespace

Exported export_chats(DataBackup& archive, const std::filesystem::path& folder,
                      const ExportOptions& options) {
    std::vector<const Chat*> chats = chosen(archive, options.chats);
    DiskFolder output(folder);
    Export work(archive, output, options, bytes_to_read(archive, options, chats));
    for (const Chat* chat : chats) work.add(*chat);
    Exported exported = work.finish();
    output.keep();
    return exported;
}

}  // namespace tresor::data_backup
