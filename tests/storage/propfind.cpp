// Answers to PROPFIND that are made to be too much.

#include "storage/propfind.hpp"

#include <functional>

#include "codec/xml.hpp"
#include "support.hpp"

using namespace tresor;
using namespace tresor::storage;

namespace {

const std::string head = "<multistatus xmlns='DAV:'>";

// What is thrown when `piece` comes over and over, and behind how many bytes.
std::pair<Errc, std::size_t> endless(const std::string& begin,
                                     const std::function<std::string(std::size_t)>& piece,
                                     std::size_t most_bytes = std::size_t{64} << 20) {
    PropfindSink sink({1000, most_bytes});
    std::size_t bytes = 0;
    try {
        sink.write(as_bytes(begin));
        for (std::size_t i = 0; bytes < std::size_t{1} << 30; ++i) {
            std::string text = piece(i);
            sink.write(as_bytes(text));
            bytes += text.size();
        }
    } catch (const Error& error) {
        return {error.code(), bytes};
    }
    return {Errc::internal, bytes};
}

std::string many(const std::string& text) {
    std::string all;
    while (all.size() < 10000) all += text;
    return all;
}

}  // namespace

TEST_CASE("xml: line ends between any number of elements are no text of theirs") {
    std::size_t closed = 0;
    std::string last;
    codec::XmlReader reader([](std::string_view) {},
                            [&](std::string_view, std::string_view text) {
                                ++closed;
                                last = text;
                            });
    reader.feed(as_bytes("<all>"));
    for (int i = 0; i < 100'000; ++i) reader.feed(as_bytes("<one>x</one>\n"));
    CHECK(last == "x");
    reader.feed(as_bytes("</all>"));
    reader.finish();
    CHECK(closed == 100'001);
}

TEST_CASE("propfind: an answer without end stops at its limit") {
    auto [code, bytes] = endless(
        head, [](std::size_t) { return many("<a/>"); }, 1 << 20);
    CHECK(code == Errc::too_large);
    CHECK(bytes <= 1 << 20);
}

TEST_CASE("propfind: a file too many is said so") {
    auto file = [](std::size_t i) {
        return "<response><href>/" + std::to_string(i) + "</href></response>";
    };
    CHECK(endless(head, file).first == Errc::too_large);
    CHECK(endless(head, file).second < 100000);
}

TEST_CASE("propfind: ever new names of elements, attributes and prefixes are not kept") {
    std::function<std::string(std::size_t)> pieces[] = {
        [](std::size_t i) { return "<n" + std::to_string(i) + "/>"; },
        [](std::size_t i) { return "<n a" + std::to_string(i) + "='1'/>"; },
        [](std::size_t i) { return "<n xmlns:p" + std::to_string(i) + "='u'/>"; }};
    for (const auto& piece : pieces) {
        auto [code, bytes] = endless(head, piece);
        CHECK(code == Errc::malformed);
        CHECK(bytes < 100000);
    }
}

TEST_CASE("propfind: a tag, a comment or an instruction that does not end is not waited for") {
    for (std::string begin : {"<a b='", "<!--", "<?x ", "<a", "</a", "<![CDATA["}) {
        CAPTURE(begin);
        auto [code, bytes] = endless(head + "<a>" + begin, [](std::size_t) { return many("x"); });
        CHECK(code == Errc::malformed);
        CHECK(bytes < 2 << 20);
    }
}

TEST_CASE("propfind: a path or a text that is too long is none") {
    PropfindSink sink({1000, 10 << 20});
    std::string long_path(5000, 'a');
    sink.write(as_bytes(head + "<response><href>/" + long_path + "</href></response>" +
                        "<response><href>/b</href><propstat><prop><getetag>" + long_path +
                        "</getetag></prop></propstat></response></multistatus>"));
    auto entries = sink.finish();
    REQUIRE(entries.size() == 1);
    CHECK(entries[0].path == "/b");
    CHECK(entries[0].etag.empty());
    PropfindSink other({1000, 10 << 20});
    CHECK_THROWS_CODE(other.write(as_bytes(head + "<response><href>/" + std::string(70000, 'a'))),
                      Errc::malformed);
}

TEST_CASE("propfind: an answer in one piece or many is the same, and a restart begins anew") {
    std::string text = head +
                       "<response><href>/a</href><propstat><prop><getcontentlength>5"
                       "</getcontentlength></prop></propstat></response></multistatus>";
    PropfindSink sink({1000, 10 << 20});
    for (int round = 0; round < 2; ++round) {
        for (char c : text) sink.write(as_bytes(std::string_view(&c, 1)));
        auto entries = sink.finish();
        REQUIRE(entries.size() == 1);
        CHECK(entries[0].size == 5);
        sink.restart();
    }
    CHECK_THROWS_CODE(sink.finish(), Errc::malformed);
}
