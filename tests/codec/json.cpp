#include "codec/json_reader.hpp"
#include "codec/json_writer.hpp"
#include "support.hpp"

using namespace tresor;
using namespace tresor::codec;

namespace {

struct Read {
    Json value;
    std::vector<Finding> findings;
};

Read read(std::string_view text, const JsonLimits& limits = {}) {
    Findings findings;
    Json value = read_json(as_bytes(text), limits, findings);
    return {std::move(value), findings.take()};
}

std::string written(const Json& value) { return test::text_of(write_json(value).expose()); }

std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
}

}  // namespace

TEST_CASE("json: what is canonical is written as it was read") {
    for (auto text :
         {"{}", "[]", "null", "true", "false", "0", "-1", "1.5", "\"\"", "\"\\u0000\"",
          "9223372036854775807", "-9223372036854775808", "18446744073709551615",
          "{\"b\":1,\"a\":[1,2,{\"x\":null}],\"\":\"\\\"\\\\\\b\\f\\n\\r\\t\\u001f\"}",
          "[\"\xC3\xA4\",\"\xE2\x80\xA8\",\"\xF0\x9F\x98\x80\",\"\x7F\"]", "[[[[]]]]"}) {
        auto [value, findings] = read(text);
        CHECK(written(value) == text);
        CHECK(findings.empty());
    }
}

TEST_CASE("json: space is allowed where the RFC allows it") {
    CHECK(written(read(" \t\r\n{ \"a\" : [ 1 , 2 ] , \"b\" : { } } \n").value) ==
          "{\"a\":[1,2],\"b\":{}}");
}

TEST_CASE("json: escapes are decoded") {
    CHECK(written(read("\"\\/\\u00e9\\u00E9\\uD83D\\uDE00\\u2028\"").value) ==
          "\"/\xC3\xA9\xC3\xA9\xF0\x9F\x98\x80\xE2\x80\xA8\"");
}

TEST_CASE("json: a lone surrogate is replaced and reported once a string") {
    for (auto text : {"\"\\ud800\"", "\"\\udc00\"", "\"\\ud800x\"", "\"\\ud800\\n\"",
                      "\"\\ud800\\ud800\"", "\"\\udc00\\ud800\""}) {
        auto [value, findings] = read(std::string("{\"a\":[") + text + "]}");
        CHECK(written(value).find("\xEF\xBF\xBD") != std::string::npos);
        REQUIRE(findings.size() == 1);
        CHECK(findings[0].pointer == "/a/0");
    }
    CHECK(written(read("\"\\ud800\\u0041\"").value) ==
          "\"\xEF\xBF\xBD"
          "A\"");
}

TEST_CASE("json: of members with one name the last wins, at the place of the first") {
    auto [value, findings] = read("{\"a\":1,\"b\":2,\"a\":3,\"c\":4,\"a\":5}");
    CHECK(written(value) == "{\"a\":5,\"b\":2,\"c\":4}");
    REQUIRE(findings.size() == 2);
    CHECK(findings[0].pointer == "/a");
}

