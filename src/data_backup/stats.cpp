#include <tresor/data_backup/stats.hpp>

#include "base/findings.hpp"
#include "data_backup/pace.hpp"
#include "data_backup/stats_counter.hpp"
#include "data_backup/zip_entry.hpp"

namespace tresor::data_backup {

Stats statistics(DataBackup& archive, const UtcOffset& utc_offset) {
    StatsCounter counter(utc_offset);
    Findings findings;
    std::uint64_t total = 0;
    for (const Chat& chat : archive.chats()) total += archive.packed_size(chat.entry);
    Pace pace(archive.options().progress, total);
    for (const Chat& chat : archive.chats()) {
        counter.begin(chat);
        try {
            MessageReader messages = archive.messages(chat, Quotes::left);
            for (Message message; messages.next(message); pace.tick())
                counter.add(message, content_of(message),
                            message.media.empty() ? 0 : archive.size_hint(message.media));
        } catch (const Error& error) {
            if (!is_of_entry(error)) throw;
            findings.add(chat.entry, error.what());
        }
        counter.end();
        pace.add(archive.packed_size(chat.entry));
    }
    Stats stats = counter.finish();
    stats.findings = archive.findings();
    for (Finding& finding : findings.take()) stats.findings.push_back(std::move(finding));
    return stats;
}

}  // namespace tresor::data_backup
