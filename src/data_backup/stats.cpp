#include <tresor/data_backup/stats.hpp>

#include <map>

#include "base/findings.hpp"
#include "data_backup/stats_counter.hpp"

namespace tresor::data_backup {

namespace {

// Tells how much is done, in packed bytes of the tables.
class Told {
public:
    explicit Told(const DataBackup& archive) : progress_(archive.options().progress) {
        for (const EntryInfo& entry : archive.entries()) sizes_[entry.name] = entry.packed_size;
        for (const Chat& chat : archive.chats()) total_ += size_of(chat);
        tell();
    }
    void chat_done(const Chat& chat) {
        done_ += size_of(chat);
        tell();
    }
    void message_done() {
        if (++messages_ % 4096 == 0) tell();
    }

private:
    std::uint64_t size_of(const Chat& chat) const {
        auto found = sizes_.find(chat.entry);
        return found == sizes_.end() ? 0 : found->second;
    }
    void tell() const {
        if (progress_ && !progress_(done_, total_)) throw Error(Errc::cancelled, "cancelled");
    }

    const Progress& progress_;
    std::map<std::string, std::uint64_t> sizes_;
    std::uint64_t done_ = 0, total_ = 0, messages_ = 0;
};

bool is_damage(Errc code) {
    return code == Errc::auth_failed || code == Errc::malformed || code == Errc::too_large ||
           code == Errc::unsupported;
}

}  // namespace

Stats statistics(DataBackup& archive, const UtcOffset& utc_offset) {
    StatsCounter counter(utc_offset);
    Findings findings;
    Told told(archive);
    for (const Chat& chat : archive.chats()) {
        counter.begin(chat);
        try {
            MessageReader messages = archive.messages(chat, Quotes::left);
            for (Message message; messages.next(message); told.message_done())
                counter.add(message, content_of(message),
                            message.media.empty() ? 0 : archive.size_hint(message.media));
        } catch (const Error& error) {
            if (!is_damage(error.code())) throw;
            findings.add(chat.entry, error.what());
        }
        counter.end();
        told.chat_done(chat);
    }
    Stats stats = counter.finish();
    stats.findings = archive.findings();
    for (Finding& finding : findings.take()) stats.findings.push_back(std::move(finding));
    return stats;
}

}  // namespace tresor::data_backup
