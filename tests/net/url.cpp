#include "net/url.hpp"

#include <tresor/backup_id.hpp>

#include "support.hpp"

using namespace tresor;
using namespace tresor::net;

namespace {

const BackupId k1 =
    *BackupId::parse("066384d3695fbbd9f31a7d533900fd0cd8d1373beb6a28678522d2a49980c9c3");

// The URL of the configuration, as the library's rules make it.
std::string config_of(std::string_view typed) {
    return expand(parse_base_url(typed).text, k1.shard()) + "config";
}

std::string user_info_of(std::string_view typed) {
    auto url = parse_base_url(typed);
    if (!url.credentials) return "none";
    return url.credentials->user + " / " + test::text_of(url.credentials->password.expose());
}

}  // namespace

TEST_CASE("U-1 to U-19: what people type becomes the URL of the configuration") {
    const std::pair<std::string_view, std::string_view> typed[] = {
        {"https://safe-{backupIdPrefix8}.threema.ch/", "https://safe-06.threema.ch/config"},
        {"server.example.com", "https://server.example.com/config"},
        {"https://server.example.com", "https://server.example.com/config"},
        {"https://server.example.com/", "https://server.example.com/config"},
        {" https://server.example.com/safe ", "https://server.example.com/safe/config"},
        {"HTTPS://server.example.com", "https://server.example.com/config"},
        {"username:password@my-server.example", "https://my-server.example/config"},
        {"https://test.tester%40app.com:passphrase@example.com/", "https://example.com/config"},
        {"https://:passphrase@example.com/", "https://example.com/config"},
        {"https://passphrase@example.com/", "https://example.com/config"},
        {"user:p@ss@host.example", "https://host.example/config"},
        {"host.example:8443/x@y", "https://host.example:8443/x@y/config"},
        {"host.example:8443", "https://host.example:8443/config"},
        {"safe-{backupIdPrefix8}.example.com/{backupIdPrefix8}",
         "https://safe-06.example.com/06/config"},
        {"https://a.example/https://", "https://a.example/https:/config"},
        {"https://Host.Example/Path", "https://host.example/Path/config"},
        {"host.example/dav///", "https://host.example/dav/config"}};
    for (const auto& [text, url] : typed) CHECK(config_of(text) == url);
}

TEST_CASE("U-8 to U-14: user and password are split at the last @ and the first colon") {
    const std::pair<std::string_view, std::string_view> typed[] = {
        {"username:password@my-server.example", "username / password"},
        {"https://test.tester%40app.com:passphrase@example.com/",
         "test.tester@app.com / passphrase"},
        {"https://test.tester%40app.com:p%C3%BCssiK%C3%B6sch@example.com",
         "test.tester@app.com / p\xC3\xBCssiK\xC3\xB6sch"},
        {"https://test.tester%40app.com:@example.com/", "test.tester@app.com / "},
        {"https://:passphrase@example.com/", " / passphrase"},
        {"https://passphrase@example.com/", "passphrase / "},
        {"user:p@ss@host.example", "user / p@ss"},
        {"user:a:b@host.example", "user / a:b"},
        {"@host.example", "none"},
        {"host.example:8443/x@y", "none"}};
    for (const auto& [text, info] : typed) CHECK(user_info_of(text) == info);
}

TEST_CASE("U-6: plain http leads to this machine only, unless it is allowed") {
    CHECK_THROWS_CODE(parse_base_url("http://server.example.com"), Errc::invalid_argument);
    CHECK_THROWS_CODE(parse_base_url("http://127.example.com"), Errc::invalid_argument);
    CHECK_THROWS_CODE(parse_base_url("http://localhost.example.com"), Errc::invalid_argument);
    CHECK_THROWS_CODE(parse_base_url("http://user@127.0.0.1@evil.example"), Errc::invalid_argument);
    for (auto text : {"http://127.0.0.1:8080", "http://localhost/dav", "http://[::1]:80/"})
        CHECK(parse_base_url(text).text.starts_with("http://"));
    CHECK(parse_base_url("http://nas.local/safe", PlainHttp::allowed).text ==
          "http://nas.local/safe/");
    for (auto text : {"ftp://host.example", "file:///etc", "webdav://host.example", "://host"})
        CHECK_THROWS_CODE(parse_base_url(text, PlainHttp::allowed), Errc::invalid_argument);
}

