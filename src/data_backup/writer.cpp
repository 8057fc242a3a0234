#include <tresor/data_backup/writer.hpp>

#include <exception>
#include <optional>
#include <string>

#include "codec/hex.hpp"
#include "codec/utf8.hpp"
#include "crypto/random.hpp"
#include "data_backup/chat_table.hpp"
#include "data_backup/person_rows.hpp"
#include "data_backup/poll_rows.hpp"
#include "data_backup/reaction_rows.hpp"
#include "data_backup/schema.hpp"
#include "data_backup/zip_writer.hpp"
#include "id_export/scheme.hpp"
#include "id_export/text.hpp"

namespace tresor::data_backup {

namespace {

constexpr std::size_t nonce_size = 32;

const Password& checked(const Password& password) {
    require_archive_password(password);
    return password;
}

[[noreturn]] void out_of_order(const char* what) { throw Error(Errc::invalid_argument, what); }

}  // namespace

void require_archive_password(const Password& password) {
    constexpr std::size_t least = 8, most = 256;
    std::string_view rest = password.expose();
    if (!codec::is_utf8(rest)) throw Error(Errc::invalid_argument, "the password is not UTF-8");
    std::size_t units = 0;  // of UTF-16
    while (!rest.empty()) units += codec::next_code_point(rest) > 0xFFFF ? 2 : 1;
    if (units < least || units > most)
        throw Error(Errc::invalid_argument,
                    "the password of an archive has 8 to 256 UTF-16 code units");
}

struct DataBackupWriter::State {
    // What may be added next.
    enum class Stage { owner, contacts, groups, lists, finished };

    State(ByteSink& into, const Password& for_archive, WriteOptions options)
        : fixed(std::move(options.random)),
          password(for_archive.clone()),
          zip(into, password,
              {.time = civil_time(options.made_at, options.utc_offset),
               .jobs = options.jobs,
               .salt =
                   fixed ? [this](ByteSpan salt) { fixed(salt); } : std::function<void(ByteSpan)>(),
               .progress = std::move(options.progress)}),
          people([this](ByteSpan number) { random(number); }) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    void random(ByteSpan into) {
        if (fixed) return fixed(into);
        crypto::random_bytes(into);
    }

    // What failed once fails ever after, in the same way.
    template <class Work>
    auto run(const Work& work) {
        if (failure) std::rethrow_exception(failure);
        try {
            return work();
        } catch (...) {
            failure = std::current_exception();
            throw;
        }
    }

    void write_owner(const ThreemaId& identity, const PrivateKey& key);
    void begin_chat(ChatKey key);
    void end_chat();
    void go_to(Stage next, const char* otherwise);
    void leave_stage();
    ChatTable& chat_to_fill();
    void write_picture(std::string_view prefix, const std::string& number, ByteSource* image);
    void write_nonces();

