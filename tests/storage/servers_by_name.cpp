// Locations that are addresses of servers: what is opened, what is shown, what is kept.

#include <tresor/storage/location.hpp>
#include <tresor/storage/safe_server.hpp>

#include "support.hpp"

using namespace tresor;
using namespace tresor::storage;

namespace {

const BackupId k1 =
    *BackupId::parse("066384d3695fbbd9f31a7d533900fd0cd8d1373beb6a28678522d2a49980c9c3");

std::string opened(const std::string& location, const LocationOptions& options = {}) {
    return open_storage(location, built_in_stores(), options)->describe();
}

std::string user_of(const std::string& location) {
    auto parted = part(location);
    if (!parted.credentials) return "-";
    return parted.credentials->user + "/" + test::text_of(parted.credentials->password.expose());
}

}  // namespace

TEST_CASE("location: an address opens the store of its scheme, without user and password") {
    CHECK(opened("https://alice:s3cret@safe.example/dav") ==
          "the Safe server https://safe.example/dav/");
    CHECK(opened("http://127.0.0.1:8080/") == "the Safe server http://127.0.0.1:8080/");
    CHECK(opened("webdav+https://alice@Cloud.example/x") ==
          "the WebDAV folder https://cloud.example/x/");
    CHECK(opened("webdav+http://[::1]:80") == "the WebDAV folder http://[::1]:80/");
}

TEST_CASE("location: http leads to this machine only, unless it is allowed") {
    for (auto location : {"http://safe.example/", "webdav+http://10.0.0.7/dav/"}) {
        CHECK_THROWS_CODE(opened(location), Errc::invalid_argument);
        LocationOptions options;
        options.net.allow_insecure = true;
        CHECK(opened(location, options).find("http://") != std::string::npos);
    }
}

TEST_CASE("location: what is no address is refused, and nothing of it is shown") {
    for (std::string location :
         {"https:", "https:safe.example", "https://", "https://a:hunter2@/x",
          "https://safe.example/?x", "https://safe.example/#x", "webdav+https://a b/",
          "https://{foo}.example/", "threema:x", "webdav+ftp://x/", "ftp://a:hunter2@x/"}) {
        CAPTURE(location);
        try {
            opened(location);
            FAIL("it was opened");
        } catch (const Error& error) {
            bool refused =
                error.code() == Errc::invalid_argument || error.code() == Errc::unsupported;
            CHECK(refused);
            CHECK(std::string(error.what()).find("hunter2") == std::string::npos);
        }
        CHECK(shown(location).find("hunter2") == std::string::npos);
    }
}

TEST_CASE("location: a server that depends on the backup needs to know which") {
    for (auto [location, where] :
         {std::pair("https://safe-{backupIdPrefix8}.example/{backupIdPrefix8}",
                    "the Safe server https://safe-06.example/06/"),
          {"threema:", "the Safe server https://safe-06.threema.ch/"},
          {"webdav+https://{backupIdPrefix8}.example/", "the WebDAV folder https://06.example/"}}) {
        CHECK(depends_on_backup_id(location));
        CHECK_THROWS_CODE(opened(location), Errc::unsupported);
        CHECK(place(location, built_in_stores())(k1)->describe() == where);
    }
    CHECK_FALSE(depends_on_backup_id("https://safe.example/"));
    CHECK_FALSE(depends_on_backup_id("/mnt/{backupIdPrefix8}"));
    CHECK(net::expand(official_server, "06") == "https://safe-06.threema.ch/");
}

TEST_CASE("location: an address that is mistyped is no folder, and not shown") {
    for (auto typed : {"HTTPS://alice:hunter2@safe.example/", "Webdav+https://alice:hunter2@x/",
                       "https//alice:hunter2@safe.example/", "h://alice:hunter2@x/"}) {
        CHECK_THROWS_CODE(part(typed), Errc::invalid_argument);
        CHECK_THROWS_CODE(opened(typed), Errc::invalid_argument);
        CHECK(shown(typed) == "an address that is none");
    }
    for (auto folder : {"/mnt//a@b", "./x//a@b", "a@b/c", "safe//x"})
        CHECK(part(folder).location == folder);
}

TEST_CASE("location: http by a proxy is no way that stays on this machine") {
    LocationOptions options;
    options.net.proxy = "http://proxy.example:3128";
    CHECK_THROWS_CODE(opened("http://127.0.0.1/", options), Errc::invalid_argument);
    CHECK(opened("https://safe.example/", options) == "the Safe server https://safe.example/");
    options.net.allow_insecure = true;
    CHECK(opened("http://127.0.0.1/", options) == "the Safe server http://127.0.0.1/");
}

TEST_CASE("location: a Safe server is not made from here") {
    LocationOptions options;
    options.create = true;
    CHECK_THROWS_CODE(opened("https://safe.example/", options), Errc::unsupported);
}

TEST_CASE("location: user info is taken apart, and the user put back for keeping") {
    CHECK(part("https://al%40ice:p%3Aw@Safe.Example").location == "https://safe.example/");
    CHECK(user_of("https://al%40ice:p%3Aw@safe.example") == "al@ice/p:w");
    CHECK(user_of("webdav+https://alice@safe.example") == "alice/");
    CHECK(user_of("https://safe.example") == "-");
    CHECK(with_user(part("webdav+https://al%40i%20ce:secret@safe.example/x")) ==
          "webdav+https://al%40i%20ce@safe.example/x/");
    CHECK(with_user(part("https://:secret@safe.example/")) == "https://safe.example/");
    for (auto other : {"/mnt/a:b@c/d", "dir:https://a:b@c/", "memory:", "a:b@c", "threema:"}) {
        CHECK(part(other).location == other);
        CHECK(with_user(part(other)) == other);
        CHECK(shown(other) == other);
        CHECK(user_of(other) == "-");
    }
    CHECK(shown("https://alice:s3cret@safe.example/") == "https://safe.example/");
    CHECK(shown("https://alice:s3cret@/") == "an address that is none");
    CHECK(shown("sftp://alice:s3@cret@host/a@b") == "sftp://host/a@b");
    CHECK(shown("sftp://host/a@b") == "sftp://host/a@b");
}

TEST_CASE("location: credentials that are given count instead of those in the address") {
    LocationOptions options;
    options.credentials = net::Credentials{"bob", SecretBytes(as_bytes("other"))};
    LocationOptions copy = options.clone();
    CHECK(copy.credentials->user == "bob");
    CHECK(copy.credentials->password == options.credentials->password);
    // A Place can be copied and goes on to know them.
    Place one = place("https://alice:s3cret@safe.example/", built_in_stores(), std::move(options));
    Place two = one;
    CHECK(two(k1)->describe() == one(k1)->describe());
}
