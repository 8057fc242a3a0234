#include <algorithm>

#include "data_backup/archive.hpp"

namespace tresor::data_backup {

// ---- messages ----

struct MessageReader::State {
    const DataBackup::State& archive;
    ChatKind kind;
    std::unique_ptr<MessageTable> table;  // none: an empty chat
    std::optional<QuotedMessages> quotes;
};

MessageReader::MessageReader(std::unique_ptr<State> state) : state_(std::move(state)) {}
MessageReader::MessageReader(MessageReader&&) noexcept = default;
MessageReader::~MessageReader() = default;

bool MessageReader::next(Message& into) {
    if (!state_->table || !state_->table->next(into)) return false;
    state_->archive.find_media(state_->kind, into);
    if (state_->quotes) into.quote = state_->quotes->find(into.quoted_id);
    return true;
}

MessageReader DataBackup::messages(const Chat& chat, Quotes quotes) {
    auto state = std::make_unique<MessageReader::State>(
        MessageReader::State{*state_, chat.kind, nullptr, std::nullopt});
    if (chat.entry.empty()) return MessageReader(std::move(state));
    auto open = [&] { return state_->open_table(chat, false); };
    auto question = [&](std::string_view poll) { return state_->question(poll); };
    state->table = state_->open_table(chat, true);
    if (quotes == Quotes::resolved) state->quotes.emplace(open, question);
    return MessageReader(std::move(state));
}

ChatSummary DataBackup::summary(const Chat& chat) {
    ChatSummary summary;
    if (chat.entry.empty()) return summary;
    auto table = state_->open_table(chat, false);
    for (Message message; table->next(message);) {
        ++summary.messages;
        state_->find_media(chat.kind, message);
        if (!message.media.empty()) {
            ++summary.media;
            summary.media_bytes += size_hint(message.media);
        }
        auto at = message.shown_at();
        if (!at) continue;
        summary.first = std::min(summary.first.value_or(*at), *at);
        summary.last = std::max(summary.last.value_or(*at), *at);
    }
    return summary;
}

// ---- the archive ----

DataBackup::DataBackup(ReadAt& file, const Password& password, ReadOptions options)
    : state_(std::make_unique<State>(file, password, std::move(options))) {}
DataBackup::DataBackup(DataBackup&&) noexcept = default;
DataBackup::~DataBackup() = default;

int DataBackup::version() const noexcept { return state_->version; }
const std::optional<ThreemaId>& DataBackup::identity() const noexcept { return state_->identity; }
const std::vector<Contact>& DataBackup::contacts() const noexcept { return state_->contacts; }
const std::vector<Group>& DataBackup::groups() const noexcept { return state_->groups; }
const std::vector<DistributionList>& DataBackup::distribution_lists() const noexcept {
    return state_->lists;
}
const std::vector<Poll>& DataBackup::polls() const noexcept { return state_->polls; }
const std::vector<Chat>& DataBackup::chats() const noexcept { return state_->chats; }
const ReadOptions& DataBackup::options() const noexcept { return state_->container.options(); }

SecretBytes DataBackup::id_export() const {
    constexpr std::size_t most = 4096;
    MemorySink text(most);
    read("identity", text);
    return SecretBytes(text.bytes());
}

const Contact* DataBackup::contact(std::string_view identity) const noexcept {
    auto found = state_->by_identity.find(identity);
    return found == state_->by_identity.end() ? nullptr : &state_->contacts[found->second];
}
const Chat* DataBackup::chat(std::string_view id) const noexcept {
    auto found = state_->by_chat.find(id);
    return found == state_->by_chat.end() ? nullptr : &state_->chats[found->second];
}
const Poll* DataBackup::poll(std::string_view row_id) const noexcept {
    auto found = state_->by_poll.find(row_id);
    return found == state_->by_poll.end() ? nullptr : &state_->polls[found->second];
}

std::string DataBackup::name_of(std::string_view identity) const {
    auto found = state_->by_identity.find(identity);
    return found != state_->by_identity.end() ? state_->names[found->second]
                                              : std::string(identity);
}

std::string DataBackup::owner_picture() const {
    std::string own = state_->picture("contact_avatar_", "me");
    return own.empty() ? state_->picture("contact_avatar_", state_->owner()) : own;
}

namespace {

// APPNOTE 4.4.6; anything may stand there.
std::optional<CivilTime> written(const ZipEntry& entry) {
    CivilTime civil;
    civil.year = 1980 + (entry.dos_date >> 9);
    civil.month = (entry.dos_date >> 5) & 15u;
    civil.day = entry.dos_date & 31u;
    civil.hour = entry.dos_time >> 11;
    civil.minute = (entry.dos_time >> 5) & 63u;
    civil.second = (entry.dos_time & 31u) * 2;
    std::chrono::year_month_day date{std::chrono::year(static_cast<int>(civil.year)),
                                     std::chrono::month(civil.month), std::chrono::day(civil.day)};
    if (!date.ok() || civil.hour > 23 || civil.minute > 59 || civil.second > 59)
        return std::nullopt;
    return civil;
}

}  // namespace

std::vector<EntryInfo> DataBackup::entries() const {
    std::vector<EntryInfo> all;
    all.reserve(state_->container.directory().entries.size());
    for (const ZipEntry& entry : state_->container.directory().entries)
        all.push_back({entry.name, entry.packed_size, entry.size_hint, written(entry)});
    return all;
}

bool DataBackup::has(std::string_view entry) const noexcept {
    return state_->container.find(entry) != nullptr;
}

std::uint64_t DataBackup::size_hint(std::string_view entry) const noexcept {
    const ZipEntry* found = state_->container.find(entry);
    return found != nullptr ? found->size_hint : 0;
}

std::uint64_t DataBackup::packed_size(std::string_view entry) const noexcept {
    const ZipEntry* found = state_->container.find(entry);
    return found != nullptr ? found->packed_size : 0;
}

std::unique_ptr<ByteSource> DataBackup::open(std::string_view entry) const {
    const ZipEntry* found = state_->container.find(entry);
    if (found == nullptr) return nullptr;
    return state_->container.open(*found);
}

bool DataBackup::read(std::string_view entry, ByteSink& into) const {
    auto content = open(entry);
    if (content) copy(*content, into);
    return content != nullptr;
}

std::uint64_t DataBackup::reaction_count(ChatKind kind) const noexcept {
    return state_->reactions.count(kind);
}

std::vector<Finding> DataBackup::findings() const { return Findings(state_->findings).take(); }

}  // namespace tresor::data_backup
