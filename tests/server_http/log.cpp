#include "log.hpp"

#include <csignal>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include "support.hpp"

using namespace tresor;
using namespace safe_server;

namespace {

const Timestamp start = test::at("2026-12-01T12:00:00Z");
const std::string id = "06" + std::string(62, 'a');

// What the log writes into it while `talk` runs.
template <class Talk>
std::string said(const Talk& talk, bool requests = true) {
    test::TemporaryFolder folder;
    auto path = folder / "log";
    int handle = ::open(path.c_str(), O_CREAT | O_WRONLY, 0600);
    REQUIRE(handle >= 0);
    {
        Log log(requests, handle);
        talk(log);
    }
    ::close(handle);
    return test::text_of(test::read_file(path));
}

Served put(std::string_view target) {
    Served served;
    served.method = "PUT";
    served.target = target;
    served.peer = "192.0.2.1";
    served.status = 204;
    served.bytes_in = 5120;
    served.seconds = 0.0031;
    return served;
}

}  // namespace

TEST_CASE("log: a line for a request, the id cut to its first byte") {
    CHECK(said([&](Log& log) { log.request(put("/backups/" + id + "?key=secret"), start); }) ==
          "2026-12-01T12:00:00Z 192.0.2.1 PUT /backups/06… 204 5120 0 3ms\n");
    CHECK(said([&](Log& log) { log.request(Served(), start); }) ==
          "2026-12-01T12:00:00Z - - - - 0 0 0ms\n");
    Served part = put("/config");
    part.whole = false;
    CHECK(said([&](Log& log) { log.request(part, start); }) ==
          "2026-12-01T12:00:00Z 192.0.2.1 PUT /config 204 5120 0 3ms cut\n");
    CHECK(said([&](Log& log) { log.request(put("/config"), start); }, false).empty());
}

TEST_CASE("log: no id is shown, wherever it stands and however it is written") {
    std::string upper(64, 'A');
    for (const std::string& text :
         {"/backups/" + id, "/Backups/" + upper, "/x" + id + "/y", id, "/a/" + id + id,
          "/backups/" + id.substr(0, 63), "/%2fbackups%2f" + id, "x" + id.substr(0, 20)}) {
        CAPTURE(text);
        auto line = said([&](Log& log) {
            log.request(put(text), start);
            log.say(text, start);
        });
        CHECK(line.find("aaaaaaaa") == line.npos);
        CHECK(line.find("AAAAAAAA") == line.npos);
        CHECK(line.find("…") != line.npos);
    }
    CHECK(shown("deadbeef 0123456789abcde") == "deadbeef 0123456789abcde");
    CHECK(shown("0123456789abcdef!") == "01…!");
}

TEST_CASE("log: foreign bytes cannot make a line of their own") {
    auto line = said([&](Log& log) {
        Served odd = put("/a b\n2026 \x1b[31m\xc3\xa9\\");
        odd.method = "P\rT";
        log.request(odd, start);
    });
    CHECK(
        line ==
        "2026-12-01T12:00:00Z 192.0.2.1 P\\x0dT /a+b\\x0a2026+\\x1b[31m\\xc3\\xa9\\x5c 204 5120 0 "
        "3ms\n");
    auto longest = said([&](Log& log) { log.request(put(std::string(8000, 'x')), start); });
    CHECK(longest.size() < 250);
    CHECK(said([&](Log& log) { log.say("one\ntwo", start); }) ==
          "2026-12-01T12:00:00Z tresor-server: one\\x0atwo\n");
}

TEST_CASE("log: lines of many threads stay whole") {
    auto text = said([&](Log& log) {
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&log] {
                for (int line = 0; line < 2000; ++line) log.request(put("/config"), start);
            });
        for (auto& thread : threads) thread.join();
    });
    const std::string line = "2026-12-01T12:00:00Z 192.0.2.1 PUT /config 204 5120 0 3ms\n";
    REQUIRE(text.size() == 8000 * line.size());
    for (std::size_t at = 0; at < text.size(); at += line.size())
        REQUIRE(text.compare(at, line.size(), line) == 0);
}

TEST_CASE("log: nobody waits for a reader that does not read and what was left out is counted") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    std::size_t written = 0;
    std::string text;
    {
        Log log(true, ends[1]);
        // Over 2 MiB, where the pipe and the buffer hold far less.
        for (int i = 0; i < 40000; ++i) {
            log.request(put("/config"), start);
            written += 58;
        }
        std::thread reader([&] {
            std::string some(65536, ' ');
            for (ssize_t size; (size = ::read(ends[0], some.data(), some.size())) > 0;) {
                text.append(some.data(), static_cast<std::size_t>(size));
                if (text.find(" more lines") != text.npos) return;
            }
        });
        reader.join();
    }
    ::close(ends[0]);
    ::close(ends[1]);
    CHECK(text.size() < written);
    CHECK(text.find("tresor-server: standard error was too slow for ") != text.npos);
}

TEST_CASE("log: a closed end loses lines and nothing else") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    ::close(ends[0]);
    auto before = std::signal(SIGPIPE, SIG_IGN);
    {
        Log log(true, ends[1]);
        for (int i = 0; i < 100; ++i) log.request(put("/config"), start);
    }
    std::signal(SIGPIPE, before);
    CHECK(::close(ends[1]) == 0);
}
