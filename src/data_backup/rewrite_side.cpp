#include "data_backup/rewrite_side.hpp"

#include <functional>

#include "codec/hex.hpp"
#include "data_backup/table.hpp"
#include "data_backup/zip_entry.hpp"

namespace tresor::data_backup {

namespace {

class Bounded final : public ByteSource {
public:
    Bounded(std::unique_ptr<ByteSource> source, std::uint64_t most)
        : source_(std::move(source)), left_(most) {}
    std::optional<std::uint64_t> size() const override { return source_->size(); }
    std::size_t read(ByteSpan into) override {
        std::size_t size = source_->read(into);
        if (size > left_) throw Error(Errc::too_large, "the table is larger than it may be");
        left_ -= size;
        return size;
    }
    void rewind() override { throw Error(Errc::unsupported, "a table is read once"); }

private:
    std::unique_ptr<ByteSource> source_;
    std::uint64_t left_;
};

// Which rows DataBackup takes: what it says of the others is told by it.
bool is_contact(const TableRow& row) {
    PublicKey key;
    return ThreemaId::parse(row.cells[contact_column::identity]) &&
           codec::hex_decode(row.cells[contact_column::public_key], key);
}
bool is_group(const TableRow& row) {
    return parse_hex64(row.cells[group_column::id]) &&
           ThreemaId::parse(row.cells[group_column::creator]);
}
bool is_list(const TableRow& row) { return parse_integer(row.cells[list_column::id]).has_value(); }
bool is_poll(const TableRow& row) { return parse_hex64(row.cells[poll_column::id]).has_value(); }
bool is_choice(const TableRow& row) {
    return parse_integer(row.cells[choice_column::number]).has_value();
}
bool is_vote(const TableRow& row) {
    return parse_integer(row.cells[vote_column::choice]).has_value();
}

}  // namespace

Side::Side(const Source& source, const ReadOptions& read)
    : archive(source.file, source.password, read), password(source.password) {
    read_owner();
    read_tables(read);
}

void Side::note_bad(std::string_view entry, const Error& error) {
    if (bad_names_.emplace(entry).second)
        bad.push_back({std::string(entry), error.code(), error.what()});
}

void Side::read_owner() {
    if (!archive.has("identity")) return;  // DataBackup says so
    try {
        identity_text = archive.id_export();
    } catch (const Error& error) {
        if (!is_of_entry(error)) throw;
        return note_bad("identity", error);
    }
    try {
        owner = id_export::decode(as_text(std::as_const(identity_text).expose()), password);
    } catch (const Error& error) {
        if (error.code() != Errc::malformed) throw;
        throw Error(Errc::auth_failed, "the ID export in the archive could not be decoded");
    }
}

std::unique_ptr<SourceTable> Side::open(std::string_view entry, const TableShape& shape,
                                        Findings& into) {
    if (entry.empty()) return nullptr;
    try {
        auto source = archive.open(entry);
        if (!source) return nullptr;
        return std::make_unique<SourceTable>(std::move(source), entry, shape, into);
    } catch (const Error& error) {
        if (!is_of_entry(error)) throw;
        note_bad(entry, error);
        return nullptr;
    }
}

void Side::read_tables(const ReadOptions& read) {
    // A row takes far more memory than the two bytes that it may have.
    const std::uint64_t most_rows = read.max_index_bytes / 64;
    bool has_too_many = false;
    auto load = [&](const char* name, const TableShape& shape,
                    const std::function<bool(const TableRow&)>& is_taken, IndexTable& into) {
        try {
            auto source = archive.open(name);
            if (!source) return;
            Findings told;  // by DataBackup
            SourceTable table(std::make_unique<Bounded>(std::move(source), read.max_index_bytes),
                              name, shape, told);
            for (std::size_t i = 0; i < shape.cells.size(); ++i)
                if (table.has(i)) into.columns.insert(i);
            into.extra_names = table.extra_names();
            for (TableRow row; !has_too_many && table.next(row);) {
                if (!is_taken(row)) continue;
                has_too_many = into.rows.size() >= most_rows;
                if (!has_too_many) into.rows.push_back(row);
            }
        } catch (const Error& error) {
            if (!is_of_entry(error)) throw;
            note_bad(name, error);
            // As DataBackup: of polls, what came before it stays.
            if (&into == &contacts || &into == &groups || &into == &lists) into = {};
        }
        if (has_too_many)
            throw Error(Errc::too_large, std::string(name) + " has more rows than it may");
    };
    load("contacts.csv", contacts_shape(), is_contact, contacts);
    load("groups.csv", groups_shape(), is_group, groups);
    load("distribution_list.csv", lists_shape(), is_list, lists);
    load("ballot.csv", polls_shape(), is_poll, polls);
    std::set<std::string> known;
    for (const Poll& poll : archive.polls()) known.insert(poll.id + "-" + poll.creator);
    load(
        "ballot_choice.csv", choices_shape(),
        [&](const TableRow& row) {
            return is_choice(row) && known.contains(row.cells[choice_column::poll]);
        },
        choices);
    load(
        "ballot_vote.csv", votes_shape(),
        [&](const TableRow& row) {
            return is_vote(row) && known.contains(row.cells[vote_column::poll]);
        },
        votes);
    bool agree = contacts.rows.size() == archive.contacts().size() &&
                 groups.rows.size() == archive.groups().size() &&
                 lists.rows.size() == archive.distribution_lists().size() &&
                 polls.rows.size() == archive.polls().size();
    if (!agree) throw Error(Errc::internal, "a table was read in two ways");
}

const std::string& Side::old_number(ChatKind kind, std::size_t row) const {
    if (kind == ChatKind::contact) return archive.contacts()[row].number;
    if (kind == ChatKind::group) return archive.groups()[row].number;
    return archive.distribution_lists()[row].id;
}

// chats(): contacts, groups, lists, then those that no table names.
std::size_t Side::row_number(std::size_t chat) const {
    if (chat < contacts.rows.size()) return chat;
    chat -= contacts.rows.size();
    return chat < groups.rows.size() ? chat : chat - groups.rows.size();
}

const TableRow* Side::row_of(std::size_t chat) const {
    const Chat& found = archive.chats()[chat];
    if (found.orphan) return nullptr;
    const IndexTable& table = found.kind == ChatKind::contact ? contacts
                              : found.kind == ChatKind::group ? groups
                                                              : lists;
    return &table.rows[row_number(chat)];
}

}  // namespace tresor::data_backup
