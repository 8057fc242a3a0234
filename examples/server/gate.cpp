#include "gate.hpp"

#include <algorithm>
#include <utility>

#include <sodium.h>

#include "refusal.hpp"

namespace safe_server {

using tresor::as_text;
using tresor::ByteView;
using tresor::SecretBytes;
using tresor::Timestamp;
using tresor::net::Request;
using tresor::net::Response;

namespace {

constexpr std::size_t most_marks = 65536;  // in each of the two generations
constexpr unsigned hashes_at_once = 2;
constexpr std::size_t most_header_bytes = 2048;

Response who_are_you() {
    return refusal(401, "a user and a password are needed",
                   {{"WWW-Authenticate", "Basic realm=\"Safe\", charset=\"UTF-8\""}});
}

Response slow_down(tresor::Seconds wait) {
    return refusal(429, "too many wrong passwords",
                   {{"Retry-After", std::to_string(wait.count())}});
}

Response too_busy() {
    return refusal(503, "too many are asking for passwords", {{"Retry-After", "2"}});
}

bool is_basic(std::string_view scheme) {
    constexpr std::string_view basic = "basic";
    return std::equal(scheme.begin(), scheme.end(), basic.begin(), basic.end(),
                      [](char a, char b) { return (a | 0x20) == b; });
}

}  // namespace

std::optional<SecretBytes> basic_pair(ByteView authorization) {
    std::string_view text = as_text(authorization);
    std::size_t space = text.find(' ');
    if (text.size() > most_header_bytes || space == text.npos || !is_basic(text.substr(0, space)))
        return std::nullopt;
    text.remove_prefix(text.find_first_not_of(' ', space) == text.npos
                           ? text.size()
                           : text.find_first_not_of(' ', space));
    SecretBytes pair(text.size());
    std::size_t size = 0;
    if (text.empty() ||
        sodium_base642bin(pair.expose().data(), pair.size(), text.data(), text.size(), nullptr,
                          &size, nullptr, sodium_base64_VARIANT_ORIGINAL) != 0)
        return std::nullopt;
    pair.resize(size);
    ByteView bytes = std::as_const(pair).expose();
    std::size_t colon = as_text(bytes).find(':');
    bool control = std::any_of(bytes.begin(), bytes.end(),
                               [](tresor::Byte byte) { return byte < 0x20 || byte == 0x7F; });
    if (colon == std::string_view::npos || colon == 0 || control) return std::nullopt;
    return pair;
}

Gate::Gate(Accounts accounts, unsigned waiting)
    : key_(Key::made_by([](auto bytes) { randombytes_buf(bytes.data(), bytes.size()); })),
      accounts_(std::move(accounts)),
      most_waiting_(waiting) {}

Gate::Mark Gate::mark_of(ByteView authorization) const {
    Mark mark;
    crypto_generichash(reinterpret_cast<unsigned char*>(mark.data()), sizeof mark,
                       authorization.data(), authorization.size(), key_.expose().data(),
                       key_.expose().size());
    return mark;
}

bool Gate::is_known(const Mark& mark) const { return young_.contains(mark) || old_.contains(mark); }

void Gate::remember(const Mark& mark) {
    if (young_.size() >= most_marks) old_ = std::exchange(young_, {});
    young_.insert(mark);
}

Gate::Verdict Gate::look(const Request& head, Timestamp now) {
    ByteView authorization = head.authorization.expose();
    if (authorization.empty()) return {Verdict::Kind::refuse, who_are_you()};
    Mark mark = mark_of(authorization);
    {
        std::lock_guard lock(guard_);
        if (is_known(mark)) return {Verdict::Kind::pass};
    }
    // Nothing of another scheme is ever verified: the OnPrem apps send a token (safe.md 5.2).
    if (!basic_pair(authorization)) return {Verdict::Kind::refuse, who_are_you()};
    if (auto wait = wrong_.wait(head.peer, now)) return {Verdict::Kind::refuse, slow_down(*wait)};
    return {Verdict::Kind::ask};
}

std::optional<Response> Gate::verify(const Request& head, Timestamp now) {
    auto pair = basic_pair(head.authorization.expose());
    if (!pair) return who_are_you();
    if (auto wait = wrong_.wait(head.peer, now)) return slow_down(*wait);
    Mark mark = mark_of(head.authorization.expose());
    Turn turn = wait_for_turn(mark);
    if (turn == Turn::too_many) return too_busy();
    if (turn == Turn::known || hash(mark, pair->expose())) return std::nullopt;
    wrong_.missed(head.peer, now);
    return who_are_you();
}

Gate::Turn Gate::wait_for_turn(const Mark& mark) {
    std::unique_lock lock(guard_);
    if (hashing_ >= hashes_at_once && waiting_ >= most_waiting_) return Turn::too_many;
    ++waiting_;
    done_.wait(lock, [&] { return hashing_ < hashes_at_once; });
    --waiting_;
    // Meanwhile it may have been verified for another request of the same client.
    if (is_known(mark)) {
        done_.notify_one();
        return Turn::known;
    }
    ++hashing_;
    return Turn::now;
}

bool Gate::hash(const Mark& mark, ByteView pair) {
    struct Leaving {
        Gate& gate;
        ~Leaving() {
            std::lock_guard lock(gate.guard_);
            --gate.hashing_;
            gate.done_.notify_one();
        }
    } leaving{*this};
    std::string_view text = as_text(pair);
    std::size_t colon = text.find(':');
    std::unique_lock lock(guard_);
    std::uint64_t generation = generation_;
    if (accounts_.size() == 0) return false;
    auto found = accounts_.find(text.substr(0, colon));
    lock.unlock();
    bool matched = matches(found.hash.expose(), text.substr(colon + 1)) && found.known;
    lock.lock();
    // With accounts that were replaced meanwhile it has to be asked again.
    if (matched && generation == generation_) remember(mark);
    return matched;
}

void Gate::replace(Accounts accounts) {
    std::lock_guard lock(guard_);
    accounts_ = std::move(accounts);
    ++generation_;
    young_.clear();
    old_.clear();
}

}  // namespace safe_server
