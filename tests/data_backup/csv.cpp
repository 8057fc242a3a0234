#include "data_backup/csv.hpp"

#include <memory>

#include "support.hpp"

using namespace tresor;
using namespace tresor::data_backup;

namespace {

using Cells = std::vector<std::string>;

// Gives at most so many bytes at a time.
class Slow final : public ByteSource {
public:
    Slow(std::string_view text, std::size_t most) : all_(as_bytes(text)), most_(most) {}
    std::optional<std::uint64_t> size() const override { return std::nullopt; }
    std::size_t read(ByteSpan into) override {
        return all_.read(into.first(std::min(into.size(), most_)));
    }
    void rewind() override { all_.rewind(); }

private:
    MemorySource all_;
    std::size_t most_;
};

struct Read {
    std::vector<Cells> rows;
    std::vector<std::uint64_t> lines;
    unsigned lone_backslashes = 0, stray = 0, replaced = 0, cut = 0, too_large = 0;
    bool operator==(const Read&) const = default;
};

Read read_in_pieces(std::string_view text, std::size_t piece, CsvReader::Limits limits = {}) {
    Slow source(text, piece);
    auto reader = std::make_unique<CsvReader>(source, limits);
    Read read;
    for (CsvRow row; reader->next(row);) {
        Cells cells;
        for (std::size_t i = 0; i < row.size(); ++i) cells.emplace_back(row[i]);
        read.rows.push_back(cells);
        read.lines.push_back(row.line);
        read.lone_backslashes += row.lone_backslashes;
        read.stray += row.stray;
        read.replaced += row.replaced_bytes;
        read.cut += row.cut;
        read.too_large += row.too_large;
    }
    return read;
}

// However the bytes come, the rows are the same.
Read read_all(std::string_view text) {
    Read read = read_in_pieces(text, 1 << 20);
    for (std::size_t piece : {1u, 2u, 3u, 7u}) CHECK(read_in_pieces(text, piece) == read);
    return read;
}

// As the app writes it (data-backup.md 3.1), written out once more.
std::string cell_of(std::string_view value) {
    std::string cell = "\"";
    for (char c : value) {
        if (c == '\\' || c == '"') cell += c;
        cell += c;
    }
    return cell + '"';
}

void check_value(std::string_view value) {
    CAPTURE(std::string(value));
    std::string row = cell_of(value);
    row.append(",").append(cell_of(value)).append("\n");
    Read read = read_all(row);
    CHECK(read.rows == std::vector<Cells>{{std::string(value), std::string(value)}});
    CHECK(read.lone_backslashes + read.stray + read.replaced + read.cut == 0);
}

}  // namespace

TEST_CASE("S1: values come back as they were written") {
    for (std::string_view value :
         {"", "a", "a\"b", "C:\\x", "\\\"", "one\ntwo", "\",\"", "\"\"\"", "\"a\"", "\n", "\\",
          "\\\\", ",", "a,b", " a ", "\\n", "0000000042"})
        check_value(value);
    CHECK(read_all("\"a\"\"b\",\"C:\\\\x\",\"\\\\\"\"\",\"one\ntwo\",\"\"\n").rows ==
          std::vector<Cells>{{"a\"b", "C:\\x", "\\\"", "one\ntwo", ""}});
}

TEST_CASE("S2: CR and CRLF inside of a cell stay as they are") {
    for (std::string_view value : {"a\rb", "a\r\nb", "\r", "\n\r", "\r\n"}) check_value(value);
}

TEST_CASE("S3: characters that look like line ends are none, and nothing is cut at NUL") {
    for (std::string_view value :
         {std::string_view("a\u2028b"), std::string_view("a\u0085b"), std::string_view("a\0b", 3),
          std::string_view("\t"), std::string_view("👩\u200D🚀"),
          std::string_view("\u202Eabc\u200F")})
        check_value(value);
}

TEST_CASE("S4: a cell without quotes may be empty, too") {
    CHECK(read_all("\"a\",,\"b\"\n\"a\",\"\",\"b\"\n").rows ==
          std::vector<Cells>{{"a", "", "b"}, {"a", "", "b"}});
    CHECK(read_all(",\n,,\n").rows == std::vector<Cells>{{"", ""}, {"", "", ""}});
}

TEST_CASE("S5: tables as other programs write them") {
    Cells row = {"a", "b"};
    for (std::string_view text :
         {"\"a\",\"b\"", "\"a\",\"b\"\r\n", "a,b\n", "a,\"b\"\r", "\xEF\xBB\xBF\"a\",b\n"}) {
        CAPTURE(std::string(text));
        CHECK(read_all(text).rows == std::vector<Cells>{row});
    }
    CHECK(read_all("a,b\r\na,b\ra,b\na,b").rows == std::vector<Cells>{row, row, row, row});
    CHECK(read_all("\"say \\\"x\\\"\"\n").rows == std::vector<Cells>{{"say \"x\""}});
    CHECK(read_all("\xEF\xBB").rows == std::vector<Cells>{{"\uFFFD\uFFFD"}});
    CHECK(read_all("").rows.empty());
    CHECK(read_all("\xEF\xBB\xBF").rows.empty());
}

