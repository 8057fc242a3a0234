// The data backup: the chat archive of the app, opened, trusted, read like a person would.
//
//     DataBackup        what is in an archive: people, groups, chats, messages, polls, files
//     verify            whether all of it is authentic and whole
//     extract           every entry as a file
//     export_chats      pages, transcripts or lines of JSON, with pictures and files
//     statistics        who wrote how much, when
//     salvage           what is whole in an archive that was cut off or damaged
//     DataBackupWriter  an archive that the app restores
//     filter, merge     archives made of archives: less of one, two in one, another password
//     create            an archive of a folder that extract() has left
//
// An archive is made with a password that the owner chose; its thousand rounds of PBKDF2 make the
// archive as strong as that password, and no stronger. Formats 1 to 27 are read, newer ones with a
// finding.
#pragma once

#include <tresor/data_backup/export.hpp>
#include <tresor/data_backup/filter.hpp>
#include <tresor/data_backup/model.hpp>
#include <tresor/data_backup/reader.hpp>
#include <tresor/data_backup/stats.hpp>
#include <tresor/data_backup/writer.hpp>
