// What the two halves of the chat archives share.
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

}  // namespace tresor::capi