TEST_CASE("S6: a table that ends inside of a cell keeps what was whole") {
    Read read = read_all("\"a\",\"b\"\n\"c\",\"d");
    CHECK(read.rows == std::vector<Cells>{{"a", "b"}, {"c"}});
    CHECK(read.cut == 1);
    CHECK(read_all("\"a\\").cut == 1);
    CHECK(read_all("\"a\"").cut == 0);
    CHECK(read_all("\"").rows == std::vector<Cells>{{}});
}

TEST_CASE("S7: short, long and empty rows come as they are, with their lines") {
    Read read = read_all("a,b\n\nc\n\"d\ne\",f,g\nh\n");
    CHECK(read.rows == std::vector<Cells>{{"a", "b"}, {""}, {"c"}, {"d\ne", "f", "g"}, {"h"}});
    CHECK(read.lines == std::vector<std::uint64_t>{1, 2, 3, 4, 6});
}

TEST_CASE("S9: a lone backslash is dropped, and counted") {
    Read read = read_all("\"a\\nb\",\"\\,\"\n");
    CHECK(read.rows == std::vector<Cells>{{"anb", ","}});
    CHECK(read.lone_backslashes == 2);
}

TEST_CASE("S10: a row that ends with a quote leaves nothing for the next") {
    CHECK(read_all("\"a\",\"b\"\"\"\n\"\",\"c\"\n").rows ==
          std::vector<Cells>{{"a", "b\""}, {"", "c"}});
}

TEST_CASE("S11: what is no UTF-8 is replaced, and counted") {
    Read read = read_all("\"a\xFF,b\",\"\xC3\",\"ä\"\n");
    CHECK(read.rows == std::vector<Cells>{{"a\uFFFD,b", "\uFFFD", "ä"}});
    CHECK(read.replaced == 2);
}

TEST_CASE("S12: digits are text") {
    CHECK(read_all("0000000042,1234567890123456,\"12e4567890123456\"\n").rows ==
          std::vector<Cells>{{"0000000042", "1234567890123456", "12e4567890123456"}});
}

TEST_CASE("csv: characters behind a closing quote are kept, and counted") {
    Read read = read_all("\"a\"b\"c,\"d\" \n");
    CHECK(read.rows == std::vector<Cells>{{"ab\"c", "d "}});
    CHECK(read.stray == 4);
}

TEST_CASE("S15: a row over its limits is left out from there on, and the next ones are read") {
    std::string text = "a,";
    text.append(5 << 20, 'x').append(",b\nc,d\n");
    Read whole = read_in_pieces(text, 1 << 20);
    CHECK(whole.rows[0][1].size() == 5 << 20);
    CHECK(whole.too_large == 0);
    Read bounded = read_in_pieces(text, 1 << 20, {.row_bytes = 1 << 20});
    CHECK(bounded.rows == std::vector<Cells>{{"a"}, {"c", "d"}});
    CHECK(bounded.too_large == 1);
    Read narrow = read_in_pieces("a,b,c,d\n\"e\"\n", 2, {.cells = 2});
    CHECK(narrow.rows == std::vector<Cells>{{"a", "b"}, {"e"}});
    CHECK(narrow.too_large == 1);
    // What stands for a byte that is no UTF-8 has three.
    Read grown = read_in_pieces(std::string("a,\"") + std::string(50, '\xA7') + "\"\nb\n", 7,
                                {.row_bytes = 100});
    CHECK(grown.rows == std::vector<Cells>{{"a"}, {"b"}});
    CHECK(grown.too_large == 1);
}

TEST_CASE("S16: random values come back as they were written") {
    test::Random random(16);
    constexpr std::string_view alphabet = "a\",\\ \n;\r";
    for (std::uint64_t round = test::rounds(20000); round > 0; --round) {
        std::string text;
        std::vector<Cells> rows(1 + test::below(random, 3));
        for (Cells& row : rows) {
            row.resize(1 + test::below(random, 4));
            for (std::string& value : row) {
                for (auto size = test::below(random, 12); size > 0; --size)
                    value += alphabet[test::below(random, alphabet.size())];
                text.append(&value == &row.front() ? "" : ",").append(cell_of(value));
            }
            text += '\n';
        }
        Read read = read_in_pieces(text, 1 + test::below(random, 40));
        CAPTURE(text);
        CHECK(read.rows == rows);
    }
}
