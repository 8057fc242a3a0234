#include <algorithm>

#include <tresor/server.hpp>

namespace tresor::server {
namespace {

constexpr std::size_t most_addresses = 65536;  // in each of the two generations

// The first four groups of an IPv6 address, which is as much as one customer has; all of another.
std::string address_of(std::string_view peer) {
    if (peer.starts_with('[')) peer = peer.substr(1, peer.find(']') - 1);
    if (std::count(peer.begin(), peer.end(), ':') < 2) return std::string(peer);
    if (std::size_t dot = peer.find('.'); dot != peer.npos)  // ::ffff:192.0.2.1
        return std::string(peer.substr(peer.rfind(':') + 1));
    std::string network;
    int groups = 0;
    for (std::size_t at = 0; at < peer.size() && groups < 4; ++groups) {
        if (peer.substr(at).starts_with(':')) break;  // "::": only zeros follow that matter
        std::size_t end = std::min(peer.find(':', at), peer.size());
        std::string_view group = peer.substr(at, end - at);
        group.remove_prefix(std::min(group.find_first_not_of('0'), group.size()));
        network.append(group).append(":");
        at = end + 1;
    }
    while (network.ends_with("::")) network.pop_back();
    return network;
}

}  // namespace

// The older generation is dropped once all in it have their whole allowance again, or when there
// are too many of them.
void Throttle::forget(Timestamp now) {
    bool late = now - turned_ >= Seconds(burst) || now < turned_;
    if (!late && young_.size() < most_addresses) return;
    old_ = std::exchange(young_, {});
    turned_ = now;
}

std::int64_t Throttle::left(const std::string& address, Timestamp now) {
    forget(now);
    auto found = young_.find(address);
    if (found == young_.end()) {
        found = old_.find(address);
        if (found == old_.end()) return burst;
    }
    // A clock that was set back gives nothing.
    std::int64_t more = std::max<std::int64_t>((now - found->second.at).count(), 0);
    return std::min(found->second.left + more, burst);
}

std::optional<Seconds> Throttle::wait(std::string_view peer, Timestamp now) {
    std::lock_guard lock(guard_);
    if (left(address_of(peer), now) > 0) return std::nullopt;
    return Seconds(1);
}

void Throttle::missed(std::string_view peer, Timestamp now) {
    std::lock_guard lock(guard_);
    std::string address = address_of(peer);
    // Many may have been let in at once.
    std::int64_t rest = std::max<std::int64_t>(left(address, now) - 1, 0);
    young_[address] = {rest, now};
}

}  // namespace tresor::server
