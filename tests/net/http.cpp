#include <tresor/http.hpp>

#include "net/client.hpp"
#include "support.hpp"

using namespace tresor;
using namespace tresor::net;

TEST_CASE("http: the name of a header means the same in either case") {
    Headers headers{{"Content-Length", "1"}, {"content-length", "2"}, {"X", ""}};
    CHECK(header_of(headers, "CONTENT-LENGTH") == "1");
    CHECK(header_of(headers, "x") == "");
    CHECK_FALSE(header_of(headers, "Content"));
    CHECK_FALSE(header_of({}, "X"));
}

TEST_CASE("http: options that are none") {
    auto valid = [](const Options& options) {
        try {
            require_valid(options);
            return true;
        } catch (const Error& error) {
            CHECK(error.code() == Errc::invalid_argument);
            CHECK(std::string(error.what()).find("geheim") == std::string::npos);
            return false;
        }
    };
    auto proxy = [](std::string url) {
        Options options;
        options.proxy = std::move(url);
        return options;
    };
    for (auto url : {"http://host:3128", "http://host", "https://u:geheim@host:1/",
                     "socks5h://[::1]:9", "http://127.0.0.1:8080"})
        CHECK(valid(proxy(url)));
    for (auto url :
         {"host:3128", "ftp://host", "http://", "http://u:geheim@bad host/", "http://host/x",
          "http://u:geheim@host?x", "HTTP//u:geheim@host", "http://u:ge heim@host", "http://host:0",
          "http://host:99999", "http://{backupIdPrefix8}/"})
        CHECK_FALSE(valid(proxy(url)));
    Options agent;
    for (auto text : {"Threema", "Threema Desktop/2.0 (a; b)", "my Threema thing"}) {
        agent.user_agent = text;
        CHECK(valid(agent));
    }
    for (auto text : {"", "threema", "curl", "Threema\r\nX: y", "Threema\xFF"}) {
        agent.user_agent = text;
        CHECK_FALSE(valid(agent));
    }
}

TEST_CASE("http: a date is read in all three forms of RFC 9110") {
    Timestamp then = test::at("1994-11-06T08:49:37Z");
    for (auto text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                      "Sun Nov  6 08:49:37 1994"}) {
        CAPTURE(text);
        CHECK(parse_http_date(text) == then);
    }
    CHECK(format_http_date(then) == "Sun, 06 Nov 1994 08:49:37 GMT");
    CHECK(parse_http_date("Wednesday, 01-Jan-69 00:00:00 GMT") == test::at("2069-01-01T00:00:00Z"));
    CHECK(parse_http_date("Thursday, 01-Jan-70 00:00:00 GMT") == test::at("1970-01-01T00:00:00Z"));
    CHECK(parse_http_date("Tue, 29 Feb 2028 23:59:60 GMT") == test::at("2028-03-01T00:00:00Z"));
}

TEST_CASE("http: a date that is none is absent") {
    for (auto text : {"", "yesterday", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 CET",
                      "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
                      "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 006 Nov 1994 08:49:37 GMT",
                      "Sun, 06 Nov 94000 08:49:37 GMT", "Sun, 6th Nov 1994 08:49:37 GMT",
                      "Sun, 06 Nov 1994 8:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT GMT"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_http_date(text));
    }
}

TEST_CASE("http: what is written is read again, from the year 0 to 9999") {
    for (std::int64_t seconds = first_timestamp.time_since_epoch().count();
         seconds < last_timestamp.time_since_epoch().count(); seconds += 123456789) {
        Timestamp time{Seconds(seconds)};
        // A year of two digits is an old form.
        if (time < test::at("0100-01-01T00:00:00Z")) continue;
        CHECK(parse_http_date(format_http_date(time)) == time);
    }
}

TEST_CASE("http: what a status means") {
    const std::pair<int, Errc> meanings[] = {
        {400, Errc::denied},      {401, Errc::denied},      {403, Errc::denied},
        {404, Errc::not_found},   {405, Errc::denied},      {409, Errc::denied},
        {411, Errc::denied},      {412, Errc::conflict},    {413, Errc::too_large},
        {415, Errc::denied},      {418, Errc::denied},      {423, Errc::denied},
        {429, Errc::unavailable}, {500, Errc::unavailable}, {502, Errc::unavailable},
        {503, Errc::unavailable}, {504, Errc::unavailable}, {507, Errc::unavailable},
        {599, Errc::unavailable}, {304, Errc::denied}};
    for (const auto& meaning : meanings) {
        int status = meaning.first;
        Errc code = meaning.second;
        CAPTURE(status);
        Error error = error_of({status, {}, {}}, "the server");
        CHECK(name_of(error.code()) == name_of(code));
        CHECK(error.http_status == status);
        CHECK(
            std::string(error.what()).starts_with("the server answered " + std::to_string(status)));
        CHECK_FALSE(error.retry_after);
    }
}

TEST_CASE("http: Retry-After in seconds or as a date by the server's own clock") {
    auto wait = [](int status, Headers headers) {
        return error_of({status, std::move(headers), {}}, "it").retry_after;
    };
    std::string date = "Sun, 06 Nov 1994 08:49:37 GMT", later = "Sun, 06 Nov 1994 08:50:47 GMT";
    CHECK(wait(429, {{"Retry-After", "60"}}) == Seconds(60));
    CHECK(wait(503, {{"retry-after", " 0 "}}) == Seconds(0));
    CHECK(wait(503, {{"Retry-After", later}, {"Date", date}}) == Seconds(70));
    CHECK(wait(503, {{"Retry-After", date}, {"Date", later}}) == Seconds(0));
    CHECK_FALSE(wait(503, {{"Retry-After", later}}));
    CHECK(wait(503, {{"Retry-After", "4294967295"}}) == Seconds(86400));
    CHECK(wait(503, {{"Retry-After", "Fri, 31 Dec 9999 00:00:00 GMT"}, {"Date", date}}) ==
          Seconds(86400));
    for (auto odd : {"", "soon", "-1", "1.5", "99999999999"})
        CHECK_FALSE(wait(503, {{"Retry-After", odd}}));
    CHECK_FALSE(wait(403, {{"Retry-After", "60"}}));
}
