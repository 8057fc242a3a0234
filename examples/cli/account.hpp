// What the commands around one account's Safe share.
#pragma once

#include <filesystem>

#include <tresor/client.hpp>

#include "tool.hpp"

namespace cli {

// --state, or the file of --id in the folder for states, or the only one there.
std::filesystem::path state_path(const Given& given);
tresor::client::FileStateStore open_states(const std::filesystem::path& path);
// Throws not_found with a hint.
tresor::client::State load_state(tresor::client::FileStateStore& states,
                                 const std::filesystem::path& path);

// Over the state store, with the stores of the tool and its log. Keeps the references.
tresor::client::SafeClient make_client(const Tool& tool, tresor::client::StateStore& states);

// With a hint where there is none of that name.
tresor::client::Restored restore_from(const tresor::storage::Place& place,
                                      const tresor::Password& password,
                                      const tresor::ThreemaId& identity);

tresor::safe::Imported read_account(const std::string& path, const tresor::ThreemaId& identity);

// On standard error, if old backups are still to be removed.
void tell_pending(const Tool& tool, tresor::client::StateStore& states);

// `why`: what to say instead of the outcome's reason.
Report report_of(const tresor::client::Outcome& outcome, std::vector<tresor::Finding> findings,
                 const char* why = nullptr);

}  // namespace cli
