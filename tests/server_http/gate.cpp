#include "gate.hpp"

#include <array>
#include <atomic>
#include <thread>

#include "support.hpp"

using namespace tresor;
using namespace safe_server;
using Kind = Gate::Verdict::Kind;

namespace {

const Timestamp start = test::at("2026-12-01T12:00:00Z");
// Both of "open sesame".
const std::string bcrypt = "$2y$04$zbQbm8sIsCmk25GUePXtWO0R37/WywLKGRDIPrQVFbFJkgIKhIi3.";
const std::string argon2 =
    "$argon2id$v=19$m=256,t=1,p=1$c29tZXNhbHQxMjM0$LSQaMwXAPVIzhF7R79u6WnPNL1dpglrXPtBJu9pq5wM";

const char alice[] = "Basic YWxpY2U6b3BlbiBzZXNhbWU=";  // alice:open sesame
const char bob[] = "Basic Ym9iOm9wZW4gc2VzYW1l";        // bob:open sesame
const char wrong[] = "Basic YWxpY2U6b3BlbiBzZXNhbQ==";  // alice:open sesam
const char nobody[] = "Basic ZXZlOm9wZW4gc2VzYW1l";     // eve:open sesame

Accounts accounts() { return Accounts(as_bytes("alice:" + bcrypt + "\nbob:" + argon2 + "\n")); }

net::Request head_of(std::string_view authorization, std::string peer = "192.0.2.1") {
    net::Request head;
    head.authorization = SecretBytes(as_bytes(authorization));
    head.peer = std::move(peer);
    return head;
}

int status_of(const std::optional<net::Response>& refusal) { return refusal ? refusal->status : 0; }

std::optional<std::string> pair_in(std::string_view authorization) {
    auto pair = basic_pair(as_bytes(authorization));
    if (!pair) return std::nullopt;
    return test::text_of(pair->expose());
}

}  // namespace

TEST_CASE("gate: a Basic header is read strictly") {
    CHECK(pair_in(alice) == "alice:open sesame");
    CHECK(pair_in("bAsIc  YTpi") == "a:b");
    CHECK(pair_in("Basic YTo=") == "a:");
    CHECK(pair_in("Basic YTpiOmM=") == "a:b:c");
    CHECK(pair_in("Basic w6k6w6k=") == "é:é");
    for (auto bad : {"",
                     "Basic",
                     "Basic ",
                     "BasicYTpi",
                     "Basic YTpi ",
                     "Basic YTpi,",
                     "Basic YTp",
                     "Basic YTpi====",
                     "Basic YTo",
                     "Basic YTp=",
                     "Basic YQ==",
                     "Basic OmI=",
                     "Basic YT\npi",
                     "Basic\tYTpi",
                     "Digest YTpi",
                     "Token abc",
                     " Basic YTpi",
                     "Basic YToA",
                     "Basic YToJYg==",
                     "Basic AGE6Yg==",
                     "Basic YT_-",
                     "basicx YTpi"}) {
        CAPTURE(bad);
        CHECK_FALSE(pair_in(bad));
    }
    CHECK_FALSE(pair_in("Basic " + std::string(4096, 'A')));
}

TEST_CASE("gate: who says nothing is challenged, and that is no wrong password") {
    Gate gate(accounts());
    for (int i = 0; i < 100; ++i)
        for (auto nothing : {"", "Token abcdef", "Digest x", "Basic !"}) {
            auto verdict = gate.look(head_of(nothing), start);
            CHECK(verdict.kind == Kind::refuse);
            CHECK(verdict.refusal.status == 401);
            CHECK(net::header_of(verdict.refusal.headers, "WWW-Authenticate") ==
                  "Basic realm=\"Safe\", charset=\"UTF-8\"");
            CHECK(status_of(gate.verify(head_of(nothing), start)) == 401);
        }
    CHECK(gate.look(head_of(alice), start).kind == Kind::ask);
}

TEST_CASE("gate: a pair that was verified is known from then on, to every address") {
    Gate gate(accounts());
    CHECK(gate.look(head_of(alice), start).kind == Kind::ask);
    CHECK(status_of(gate.verify(head_of(alice), start)) == 0);
    CHECK(gate.look(head_of(alice), start).kind == Kind::pass);
    CHECK(gate.look(head_of(alice, "198.51.100.7"), start).kind == Kind::pass);
    CHECK(gate.look(head_of(bob), start).kind == Kind::ask);
    CHECK(status_of(gate.verify(head_of(bob), start)) == 0);
    CHECK(gate.look(head_of(bob), start).kind == Kind::pass);
}

