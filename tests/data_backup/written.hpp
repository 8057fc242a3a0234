// Archives that a test writes, and what is in them as one text that can be compared.
#pragma once

#include <functional>
#include <sstream>

#include <tresor/data_backup/writer.hpp>
#include <tresor/id_export.hpp>

#include "vector.hpp"

namespace test {

using namespace tresor;
using data_backup::DataBackup;
using data_backup::DataBackupWriter;

inline constexpr std::string_view archive_password = "backup-demo-1";

inline PrivateKey owner_key() {
    Bytes key(32);
    for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<Byte>(i);
    return PrivateKey(key);
}

// Counts up: the same in every run, and never twice the same.
inline std::function<void(ByteSpan)> counting_bytes() {
    return [state = std::uint64_t{0}](ByteSpan into) mutable {
        ++state;
        for (std::size_t i = 0; i < into.size(); ++i)
            into[into.size() - 1 - i] = static_cast<Byte>(i < 8 ? state >> (8 * i) : 0);
    };
}

inline data_backup::WriteOptions fixed_options(unsigned jobs = 1) {
    data_backup::WriteOptions options;
    options.made_at = at("2025-01-01T00:00:00Z");
    options.jobs = jobs;
    options.random = counting_bytes();
    return options;
}

// Of MYSELF01, and whatever `fill` adds.
inline Bytes written(const std::function<void(DataBackupWriter&)>& fill, unsigned jobs = 1) {
    MemorySink sink;
    DataBackupWriter writer(sink, Password(archive_password), fixed_options(jobs));
    writer.set_owner(ThreemaId("MYSELF01"), owner_key());
    fill(writer);
    auto done = writer.finish();
    CHECK(done.bytes == sink.bytes().size());
    return sink.take();
}

inline std::string entry_of(const DataBackup& archive, const std::string& name) {
    MemorySink sink;
    REQUIRE_MESSAGE(archive.read(name, sink), name << " is not there");
    return text_of(sink.bytes());
}

struct WrittenArchive {
    explicit WrittenArchive(Bytes bytes)
        : file(std::move(bytes)), archive(file, Password(archive_password)) {}
    std::string entry(const std::string& name) { return entry_of(archive, name); }
    std::vector<std::string> names() {
        std::vector<std::string> all;
        for (const auto& entry : archive.entries()) all.push_back(entry.name);
        return all;
    }

    MemoryFile file;
    DataBackup archive;
};

// ---- what is in it ----

// Fields of a value, one behind the other.
class Told {
public:
    Told& operator<<(std::string_view text) {
        out_ << text.size() << ':' << text << ' ';
        return *this;
    }
    Told& operator<<(std::int64_t value) {
        out_ << value << ' ';
        return *this;
    }
    Told& operator<<(data_backup::OptionalMoment moment) {
        return moment ? *this << static_cast<std::int64_t>(moment->time_since_epoch().count())
                      : *this << std::string_view("never");
    }
    Told& operator<<(const std::vector<std::string>& list) {
        for (const std::string& one : list) *this << std::string_view(one);
        return end();
    }
    Told& end() {
        out_ << '\n';
        return *this;
    }
    std::string text() const { return out_.str(); }

private:
    std::ostringstream out_;
};

inline void tell(Told& to, const data_backup::Contact& one) {
    to << one.identity << hex(one.public_key) << int(one.verification) << one.verification_text
       << one.address_book_id << one.first_name << one.last_name << one.nickname << one.last_update
       << one.hidden << one.archived << one.number;
    to.end();
}

inline void tell(Told& to, const data_backup::Group& one) {
    to << one.id << one.creator << one.name << one.description << one.created_at << one.last_update
       << one.described_at << one.archived << int(one.user_state) << one.number << one.members;
}

inline void tell(Told& to, const data_backup::DistributionList& one) {
    to << one.id << one.name << one.created_at << one.last_update << one.archived << one.members;
}

inline void tell(Told& to, const data_backup::Message& one) {
    to << one.uid << one.api_id << one.sender << one.outgoing << one.read << one.saved
       << int(one.state) << one.state_text << one.posted_at << one.created_at << one.modified_at
       << one.delivered_at << one.read_at << one.edited_at << one.deleted_at << int(one.type)
       << one.type_text << one.body << one.is_status << one.caption << one.quoted_id
       << one.display_tags;
    for (const auto& reaction : one.reactions)
        to << reaction.sender << reaction.emoji << reaction.at;
    to.end();
}

inline void tell(Told& to, const data_backup::Poll& one) {
    to << one.row_id << one.id << one.creator << int(one.chat_kind.value()) << one.chat << one.name
       << one.closed << one.multiple << one.intermediate << one.state << one.assessment << one.type
       << one.choice_type << one.last_viewed_at << one.created_at << one.modified_at;
    for (const auto& choice : one.choices)
        to << choice.number << choice.name << choice.vote_count << choice.order << choice.created_at
           << choice.modified_at;
    for (const auto& vote : one.votes)
        to << vote.identity << vote.choice << vote.selected << vote.created_at << vote.modified_at;
    to.end();
}

inline std::string content_of_entry(const DataBackup& archive, const std::string& name) {
    MemorySink sink;
    return name.empty() || !archive.read(name, sink) ? name : name + "=" + sha256(sink.bytes());
}

// All that the model tells of an archive, its pictures and files.
inline std::string told(DataBackup& archive) {
    Told to;
    to << std::string_view(archive.identity() ? archive.identity()->text() : "nobody");
    to << content_of_entry(archive, archive.owner_picture());
    for (const auto& one : archive.contacts()) tell(to, one);
    for (const auto& one : archive.groups()) tell(to, one);
    for (const auto& one : archive.distribution_lists()) tell(to, one);
    for (const auto& one : archive.polls()) tell(to, one);
    for (const auto& chat : archive.chats()) {
        to << int(chat.kind) << chat.id << chat.name << content_of_entry(archive, chat.picture);
        auto reader = archive.messages(chat);
        for (data_backup::Message message; reader.next(message);) {
            tell(to, message);
            to << content_of_entry(archive, message.media)
               << content_of_entry(archive, message.thumbnail);
        }
    }
    return to.text();
}

}  // namespace test
