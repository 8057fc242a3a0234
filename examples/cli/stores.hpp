// Stores as the tool opens them.
#pragma once

#include <memory>
#include <string>

#include <tresor/client.hpp>

#include "tool.hpp"

namespace cli {

// Takes the user info out of `given.store` and `given.from_store`, and asks for the password of a
// user who gave none. Throws invalid_argument.
void resolve_stores(Tool& tool);

// `given.store`, with a progress bar; Ctrl-C cancels a put or get that is going on. What a server
// could not do just now is tried again, at most three times in 30 s.
std::unique_ptr<tresor::storage::Storage> open_store(const Tool& tool, bool create = false);
// The same, and each try is told as it is.
std::unique_ptr<tresor::storage::Storage> open_once(const Tool& tool);
tresor::storage::Place place_of(const Tool& tool);
tresor::storage::Place from_place_of(const Tool& tool);  // of `given.from_store`
// Of a store that was noted.
tresor::client::Opener opener_of(const Tool& tool);

std::string absolute_path(const std::string& path);
// As a state keeps it: the tool may be called from another folder next time.
tresor::client::StoreNote note_of(const Given& given);

}  // namespace cli
