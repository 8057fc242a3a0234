#include <algorithm>
#include <vector>

#include <tresor/server.hpp>

namespace tresor::server {
namespace {

constexpr std::size_t most_addresses = 65536;  // in each of the two generations

// The groups of an IPv6 address before or behind its "::", without leading zeros.
std::vector<std::string> groups_of(std::string_view text) {
    std::vector<std::string> groups;
    while (!text.empty()) {
        std::size_t size = std::min(text.find(':'), text.size());
        std::string_view group = text.substr(0, size);
        group.remove_prefix(std::min(group.find_first_not_of('0'), group.size()));
        groups.emplace_back(group);
        text.remove_prefix(std::min(size + 1, text.size()));
    }
    return groups;
}

// The first four groups of an IPv6 address, which is as much as one customer has; all of another.
std::string address_of(std::string_view peer) {
    if (peer.starts_with('[')) peer = peer.substr(1, peer.find(']') - 1);
    if (std::count(peer.begin(), peer.end(), ':') < 2) return std::string(peer);
    if (peer.find('.') != peer.npos)  // ::ffff:192.0.2.1
        return std::string(peer.substr(peer.rfind(':') + 1));
    std::size_t gap = peer.find("::");
    auto groups = groups_of(peer.substr(0, gap));
    auto behind = groups_of(gap == peer.npos ? "" : peer.substr(gap + 2));
    while (groups.size() + behind.size() < 8) groups.emplace_back();
    groups.insert(groups.end(), behind.begin(), behind.end());
    std::string network;
    for (std::size_t i = 0; i < 4; ++i) network.append(groups[i]).append(":");
    return network;
}

}  // namespace

// The older generation is dropped once all in it have their whole allowance again, or when there
// are too many of them.
void Throttle::forget(Timestamp now) {
    bool late = now - turned_ >= at_once_ * apiece_ || now < turned_;
    if (!late && young_.size() < most_addresses) return;
    old_ = std::exchange(young_, {});
    turned_ = now;
}

// As of the last moment, up to now, that something was added.
Throttle::Allowance Throttle::allowance(const std::string& address, Timestamp now) {
    forget(now);
    auto found = young_.find(address);
    if (found == young_.end()) {
        found = old_.find(address);
        if (found == old_.end()) return {at_once_, now};
    }
    Allowance known = found->second;
    // A clock that was set back gives nothing.
    if (now < known.at) return {known.left, now};
    std::int64_t more = (now - known.at) / apiece_;
    if (more >= at_once_ - known.left) return {at_once_, now};
    return {known.left + more, known.at + more * apiece_};
}

std::optional<Seconds> Throttle::wait(std::string_view peer, Timestamp now) {
    std::lock_guard lock(guard_);
    Allowance known = allowance(address_of(peer), now);
    if (known.left > 0) return std::nullopt;
    return known.at + apiece_ - now;
}

void Throttle::missed(std::string_view peer, Timestamp now) {
    std::lock_guard lock(guard_);
    std::string address = address_of(peer);
    Allowance known = allowance(address, now);
    // Many may have been let in at once.
    young_[address] = {std::max<std::int64_t>(known.left - 1, 0), known.at};
}

}  // namespace tresor::server
