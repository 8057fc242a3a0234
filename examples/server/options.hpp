// What is said on the command line.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tresor/storage/retention.hpp>

#include "server.hpp"
#include "stores.hpp"
#include "sweeper.hpp"

namespace safe_server {

enum class Task { serve, hash_password, say };

struct Options {
    Task task = Task::serve;
    std::string text;  // to say: help or version
    std::string user;  // whose password is hashed, if a name was given

    StoreOptions store;
    std::optional<tresor::storage::Limits> limits;  // where the store has no config
    ServerOptions server;
    std::string users, metrics;  // a file; an address
    std::optional<SweepPlan> sweep;
    bool quiet = false;
};

// Throws invalid_argument for wrong usage, and what reading the password of the store throws. The
// keys of an S3 store come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, with AWS_SESSION_TOKEN
// for temporary ones; nothing else reads them.
Options parse_options(int count, char** arguments);

// "90s", "15m", "24h", "7d": from a second to ten years.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);
// "HOST:PORT" whose host leads to this machine only.
bool is_loopback(std::string_view address);

}  // namespace safe_server
