// Signatures: against what AWS has published, and what botocore makes of random requests.

#include "storage/sigv4.hpp"

#include <filesystem>

#include "codec/json_reader.hpp"
#include "support.hpp"

using namespace tresor;
using namespace tresor::storage;

namespace {

constexpr const char* no_body = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

Signer signer(const char* id, const char* secret, const char* region, const char* service) {
    return Signer({id, SecretBytes(as_bytes(secret))}, region, service);
}

std::string signature(const Signed& made) {
    std::string text = test::text_of(made.authorization.expose());
    return text.substr(text.find("Signature=") + 10);
}

// The published test suite: service "service", no hash of the body among the headers.
std::string suite(const char* method, const char* path, Query query, net::Headers headers = {},
                  const char* hash = no_body) {
    headers.insert(headers.begin(), {"Host", "example.amazonaws.com"});
    auto keys =
        signer("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "us-east-1", "service");
    return signature(keys.sign({method, path, std::move(query), std::move(headers), hash},
                               test::at("2015-08-30T12:36:00Z")));
}

// The examples in the reference of S3.
Signed example(const char* method, const char* path, Query query, net::Headers headers = {},
               const char* hash = no_body) {
    headers.push_back({"Host", "examplebucket.s3.amazonaws.com"});
    auto keys = signer("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
                       "us-east-1", "s3");
    return keys.sign({method, path, std::move(query), std::move(headers), hash},
                     test::at("2013-05-24T00:00:00Z"));
}

}  // namespace

TEST_CASE("sigv4: the test suite of AWS") {
    CHECK(suite("GET", "/", {}) ==
          "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
    CHECK(suite("POST", "/", {}) ==
          "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b");
    CHECK(suite("GET", "/", {{"Param2", "value2"}, {"Param1", "value1"}}) ==
          "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
    CHECK(suite("GET", "/", {{"Param1", "value1"}}) ==
          "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb");
    CHECK(suite("GET", "/-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", {}) ==
          "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f");
    CHECK(suite("GET", "/\xE1\x88\xB4", {}) ==
          "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85");
    CHECK(suite("GET", "/", {{"\xE1\x88\xB4", "bar"}}) ==
          "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04");
    CHECK(suite("POST", "/", {}, {{"My-Header1", "value1"}}) ==
          "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c");
    CHECK(suite("GET", "/", {}, {{"My-Header1", " value1"}, {"My-Header2", " \"a   b   c\""}}) ==
          "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736");
    CHECK(suite("POST", "/", {}, {{"Content-Type", "application/x-www-form-urlencoded"}},
                "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e") ==
          "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a");
}

TEST_CASE("sigv4: the examples of the reference of S3") {
    auto got = example("GET", "/test.txt", {}, {{"Range", "bytes=0-9"}});
    CHECK(test::text_of(got.authorization.expose()) ==
          "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
          "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
          "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    CHECK(net::header_of(got.headers, "x-amz-date") == "20130524T000000Z");
    CHECK(net::header_of(got.headers, "x-amz-content-sha256") == no_body);
    CHECK(signature(example("PUT", "/test$file.text", {},
                            {{"Date", "Fri, 24 May 2013 00:00:00 GMT"},
                             {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                            "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072")) ==
          "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
    CHECK(signature(example("GET", "/", {{"lifecycle", ""}})) ==
          "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
    CHECK(signature(example("GET", "/", {{"max-keys", "2"}, {"prefix", "J"}})) ==
          "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST_CASE("sigv4: botocore signs the same") {
    Findings findings;
    Bytes file = test::read_file(std::filesystem::path(TRESOR_VECTORS) / "sigv4.json");
    auto all = codec::read_json(file, {}, findings);
    REQUIRE(all.array() != nullptr);
    CHECK(all.array()->size() >= 100);
    for (const codec::Json& one : *all.array()) {
        auto member = [&](std::string_view name) -> const codec::Json& {
            for (const auto& each : *one.object())
                if (codec::view(each.name) == name) return each.value;
            throw Error(Errc::malformed, "the vectors have no " + std::string(name));
        };
        auto text = [&](std::string_view name) { return std::string(*member(name).text()); };
        auto word = [](const codec::Json& pair, std::size_t which) {
            return std::string(*(*pair.array())[which].text());
        };
        ToSign request{text("method"),
                       text("path"),
                       {},
                       {{"Host", text("host")}},
                       test::sha256(test::unhex(text("body")))};
        for (const auto& pair : *member("query").array())
            request.query.push_back({word(pair, 0), word(pair, 1)});
        for (const auto& pair : *member("headers").array())
            request.headers.push_back({word(pair, 0), word(pair, 1)});
        Signer keys({text("id"), SecretBytes(as_bytes(text("secret"))),
                     SecretBytes(as_bytes(text("token")))},
                    text("region"), "s3");
        auto made = keys.sign(request, test::at(text("time")));
        CHECK(test::text_of(made.authorization.expose()) == text("authorization"));
        CHECK(net::header_of(made.headers, "X-Amz-Security-Token").value_or("") == text("token"));
    }
}

TEST_CASE("sigv4: a signer signs on another day, too, and the same again on the first") {
    auto keys = signer("id", "secret", "us-east-1", "s3");
    ToSign request{"GET", "/", {}, {{"Host", "x"}}, no_body};
    auto on = [&](const char* day) { return signature(keys.sign(request, test::at(day))); };
    std::string first = on("2026-11-24T12:00:00Z"), second = on("2026-11-25T12:00:00Z");
    CHECK(first != second);
    CHECK(on("2026-11-24T12:00:00Z") == first);
    auto fresh = signer("id", "secret", "us-east-1", "s3");
    CHECK(signature(fresh.sign(request, test::at("2026-11-25T12:00:00Z"))) == second);
}

TEST_CASE("sigv4: encoded is all but the unreserved characters, and queries are sorted by that") {
    CHECK(uri_encoded("AZaz09-._~") == "AZaz09-._~");
    CHECK(uri_encoded("/ +%!'()*@:") == "%2F%20%2B%25%21%27%28%29%2A%40%3A");
    CHECK(uri_encoded("a/\xC3\xBC", true) == "a/%C3%BC");
    CHECK(canonical_query({{"b", ""}, {"a b", "2"}, {"a", "2"}, {"a", "1"}}) ==
          "a=1&a=2&a%20b=2&b=");
    CHECK(canonical_query({}).empty());
}

TEST_CASE("sigv4: what cannot stand in a header is no access key") {
    for (const char* id : {"", "a b", "a\nb", "a,b", "a/b", "\xC3\xBC"})
        CHECK_THROWS_CODE(signer(id, "secret", "us-east-1", "s3"), Errc::invalid_argument);
    CHECK_THROWS_CODE(signer("id", "secret", "us east", "s3"), Errc::invalid_argument);
    CHECK_THROWS_CODE(Signer({"id", SecretBytes(as_bytes("s")), SecretBytes(as_bytes("a\nb"))},
                             "us-east-1", "s3"),
                      Errc::invalid_argument);
}