TEST_CASE("gate: neither a wrong password nor an unknown name gets in, ever") {
    Gate gate(accounts());
    for (auto bad : {wrong, nobody}) {
        for (int i = 0; i < 2; ++i) {
            CHECK(gate.look(head_of(bad), start).kind == Kind::ask);
            CHECK(status_of(gate.verify(head_of(bad), start)) == 401);
        }
    }
}

TEST_CASE(
    "gate: twenty wrong passwords at once, then one in ten seconds and who is known gets in") {
    Gate gate(accounts());
    CHECK(status_of(gate.verify(head_of(alice), start)) == 0);
    for (int i = 0; i < 20; ++i) CHECK(status_of(gate.verify(head_of(wrong), start)) == 401);
    auto refused = gate.verify(head_of(wrong), start);
    REQUIRE(refused);
    CHECK(refused->status == 429);
    CHECK(net::header_of(refused->headers, "Retry-After") == "10");
    auto verdict = gate.look(head_of(wrong), start);
    CHECK(verdict.kind == Kind::refuse);
    CHECK(verdict.refusal.status == 429);
    // A right one that was never seen has to wait as well: else it could be told from a wrong one.
    CHECK(gate.look(head_of(bob), start).refusal.status == 429);
    CHECK(status_of(gate.verify(head_of(bob), start)) == 429);
    CHECK(gate.look(head_of(alice), start).kind == Kind::pass);
    CHECK(gate.look(head_of(bob, "198.51.100.7"), start).kind == Kind::ask);
    CHECK(gate.look(head_of(bob), start + Seconds(10)).kind == Kind::ask);
    CHECK(status_of(gate.verify(head_of(bob), start + Seconds(10))) == 0);
}

TEST_CASE("gate: other accounts make it forget") {
    Gate gate(accounts());
    CHECK(status_of(gate.verify(head_of(alice), start)) == 0);
    gate.replace(Accounts(as_bytes("bob:" + argon2 + "\n")));
    CHECK(gate.look(head_of(alice), start).kind == Kind::ask);
    CHECK(status_of(gate.verify(head_of(alice), start)) == 401);
    gate.replace(Accounts());
    CHECK(status_of(gate.verify(head_of(bob), start)) == 401);
    gate.replace(accounts());
    CHECK(status_of(gate.verify(head_of(alice), start)) == 0);
}

TEST_CASE("gate: threads may share it, and each gets its own answer") {
    // So many may wait that nobody is turned away.
    Gate gate(accounts(), 64);
    std::vector<std::thread> threads;
    std::array<int, 8> good{}, bad{};
    for (std::size_t i = 0; i < 8; ++i)
        threads.emplace_back([&, i] {
            for (int round = 0; round < 10; ++round) {
                std::string peer = "198.51.100." + std::to_string(i);
                good[i] += status_of(gate.verify(head_of(i % 2 ? alice : bob, peer), start)) == 0;
                bad[i] += status_of(gate.verify(head_of(wrong, peer), start)) == 401;
                if (i == 0 && round % 3 == 0) gate.replace(accounts());
            }
        });
    for (auto& thread : threads) thread.join();
    for (std::size_t i = 0; i < 8; ++i) {
        CHECK(good[i] == 10);
        CHECK(bad[i] == 10);
    }
    CHECK(status_of(gate.verify(head_of(alice), start)) == 0);
    CHECK(gate.look(head_of(alice), start).kind == Kind::pass);
}

TEST_CASE("gate: when too many wait for a hash, the next is told to come again") {
    // Slow enough that all of them meet: some 50 ms each.
    Gate gate(Accounts(as_bytes("carol:" + hash_of(Password("x")) + "\n")), 1);
    std::vector<std::thread> threads;
    std::array<std::atomic<int>, 3> answers{};
    for (int i = 0; i < 16; ++i)
        threads.emplace_back([&, i] {
            auto refused = gate.verify(head_of(nobody, "198.51.100." + std::to_string(i)), start);
            int status = status_of(refused);
            ++answers[status == 401 ? 0 : status == 503 ? 1 : 2];
            if (status == 503) CHECK(net::header_of(refused->headers, "Retry-After") == "2");
        });
    for (auto& thread : threads) thread.join();
    CHECK(answers[0] >= 3);
    CHECK(answers[1] > 0);
    CHECK(answers[2] == 0);
}
