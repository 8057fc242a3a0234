#include "net/client.hpp"

#include "net/scripted.hpp"

using namespace tresor;
using namespace tresor::net;
using test::Asked;

namespace {

struct Talk {
    explicit Talk(test::Answering answer, std::optional<Credentials> credentials = std::nullopt)
        : client(std::make_unique<test::Scripted>(asked, std::move(answer)),
                 std::move(credentials)) {}
    std::vector<Asked> asked;
    Client client;

    Response get(std::string url = "https://safe.example/config") {
        Request request;
        request.method = "GET";
        request.target = std::move(url);
        return client.send(std::move(request));
    }
    Response put(std::string_view body) {
        MemorySource source(as_bytes(body));
        Request request;
        request.method = "PUT";
        request.target = "https://safe.example/backups/aa";
        request.body = &source;
        return client.send(std::move(request));
    }
};

Credentials login(std::string user, std::string_view password) {
    return {std::move(user), SecretBytes(as_bytes(password))};
}

Response redirect(int status, std::string location) {
    return {status, {{"Location", std::move(location)}}, {}};
}

}  // namespace

TEST_CASE("H-1: every request says Threema, and nothing that was not asked for") {
    Talk talk([](const Asked&) { return Response{200, {}, {}}; });
    CHECK(talk.get().status == 200);
    REQUIRE(talk.asked.size() == 1);
    CHECK(header_of(talk.asked[0].headers, "User-Agent") == "Threema");
    CHECK(header_of(talk.asked[0].headers, "Cache-Control") == "no-cache");
    CHECK(talk.asked[0].headers.size() == 2);
    talk.put("x");
    CHECK(talk.asked[1].headers.size() == 1);
    CHECK(talk.asked[0].authorization.empty());
}

TEST_CASE("H-6: user and password go with the first request, in UTF-8") {
    Talk plain([](const Asked&) { return Response{200, {}, {}}; }, login("username", "password"));
    plain.get();
    CHECK(plain.asked[0].authorization == "Basic dXNlcm5hbWU6cGFzc3dvcmQ=");
    Talk umlauts([](const Asked&) { return Response{200, {}, {}}; }, login("zoë", "pässwörd"));
    umlauts.get();
    CHECK(umlauts.asked[0].authorization == "Basic em/Dqzpww6Rzc3fDtnJk");
}

TEST_CASE("H-6: a challenge to Basic is answered once, in ISO-8859-1 where that can be") {
    auto latin_only = [](const Asked& asked) {
        if (asked.authorization == "Basic em/rOnDkc3N39nJk") return Response{200, {}, {}};
        return Response{
            401, {{"WWW-Authenticate", "Digest x"}, {"www-authenticate", "bASIC realm=\"a\""}}, {}};
    };
    Talk talk(latin_only, login("zoë", "pässwörd"));
    CHECK(talk.put("body").status == 200);
    REQUIRE(talk.asked.size() == 2);
    CHECK(talk.asked[1].body == "body");
    CHECK(talk.get().status == 200);

    Talk wrong(latin_only, login("zoë", "€"));
    CHECK(wrong.get().status == 401);
    CHECK(wrong.asked.size() == 2);
    CHECK(wrong.asked[0].authorization == wrong.asked[1].authorization);
}

TEST_CASE("H-6: without credentials, or without a challenge to Basic, nothing is sent again") {
    Talk nobody([](const Asked&) {
        return Response{401, {{"WWW-Authenticate", "Basic realm=\"a\""}}, {}};
    });
    CHECK(nobody.get().status == 401);
    CHECK(nobody.asked.size() == 1);
    for (Headers headers : {Headers{}, Headers{{"WWW-Authenticate", "Digest realm=\"a\""}}}) {
        Talk talk([&](const Asked&) { return Response{401, headers, {}}; }, login("a", "b"));
        CHECK(talk.get().status == 401);
        CHECK(talk.asked.size() == 1);
    }
}

