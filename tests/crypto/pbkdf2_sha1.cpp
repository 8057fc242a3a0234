#include "crypto/pbkdf2_sha1.hpp"

#include "crypto/kdf.hpp"
#include "support.hpp"

using namespace tresor;
using namespace tresor::crypto;

namespace {

// Salts and outputs of a batch, and what OpenSSL makes of each.
struct Batch {
    std::vector<Bytes> salts, outs, expected;

    void add(Bytes salt, std::size_t size) {
        salts.push_back(std::move(salt));
        outs.emplace_back(size);
        expected.emplace_back(size);
    }
    void expect(ByteView password, std::uint32_t iterations) {
        for (std::size_t i = 0; i < salts.size(); ++i)
            pbkdf2_sha1(password, salts[i], iterations, expected[i]);
    }
    std::vector<Pbkdf2Sha1Job> jobs() {
        std::vector<Pbkdf2Sha1Job> made;
        for (std::size_t i = 0; i < salts.size(); ++i) made.push_back({salts[i], outs[i]});
        return made;
    }
    void forget() {
        for (Bytes& out : outs) out.assign(out.size(), 0);
    }
};

Bytes random_bytes_of(test::Random& random, std::size_t size) {
    Bytes bytes(size);
    for (Byte& byte : bytes) byte = static_cast<Byte>(random());
    return bytes;
}

Batch random_batch(test::Random& random) {
    Batch batch;
    for (auto left = 1 + test::below(random, 20); left > 0; --left)
        batch.add(random_bytes_of(random, test::below(random, 101)), 1 + test::below(random, 100));
    return batch;
}

void check_on_every_clone(Batch batch, ByteView password, std::uint32_t iterations) {
    batch.expect(password, iterations);
    for (std::string_view clone : pbkdf2_sha1_clones()) {
        CAPTURE(clone);
        batch.forget();
        pbkdf2_sha1_on(clone, password, batch.jobs(), iterations);
        CHECK(batch.outs == batch.expected);
    }
    batch.forget();
    pbkdf2_sha1(password, batch.jobs(), iterations);
    CHECK(batch.outs == batch.expected);
}

}  // namespace

TEST_CASE("PBKDF2-SHA1 in lanes: every clone gives the vectors of RFC 6070") {
    struct {
        std::string_view password, salt;
        std::uint32_t iterations;
        std::string_view key;
    } vectors[] = {
        {"password", "salt", 1, "0c60c80f961f0e71f3a9b524af6012062fe037a6"},
        {"password", "salt", 2, "ea6c014dc72d6f8ccd1ed92ace1d41f0d8de8957"},
        {"password", "salt", 4096, "4b007901b765489abead49d926f721d065a429c1"},
        {"passwordPASSWORDpassword", "saltSALTsaltSALTsaltSALTsaltSALTsalt", 4096,
         "3d2eec4fe41c849b80c8d83662c0e44a8b291a964cf2f07038"},
        {{"pass\0word", 9}, {"sa\0lt", 5}, 4096, "56fa6aa75548099dcc37d7f03425e0c3"},
    };
    for (std::string_view clone : pbkdf2_sha1_clones())
        for (const auto& vector : vectors) {
            CAPTURE(clone);
            Bytes out(vector.key.size() / 2);
            const Pbkdf2Sha1Job job{as_bytes(vector.salt), out};
            pbkdf2_sha1_on(clone, as_bytes(vector.password), {&job, 1}, vector.iterations);
            CHECK(test::hex(out) == vector.key);
        }
}

TEST_CASE("PBKDF2-SHA1 in lanes: every clone equals OpenSSL for random batches") {
    test::Random random(1);
    for (std::uint64_t round = 0; round < test::rounds(1000); ++round) {
        CAPTURE(round);
        Bytes password = random_bytes_of(random, test::below(random, 201));
        bool many = test::below(random, 50) == 0;
        auto iterations = static_cast<std::uint32_t>(many ? 1000 : 1 + test::below(random, 50));
        check_on_every_clone(random_batch(random), password, iterations);
    }
}

TEST_CASE("PBKDF2-SHA1 in lanes: passwords and salts around a block's end equal OpenSSL's") {
    test::Random random(2);
    for (std::size_t size :
         {0U, 1U, 19U, 20U, 21U, 50U, 51U, 52U, 55U, 56U, 63U, 64U, 65U, 127U, 128U, 129U}) {
        CAPTURE(size);
        Batch batch;
        for (std::size_t salt :
             {0U, 43U, 44U, 50U, 51U, 52U, 55U, 56U, 59U, 60U, 61U, 63U, 64U, 65U, 128U, 1000U})
            batch.add(random_bytes_of(random, salt), 20);
        check_on_every_clone(std::move(batch), random_bytes_of(random, size), 3);
    }
}

TEST_CASE("PBKDF2-SHA1 in lanes: any number of chains equals OpenSSL's") {
    test::Random random(3);
    for (std::size_t chains = 1; chains <= 70; ++chains) {
        CAPTURE(chains);
        Batch one, many;
        one.add(random_bytes_of(random, 16), 20 * chains);
        for (std::size_t i = 0; i < chains; ++i) many.add(random_bytes_of(random, 16), 7);
        check_on_every_clone(std::move(one), as_bytes("password"), 2);
        check_on_every_clone(std::move(many), as_bytes("password"), 2);
    }
}

TEST_CASE("PBKDF2-SHA1 in lanes: no jobs and jobs without output are no work") {
    pbkdf2_sha1(as_bytes("password"), {}, 1);
    Bytes salt(16), key(66), expected(66);
    pbkdf2_sha1(as_bytes("password"), salt, 10, expected);
    const Pbkdf2Sha1Job jobs[] = {{salt, {}}, {salt, key}, {{}, {}}};
    pbkdf2_sha1(as_bytes("password"), jobs, 10);
    CHECK(key == expected);
    pbkdf2_sha1(as_bytes("password"), std::span(jobs).first(1), 10);
}

TEST_CASE("PBKDF2-SHA1 in lanes: nothing beside the outputs is written") {
    Bytes salt(8), memory(100, 0xaa);
    const Pbkdf2Sha1Job jobs[] = {{salt, ByteSpan(memory).subspan(10, 34)},
                                  {salt, ByteSpan(memory).subspan(50, 34)}};
    for (std::string_view clone : pbkdf2_sha1_clones()) {
        CAPTURE(clone);
        pbkdf2_sha1_on(clone, as_bytes("password"), jobs, 2);
        for (std::size_t i : {0U, 9U, 44U, 49U, 84U, 99U}) CHECK(memory[i] == 0xaa);
    }
}

TEST_CASE("PBKDF2-SHA1 in lanes: there is a clone for every processor") {
    auto clones = pbkdf2_sha1_clones();
    REQUIRE_FALSE(clones.empty());
    CHECK(clones.back() == "baseline");
}