    std::function<void(ByteSpan)> fixed;  // instead of the random source
    Password password;
    ZipWriter zip;
    PersonRows people;
    PollRows polls;
    ReactionRows reactions;
    UidSet uids;
    Bytes nonces[2];  // of each scope, one behind the other
    std::optional<ChatTable> chat;
    std::uint64_t chats = 0, messages = 0;
    Stage stage = Stage::owner;
    bool has_owner_picture = false;
    std::exception_ptr failure;
};

// The classic scheme, the only one that the app writes. id_export::encode() counts characters
// where the app counts UTF-16 code units, and draws its own salt.
void DataBackupWriter::State::write_owner(const ThreemaId& identity, const PrivateKey& key) {
    constexpr auto scheme = id_export::Scheme::classic;
    id_export::Salt salt;
    random(salt);
    auto export_key = id_export::derive_key(scheme, as_bytes(password.expose()), salt);
    std::string text = id_export::text_of(id_export::seal(scheme, export_key, salt, identity, key));
    people.set_owner(identity.text());
    zip.add("settings", as_bytes("\"version\",\"" + std::to_string(written_version) + "\"\n"));
    zip.add("identity", as_bytes(text));
}

void DataBackupWriter::State::begin_chat(ChatKey key) {
    chat.emplace(ChatSurroundings{zip, people, polls, reactions, uids}, std::move(key), chats++);
}

void DataBackupWriter::State::end_chat() {
    if (!chat) return;
    chat->end();
    chat.reset();
}

// Each table stands behind the chats that it names (1.7).
void DataBackupWriter::State::leave_stage() {
    if (stage == Stage::contacts) people.contacts.add_to(zip, "contacts.csv");
    if (stage == Stage::groups) people.groups.add_to(zip, "groups.csv");
    if (stage == Stage::lists) people.lists.add_to(zip, "distribution_list.csv");
    stage = static_cast<Stage>(static_cast<int>(stage) + 1);
}

void DataBackupWriter::State::go_to(Stage next, const char* otherwise) {
    if (stage == Stage::owner) out_of_order("the owner comes first");
    if (stage > next)
        out_of_order(stage == Stage::finished ? "the archive is finished" : otherwise);
    end_chat();
    while (stage < next) leave_stage();
}

ChatTable& DataBackupWriter::State::chat_to_fill() {
    if (!chat) out_of_order("messages and files come after their contact, group or list");
    return *chat;
}

void DataBackupWriter::State::write_picture(std::string_view prefix, const std::string& number,
                                            ByteSource* image) {
    if (image != nullptr) zip.add(std::string(prefix).append(number), *image);
}

void DataBackupWriter::State::write_nonces() {
    constexpr std::string_view names[] = {"nonces.csv", "nonces_d2d.csv"};
    MemoryTable counts(nonce_count_names);
    for (std::size_t scope = 0; scope < 2; ++scope) {
        ByteView all = nonces[scope];
        counts.rows().cell(std::to_string(all.size() / nonce_size));
        zip.begin(names[scope]);
        EntrySink entry(zip);
        TableWriter rows(entry);
        rows.row(nonce_names);
        for (; !all.empty(); all = all.subspan(nonce_size)) {
            rows.cell(codec::hex_encode(all.first(nonce_size)));
            rows.end_row();
        }
        rows.flush();
        zip.end();
    }
    counts.rows().end_row();
    counts.add_to(zip, "nonce_counts.csv");
}

DataBackupWriter::DataBackupWriter(ByteSink& into, const Password& password, WriteOptions options)
    : state_(std::make_unique<State>(into, checked(password), std::move(options))) {}
DataBackupWriter::~DataBackupWriter() = default;

void DataBackupWriter::set_owner(const ThreemaId& identity, const PrivateKey& key) {
    state_->run([&] {
        if (state_->stage != State::Stage::owner) out_of_order("the owner comes first, and once");
        state_->write_owner(identity, key);
        state_->stage = State::Stage::contacts;
    });
}

void DataBackupWriter::set_owner_picture(ByteSource& image) {
    state_->run([&] {
        bool now = state_->stage == State::Stage::contacts && state_->chats == 0;
        if (!now || state_->has_owner_picture)
            out_of_order("the owner's picture comes once, between the owner and the contacts");
        state_->has_owner_picture = true;
        state_->write_picture("contact_avatar_me", "", &image);
    });
}

void DataBackupWriter::add_contact(const Contact& contact, ByteSource* assigned_picture,
                                   ByteSource* own_picture) {
    state_->run([&] {
        state_->go_to(State::Stage::contacts, "contacts come before groups and lists");
        std::string number = state_->people.add(contact);
        state_->write_picture("contact_avatar_", number, assigned_picture);
        state_->write_picture("contact_profile_pic_", number, own_picture);
        state_->begin_chat({ChatKind::contact, number, contact.identity, {}});
    });
}

void DataBackupWriter::add_group(const Group& group, ByteSource* picture) {
    state_->run([&] {
        state_->go_to(State::Stage::groups, "groups come before lists");
        std::string number = state_->people.add(group);
        state_->write_picture("group_avatar_", number, picture);
        state_->begin_chat({ChatKind::group, number, group.id, group.creator});
    });
}

void DataBackupWriter::add_distribution_list(const DistributionList& list) {
    state_->run([&] {
        state_->go_to(State::Stage::lists, "");
        std::string number = state_->people.add(list);
        state_->begin_chat({ChatKind::distribution_list, number, list.id, {}});
    });
}

void DataBackupWriter::add_media(std::string_view uid, ByteSource& content) {
    state_->run([&] { state_->chat_to_fill().add_media(uid, content); });
}

void DataBackupWriter::add_thumbnail(std::string_view uid, ByteSource& image) {
    state_->run([&] { state_->chat_to_fill().add_thumbnail(uid, image); });
}

void DataBackupWriter::add_message(const Message& message) {
    state_->run([&] {
        state_->chat_to_fill().add(message);
        ++state_->messages;
    });
}

void DataBackupWriter::add_poll(const Poll& poll) {
    state_->run([&] {
        if (state_->stage == State::Stage::finished) out_of_order("the archive is finished");
        state_->polls.add(poll);
    });
}

void DataBackupWriter::add_nonce(NonceScope scope, ByteView hash) {
    state_->run([&] {
        if (state_->stage == State::Stage::finished) out_of_order("the archive is finished");
        Bytes& nonces = state_->nonces[scope == NonceScope::chat ? 0 : 1];
        std::string_view list = scope == NonceScope::chat ? "nonces" : "nonces_d2d";
        Place(list, nonces.size() / nonce_size)
            .require(hash.size() == nonce_size, "", "has not 32 bytes");
        nonces.insert(nonces.end(), hash.begin(), hash.end());
    });
}

Written DataBackupWriter::finish() {
    return state_->run([&] {
        state_->go_to(State::Stage::lists, "");
        state_->leave_stage();
        state_->polls.add_to(state_->zip, state_->people);
        state_->reactions.add_to(state_->zip);
        state_->write_nonces();
        state_->zip.finish();
        return Written{state_->zip.entries(), state_->zip.bytes(), state_->messages};
    });
}

}  // namespace tresor::data_backup
