// What the parts of the chat archives share.
#pragma once

#include <tresor/data_backup/reader.hpp>

#include "capi/border.hpp"

struct tresor_data_backup {
    tresor::data_backup::DataBackup archive;
};

namespace tresor::capi {

data_backup::ReadOptions options_of(const tresor_data_backup_options* options);
data_backup::DataBackup& archive_in(tresor_data_backup* handle);
ReadAt& file_in(tresor_file* handle);
Password password_of(const char* password, std::size_t size);
UtcOffset offset_of(tresor_utc_offset function, void* payload);
data_backup::OptionalMoment moment_of(const std::int64_t* seconds);
std::vector<std::string> chats_of(const char* const* chats, std::size_t count);
void give_bad(OutBuf& result, const std::vector<data_backup::BadEntry>& bad);

}  // namespace tresor::capi
