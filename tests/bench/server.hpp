// What the rows of servers share.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "peers.hpp"

namespace bench {

using Peers = std::vector<std::unique_ptr<Peer>>;

// Adds what starts; says so if it is not installed or does not start.
void add(Peers& peers, const std::string& name,
         const std::function<std::unique_ptr<Peer>()>& start);

// Resident memory of open connections that wait for their next request, without what the kernel
// holds for them. `ours` is the path of tresor-server.
void idle_connections(const Ground& ground, const std::string& ours);

// What tresor-server asks of the kernel for a PUT, as strace shows it.
void system_calls(const Ground& ground, const std::string& ours);

}  // namespace bench
