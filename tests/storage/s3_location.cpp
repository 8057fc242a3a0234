// Locations of S3 stores: what is opened, what is shown, what is kept.

#include "storage/s3_location.hpp"

#include <array>

#include "support.hpp"

using namespace tresor;
using namespace tresor::storage;

namespace {

LocationOptions with_keys() {
    LocationOptions options;
    options.credentials = net::Credentials{"test:tester", SecretBytes(as_bytes("hunter2"))};
    return options;
}

std::string opened(const std::string& location, LocationOptions options = with_keys()) {
    return open_storage(location, built_in_stores(), options)->describe();
}

}  // namespace

TEST_CASE("s3 location: bucket, prefix and parameters") {
    CHECK(opened("s3://my-bucket") ==
          "the S3 bucket my-bucket at https://s3.us-east-1.amazonaws.com");
    CHECK(opened("s3://b.x1/safe/berlin/?region=eu-central-1&style=host") ==
          "the S3 bucket b.x1/safe/berlin at https://b.x1.s3.eu-central-1.amazonaws.com");
    CHECK(opened("s3://abc?endpoint=https%3A%2F%2FS3.example%3A9000%2F&style=path") ==
          "the S3 bucket abc at https://s3.example:9000");
    CHECK(opened("s3://abc?endpoint=http://127.0.0.1:9000") ==
          "the S3 bucket abc at http://127.0.0.1:9000");
    auto options = parse_s3("s3://abc/a%20b/%C3%BC?region=x&style=host");
    CHECK(options.bucket == "abc");
    CHECK(options.prefix == "a b/\xC3\xBC");
    CHECK(options.region == "x");
    CHECK(options.style == S3Options::Style::host);
    CHECK(parse_s3("s3://abc").region == "us-east-1");
    CHECK_FALSE(depends_on_backup_id("s3://abc"));
}

TEST_CASE("s3 location: what is none is refused, and nothing of it is shown") {
    for (std::string location : {"s3:",
                                 "s3:abc",
                                 "s3:/abc",
                                 "s3://",
                                 "s3://ab",
                                 "s3://Abc",
                                 "s3://a_b_c",
                                 "s3:///abc",
                                 "s3://abc//x",
                                 "s3://abc/../x",
                                 "s3://abc/%zz",
                                 "s3://abc/a%0Ab",
                                 "s3://abc?",
                                 "s3://abc?x",
                                 "s3://abc?region",
                                 "s3://abc?region=",
                                 "s3://abc?Region=a",
                                 "s3://abc?region=a&region=a",
                                 "s3://abc?style=other",
                                 "s3://abc?region=a&",
                                 "s3://abc?region=a/b",
                                 "s3://abc#x",
                                 "s3://abc?endpoint=ftp://x",
                                 "s3://abc?endpoint=https://key:hunter2@host",
                                 "s3://abc?endpoint=https://x/%3Fy",
                                 "s3://192.168.0.1/x",
                                 "s3://abc?endpoint=http://127.0.0.1&style=host",
                                 "s3://key:hunter2/x@abc",
                                 "s3://key:%zz@abc",
                                 "s3://abc?secret=hunter2"}) {
        CAPTURE(location);
        try {
            opened(location);
            FAIL("it was opened");
        } catch (const Error& error) {
            CHECK(error.code() == Errc::invalid_argument);
            CHECK(std::string(error.what()).find("hunter2") == std::string::npos);
        }
        CHECK_THROWS_CODE(part(location), Errc::invalid_argument);
        CHECK(shown(location) == "an address that is none");
    }
}

TEST_CASE("s3 location: http leads to this machine only, unless it is allowed") {
    std::string location = "s3://abc?endpoint=http://s3.example";
    CHECK_THROWS_CODE(opened(location), Errc::invalid_argument);
    auto options = with_keys();
    options.net.allow_insecure = true;
    CHECK(opened(location, std::move(options)) == "the S3 bucket abc at http://s3.example");
    options = with_keys();
    options.net.proxy = "http://proxy.example:3128";
    CHECK_THROWS_CODE(opened("s3://abc?endpoint=http://localhost", std::move(options)),
                      Errc::invalid_argument);
}

TEST_CASE("s3 location: without an access key there is no store") {
    CHECK_THROWS_CODE(opened("s3://abc", {}), Errc::invalid_argument);
    CHECK_THROWS_CODE(opened("s3://key@abc", {}), Errc::invalid_argument);
    CHECK(opened("s3://key:secret@abc?region=r", {}) ==
          "the S3 bucket abc at https://s3.r.amazonaws.com");
}

TEST_CASE("s3 location: the key is taken apart, and its id put back for keeping") {
    auto parted = part("s3://test%3Atester:a%2Fb%2B%40@abc/x?region=r");
    CHECK(parted.location == "s3://abc/x?region=r");
    CHECK(parted.credentials->user == "test:tester");
    CHECK(as_text(parted.credentials->password.expose()) == "a/b+@");
    CHECK(with_user(parted) == "s3://test%3atester@abc/x?region=r");
    CHECK(part(with_user(parted)).credentials->user == "test:tester");
    CHECK(shown("s3://test%3Atester:hunter2@abc/x?region=r") == "s3://abc/x?region=r");
    CHECK_FALSE(part("s3://abc").credentials);
    CHECK_FALSE(part("s3://abc/a@b").credentials);
    CHECK(shown("s3://abc/a@b") == "s3://abc/a@b");
}

TEST_CASE("s3 location: a place keeps the key, its token too") {
    auto options = with_keys();
    options.credentials->token = SecretBytes(as_bytes("token"));
    LocationOptions copy = options.clone();
    CHECK(copy.credentials->token == options.credentials->token);
    Place one = place("s3://abc", built_in_stores(), std::move(options));
    Place two = one;
    BackupId id(std::array<Byte, BackupId::size>{});
    CHECK(two(id)->describe() == one(id)->describe());
}