TEST_CASE("U-17 and U-22: queries, fragments, spaces and control characters are refused") {
    for (std::string_view text : {"host.example/dav?x=1",
                                  "host.example/#frag",
                                  "host.example#frag",
                                  "host example",
                                  "host.example/a b",
                                  "host.example/a\tb",
                                  "host.example/a\x01"
                                  "b",
                                  "host.example/\\",
                                  "host.example/<",
                                  "h\xC3\xB6st.example",
                                  "host.example/\xFF",
                                  "host.example/%",
                                  "host.example/%2",
                                  "host.example/%zz",
                                  "host.example/..",
                                  "host.example/a/../b",
                                  "host.example/%2E%2e/x",
                                  "host.example/./x",
                                  "",
                                  "  ",
                                  "https://",
                                  "https:///path",
                                  "user:pw@",
                                  "host.example:",
                                  "host.example:0",
                                  "host.example:65536",
                                  "host.example:x",
                                  "host.example:80:80",
                                  "-host",
                                  ".host",
                                  "a%zz:b@host",
                                  "a:%00@host",
                                  "a%3Ab:c@host",
                                  "%ff:x@host"}) {
        CAPTURE(text);
        CHECK_THROWS_CODE(parse_base_url(text), Errc::invalid_argument);
    }
    CHECK_THROWS_CODE(parse_base_url(std::string(3000, 'a')), Errc::invalid_argument);
    CHECK_THROWS_CODE(parse_base_url(std::string_view("host\0.example", 13)),
                      Errc::invalid_argument);
}

TEST_CASE("url: this machine is 127 and three numbers, ::1 or localhost, and nothing like it") {
    for (auto url : {"http://127.0.0.1/", "http://127.255.255.255:80/", "http://localhost:1/",
                     "http://[::1]/"})
        CHECK(is_loopback(url));
    for (auto url :
         {"http://127.0.0.999/", "http://127.../", "http://127.0.0/", "http://127.0.0.1./",
          "http://127.0.0.1.2/", "http://127.1/", "http://128.0.0.1/", "http://127.0.0.1a/",
          "http://localhost.example/", "http://[::2]/", "http://127.0.0.0001/"})
        CHECK_FALSE(is_loopback(url));
}

TEST_CASE("U-20: the prefix is two hex digits") {
    for (auto digits : {"00", "0f", "f0", "ff"}) {
        auto id = BackupId::parse(std::string(digits) + std::string(62, 'a'));
        CHECK(expand("https://safe-{backupIdPrefix8}.threema.ch/", id->shard()) ==
              std::string("https://safe-") + digits + ".threema.ch/");
    }
    CHECK(has_placeholder("https://safe-{backupIdPrefix8}.threema.ch/"));
    CHECK_FALSE(has_placeholder("https://safe.threema.ch/"));
}

TEST_CASE("U-21: other braces are refused") {
    for (auto text : {"safe-{backupIdPrefix4}.example", "{foo}.example", "host.example/{",
                      "host.example/}", "{{backupIdPrefix8}}.example", "{backupidprefix8}.example"})
        CHECK_THROWS_CODE(parse_base_url(text), Errc::invalid_argument);
}

TEST_CASE("U-23: an IPv6 address keeps its brackets and port") {
    CHECK(config_of("https://[2001:DB8::1]:8443/x") == "https://[2001:db8::1]:8443/x/config");
    CHECK(config_of("user:pw@[::1]") == "https://[::1]/config");
    for (auto text : {"[::1", "[]", "[::1]x", "[::1]:", "[g::1]", "2001:db8::1"})
        CHECK_THROWS_CODE(parse_base_url(text), Errc::invalid_argument);
}

TEST_CASE("url: text of other scripts in the path is percent-encoded") {
    CHECK(parse_base_url("cloud.example/Zo\xC3\xAB/%C3%AB").text ==
          "https://cloud.example/Zo%c3%ab/%C3%AB/");
}

TEST_CASE("url: errors tell nothing of user and password") {
    for (auto text : {"ECHOUSER:sesame%zz@host", "ECHOUSER:sesame@ho st", "ECHOUSER:sesame@host/?q",
                      "ftp://ECHOUSER:sesame@host"}) {
        try {
            parse_base_url(text);
            FAIL("accepted");
        } catch (const Error& error) {
            std::string what = error.what();
            CHECK(what.find("sesame") == what.npos);
            CHECK(what.find("ECHOUSER") == what.npos);
        }
    }
}

TEST_CASE("url: the origin is scheme, host and port") {
    CHECK(origin_of("https://a.example:8443/x/") == "https://a.example:8443");
    CHECK(origin_of("https://a.example/") == "https://a.example");
    CHECK(scheme_of("https://a.example/") == "https");
}