TEST_CASE("H-7: a redirect within the server is followed, with method and body") {
    for (int status : {301, 302, 307, 308})
        for (auto location : {"https://safe.example/dav/backups/aa", "/dav/backups/aa",
                              "//safe.example/dav/backups/aa",
                              "https://SAFE.example:443/dav/backups/aa", "../dav/backups/aa"}) {
            CAPTURE(location);
            Talk talk(
                [&](const Asked& asked) {
                    return asked.target.find("/dav/") == std::string::npos
                               ? redirect(status, location)
                               : Response{204, {}, {}};
                },
                login("a", "b"));
            CHECK(talk.put("body").status == 204);
            REQUIRE(talk.asked.size() == 2);
            CHECK(talk.asked[1].method == "PUT");
            CHECK(talk.asked[1].body == "body");
            CHECK(talk.asked[1].authorization == talk.asked[0].authorization);
        }
}

TEST_CASE("H-7: a redirect to another host, port or scheme is denied, and nothing is sent there") {
    for (auto location :
         {"https://evil.example/config", "http://safe.example/config", "//evil.example/config",
          "https://safe.example:444/config", "https://safe.example@evil.example/config",
          "https://safe.example:443@evil.example/", "https://safe.example.evil.example/",
          "https://safe.example\\@evil.example/", "https://a:b@safe.example/config",
          "https://safe.example?/../", "ftp://safe.example/config", "https://"}) {
        CAPTURE(location);
        Talk talk([&](const Asked&) { return redirect(302, location); }, login("a", "b"));
        CHECK_THROWS_CODE(talk.get(), Errc::denied);
        CHECK(talk.asked.size() == 1);
    }
    Talk nowhere([](const Asked&) { return Response{302, {}, {}}; });
    CHECK_THROWS_CODE(nowhere.get(), Errc::denied);
}

TEST_CASE("H-7: a redirect to what is no address is denied") {
    for (auto location : {"/a b", "/a\tb", "/\x7F", "/\xC3\xB6"}) {
        Talk talk([&](const Asked&) { return redirect(302, location); });
        CHECK_THROWS_CODE(talk.get(), Errc::denied);
        CHECK(talk.asked.size() == 1);
    }
}

TEST_CASE("http: a user or password that is no text is refused before anything is sent") {
    auto talk = [](std::string user, std::string_view password) {
        Talk made(
            [](const Asked&) {
                return Response{200, {}, {}};
            },
            login(std::move(user), password));
        return made.get().status;
    };
    using namespace std::string_view_literals;
    CHECK_THROWS_CODE(talk("a:b", "c"), Errc::invalid_argument);
    CHECK_THROWS_CODE(talk("\xFF", "c"), Errc::invalid_argument);
    CHECK_THROWS_CODE(talk("a", "\xFF"), Errc::invalid_argument);
    CHECK_THROWS_CODE(talk("a", "b\0c"sv), Errc::invalid_argument);
    CHECK(talk("", "") == 200);
}

TEST_CASE("H-7: a loop of redirects ends after five") {
    Talk talk([](const Asked& asked) { return redirect(307, asked.target + "x"); });
    CHECK_THROWS_CODE(talk.get(), Errc::denied);
    CHECK(talk.asked.size() == 6);
}

TEST_CASE("H-7: 303 to another document is for reading only") {
    auto elsewhere = [](const Asked& asked) {
        return asked.target.ends_with("/x") ? Response{200, {}, {}} : redirect(303, "/x");
    };
    Talk reading(elsewhere);
    CHECK(reading.get().status == 200);
    Talk writing(elsewhere);
    CHECK_THROWS_CODE(writing.put("body"), Errc::denied);
    CHECK(writing.asked.size() == 1);
}

TEST_CASE("http: other answers of the 300s are given back as they are") {
    for (int status : {300, 304, 305, 306}) {
        Talk talk([&](const Asked&) { return redirect(status, "/x"); });
        CHECK(talk.get().status == status);
        CHECK(talk.asked.size() == 1);
    }
}

TEST_CASE("http: the clock of the server is that of its last answer") {
    std::string date = "Sun, 06 Nov 1994 08:49:37 GMT";
    Talk talk([&](const Asked&) { return Response{200, {{"Date", date}}, {}}; });
    CHECK_FALSE(talk.client.clock());
    talk.get();
    CHECK(talk.client.clock() == test::at("1994-11-06T08:49:37Z"));
    date = "never";
    talk.get();
    CHECK_FALSE(talk.client.clock());
}