TEST_CASE("json: repeated names are found among many, in good time") {
    std::string text = "{";
    for (int i = 0; i < 200'000; ++i)
        text += "\"k" + std::to_string(i % 100'000) + "\":" + std::to_string(i) + ",";
    text.back() = '}';
    auto [value, findings] = read(text);
    REQUIRE(value.object()->size() == 100'000);
    CHECK(value.object()->front().value.number() == "100000");
    CHECK(findings.size() == 1001);
}

TEST_CASE("json: what is no JSON is malformed") {
    for (std::string_view text : {"",
                                  " ",
                                  "\xEF\xBB\xBF",
                                  "{",
                                  "}",
                                  "[",
                                  "]",
                                  "[1",
                                  "[1,",
                                  "[1,]",
                                  "[,1]",
                                  "{\"a\"}",
                                  "{\"a\":}",
                                  "{\"a\":1,}",
                                  "{a:1}",
                                  "{\"a\" 1}",
                                  "{1:1}",
                                  "\"",
                                  "\"\\\"",
                                  "\"\\x\"",
                                  "\"\\u12\"",
                                  "\"\\u12g4\"",
                                  "\"\\u+123\"",
                                  "\"\n\"",
                                  "\"\t\"",
                                  "tru",
                                  "truE",
                                  "nul",
                                  "-",
                                  "+1",
                                  ".5",
                                  "1.",
                                  "1e",
                                  "1e+",
                                  "--1",
                                  "NaN",
                                  "Infinity",
                                  "'a'",
                                  "\"\xFF\"",
                                  "\"\xC0\x80\"",
                                  "\"\xED\xA0\x80\"",
                                  "/*x*/1",
                                  "\xFE\xFF"})
        CHECK_THROWS_CODE(read(text), Errc::malformed);
}

TEST_CASE("json: bytes behind the document are reported") {
    auto [value, findings] = read("{}garbage");
    CHECK(value.object()->empty());
    REQUIRE(findings.size() == 1);
    CHECK(findings[0] == Finding{"", "7 bytes behind the document were ignored"});
    CHECK(read("01").findings.size() == 1);
}

TEST_CASE("json: a byte order mark is skipped and reported") {
    auto [value, findings] = read("\xEF\xBB\xBF[1]");
    CHECK(written(value) == "[1]");
    CHECK(findings.size() == 1);
}

TEST_CASE("json: numbers keep their text, whatever fits into a machine's") {
    for (auto text : {"1e400", "-1E+400", "18446744073709551616", "0.1000000000000000000000000001",
                      "-0", "-0.0", "1.50", "9007199254740993"})
        CHECK(written(read(text).value) == text);
}

TEST_CASE("json: a whole number is one, however it is written") {
    for (auto [text, number] : {std::pair{"0", 0LL},
                                {"-0", 0LL},
                                {"-0.0", 0LL},
                                {"1e2", 100LL},
                                {"1.0", 1LL},
                                {"-5", -5LL},
                                {"1e13", 10'000'000'000'000LL},
                                {"9223372036854775807", INT64_MAX},
                                {"-9223372036854775808", INT64_MIN}})
        CHECK(whole_number(text) == number);
    for (auto text : {"1.5", "1e400", "9223372036854775808", "-9223372036854775809", "1e19", "0.1"})
        CHECK_MESSAGE(!whole_number(text), text);
}

TEST_CASE("json: the limits are exact") {
    JsonLimits limits;
    CHECK_NOTHROW(read(repeated("[", 32) + repeated("]", 32)));
    CHECK_THROWS_CODE(read(repeated("[", 33) + repeated("]", 33)), Errc::malformed);
    CHECK_THROWS_CODE(read(repeated("{\"a\":", 100'000)), Errc::malformed);
    CHECK_THROWS_CODE(read(repeated("[", 100'000)), Errc::malformed);

    limits.string = 5;
    CHECK_NOTHROW(read("\"12345\"", limits));
    CHECK_THROWS_CODE(read("\"123456\"", limits), Errc::too_large);
    CHECK_NOTHROW(read("\"\\u00e4\\u00e41\"", limits));
    CHECK_THROWS_CODE(read("\"\\u00e4\\u00e4\\u00e4\"", limits), Errc::too_large);
    CHECK_THROWS_CODE(read("{\"123456\":1}", limits), Errc::too_large);
    limits.long_pointer = "/a/big";
    limits.long_string = 7;
    CHECK_NOTHROW(read("{\"a\":{\"big\":\"1234567\"}}", limits));
    CHECK_THROWS_CODE(read("{\"a\":{\"big\":\"12345678\"}}", limits), Errc::too_large);
    CHECK_THROWS_CODE(read("{\"a\":{\"big\":[\"123456\"]}}", limits), Errc::too_large);
    CHECK_THROWS_CODE(read("{\"a\":{\"bag\":\"123456\"}}", limits), Errc::too_large);
    CHECK_THROWS_CODE(read("{\"big\":\"123456\"}", limits), Errc::too_large);
    CHECK_THROWS_CODE(read("{\"a\":{\"a\":{\"big\":\"123456\"}}}", limits), Errc::too_large);

    limits = {};
    limits.array = 3;
    CHECK_NOTHROW(read("[1,2,3]", limits));
    CHECK_THROWS_CODE(read("[1,2,3,4]", limits), Errc::too_large);
    limits = {};
    limits.values = 4;
    CHECK_NOTHROW(read("{\"a\":[1,2]}", limits));
    CHECK_THROWS_CODE(read("{\"a\":[1,2,3]}", limits), Errc::too_large);
    limits = {};
    limits.document = 4;
    CHECK_NOTHROW(read("1234", limits));
    CHECK_THROWS_CODE(read("12345", limits), Errc::too_large);
}

TEST_CASE("json: errors name the place and never the text") {
    try {
        read("{\"password\":\"hunter2\\q\"}");
        FAIL("accepted");
    } catch (const Error& error) {
        std::string what = error.what();
        CHECK(what.find("hunter2") == std::string::npos);
        CHECK(what.find("at byte 21") != std::string::npos);
    }
}

TEST_CASE("json: pointers escape names and cut long ones") {
    auto [value, findings] = read("{\"a/b~c\":{\"" + std::string(200, 'n') + "\":[\"\\ud800\"]}}");
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].pointer == "/a~1b~0c/" + std::string(64, 'n') + "…/0");
}

TEST_CASE("json: cutting a document anywhere is never a crash") {
    std::string text =
        "{\"a\":[1,-2.5e3,\"\\u00e4\\ud83d\\ude00\xC3\xA4\",true,null],\"b\":{\"c\":false}}";
    for (std::size_t size = 0; size < text.size(); ++size)
        CHECK_THROWS_CODE(read(std::string_view(text).substr(0, size)), Errc::malformed);
}

TEST_CASE("json writer: commas, escapes and numbers") {
    JsonWriter writer;
    writer.begin_object();
    writer.name("a");
    writer.begin_array();
    writer.integer(-5);
    writer.integer(INT64_MAX);
    writer.null();
    writer.begin_object();
    writer.end_object();
    writer.begin_array();
    writer.end_array();
    writer.text("\"\\\b\f\n\r\t\x01/\xC3\xA4\x7F");
    writer.end_array();
    writer.name("b\n");
    writer.flag(true);
    writer.name("c");
    writer.raw(as_bytes("[1, 2]"));
    writer.name("d");
    writer.base64(test::bytes_of("foob"));
    writer.end_object();
    CHECK(test::text_of(writer.take().expose()) ==
          "{\"a\":[-5,9223372036854775807,null,{},[],\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001/"
          "\xC3\xA4\x7F\"],"
          "\"b\\n\":true,\"c\":[1, 2],\"d\":\"Zm9vYg==\"}");
}

TEST_CASE("json writer: a line a member") {
    JsonWriter writer(JsonWriter::Space::line_a_member);
    writer.begin_object();
    writer.name("a");
    writer.integer(1);
    writer.name("b");
    writer.begin_object();
    writer.name("c");
    writer.hex(test::unhex("00ff"));
    writer.end_object();
    writer.end_object();
    CHECK(test::text_of(writer.take().expose()) == "{\n  \"a\": 1,\n  \"b\": {\"c\":\"00ff\"}\n}");
}

TEST_CASE("json writer: text that is not UTF-8 is refused") {
    JsonWriter writer;
    CHECK_THROWS_CODE(writer.text("\xFF"), Errc::invalid_argument);
}
