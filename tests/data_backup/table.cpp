// Tables by the names of their columns: what is missing, odd or cut off.

#include "data_backup/table.hpp"

#include <unistd.h>
#include <fstream>

#include "data_backup/rows.hpp"

using namespace tresor;
using namespace tresor::data_backup;
using test::tells;

namespace {

constexpr std::string_view columns[] = {"name", "flag", "number", "time", "list"};
enum : std::size_t { name, flag, number, moment, list };
constexpr std::string_view former[] = {"old"};

// Calls `look` for each row.
template <class Look>
std::vector<Finding> read(std::string_view text, const Look& look) {
    MemorySource source(as_bytes(text));
    Findings findings;
    Table table(source, "t.csv", columns, former, findings);
    while (table.next()) look(table);
    return findings.take();
}

std::vector<std::string> names_in(std::string_view text, std::vector<Finding>* findings = nullptr) {
    std::vector<std::string> names;
    auto found = read(text, [&](Table& table) { names.emplace_back(table.text(name)); });
    if (findings) *findings = found;
    return names;
}

using Names = std::vector<std::string>;

// So many times the same row behind a header.
class ManyRows final : public ByteSource {
public:
    ManyRows(std::string header, std::string row, std::uint64_t count)
        : piece_(std::move(header)), row_(std::move(row)), left_(count) {}
    std::optional<std::uint64_t> size() const override { return std::nullopt; }
    std::size_t read(ByteSpan into) override {
        if (at_ == piece_.size() && left_ > 0) {
            piece_ = row_;
            at_ = 0;
            --left_;
        }
        std::size_t size = std::min(into.size(), piece_.size() - at_);
        std::copy_n(piece_.data() + at_, size, into.data());
        at_ += size;
        return size;
    }
    void rewind() override { throw Error(Errc::unsupported, "once only"); }

private:
    std::string piece_, row_;
    std::uint64_t left_;
    std::size_t at_ = 0;
};

// Pages of memory that this process holds.
std::size_t pages_held() {
    std::size_t total = 0, held = 0;
    std::ifstream("/proc/self/statm") >> total >> held;
    return held;
}

}  // namespace

TEST_CASE("S6: a table that ends inside of a row keeps the rows before, and says so") {
    std::vector<Finding> findings;
    CHECK(names_in("\"name\",\"flag\"\n\"a\",\"1\"\n\"b\",\"0", &findings) == Names{"a"});
    CHECK(findings.size() == 1);
    CHECK(tells(findings, "t.csv:3", "ends inside of a row"));
}

TEST_CASE("S7: short, long and empty rows are told with their line, and the others are read") {
    std::vector<Finding> findings;
    CHECK(names_in("name,flag\n\na\nb,1,more\nc,1\n", &findings) == Names{"a", "b", "c"});
    CHECK(findings.size() == 3);
    CHECK(tells(findings, "t.csv:2", "empty line"));
    CHECK(tells(findings, "t.csv:3", "too short"));
    CHECK(tells(findings, "t.csv:4", "too long"));
}

TEST_CASE("S7: what a short row has not has the default of its column") {
    auto findings = read("name,flag,number,time,list\na\n", [](Table& table) {
        CHECK(table.flag(flag, true));
        CHECK_FALSE(table.flag(flag, false));
        CHECK_FALSE(table.integer(number));
        CHECK_FALSE(table.moment(moment));
        CHECK(table.list(list).empty());
    });
    CHECK(findings.size() == 1);
}

TEST_CASE("S8: columns are known by their names, in any order, and others are kept") {
    Cells others;
    auto findings = read("new,list,flag,name,Name\nx,A;B,1,a,b\n", [&](Table& table) {
        CHECK(table.text(name) == "a");
        CHECK(table.flag(flag));
        CHECK(table.list(list) == Names{"A", "B"});
        CHECK_FALSE(table.has(number));
        table.others(others);
    });
    CHECK(others == Cells{{"new", "x"}, {"Name", "b"}});
    CHECK(findings.size() == 2);
    CHECK(tells(findings, "t.csv:1", "not known"));
}

TEST_CASE("S8: a former column is no finding, a column that is there twice is") {
    CHECK(read("old,name\nx,a\n", [](Table&) {}).empty());
    std::vector<Finding> findings;
    CHECK(names_in("name,name\na,b\n", &findings) == Names{"a"});
    CHECK(tells(findings, "t.csv:1", "twice"));
}

TEST_CASE("S9, S11: dropped backslashes and replaced bytes are told with their line") {
    std::vector<Finding> findings;
    CHECK(names_in("\"name\"\n\"a\\n\"\n\"\xFF\"\n", &findings) == Names{"an", "\uFFFD"});
    CHECK(tells(findings, "t.csv:2", "backslash"));
    CHECK(tells(findings, "t.csv:3", "no UTF-8"));
}

TEST_CASE("S13: only 1 is true, and what is neither 1 nor 0 is told") {
    for (const char* cell : {"true", "yes", "2", "01", " 1", "TRUE"}) {
        CAPTURE(std::string(cell));
        auto findings = read("flag,name\n" + std::string(cell) + ",a\n",
                             [](Table& table) { CHECK_FALSE(table.flag(flag, true)); });
        CHECK(tells(findings, "t.csv:2", "neither 1 nor 0"));
    }
    CHECK(read("flag,name\n1,a\n", [](Table& table) { CHECK(table.flag(flag)); }).empty());
    CHECK(
        read("flag,name\n0,a\n,b\n", [](Table& table) { CHECK_FALSE(table.flag(flag)); }).empty());
}

TEST_CASE("S14: a time is a decimal number of 64 bits or none, and garbage is told") {
    auto time_of = [](const std::string& cell, bool fine) {
        OptionalMoment read_moment;
        auto findings = read("time,name\n" + cell + ",a\n",
                             [&](Table& table) { read_moment = table.moment(moment); });
        CAPTURE(std::string(cell));
        CHECK(findings.empty() == fine);
        if (!fine) CHECK(tells(findings, "t.csv:2", "no time"));
        return read_moment;
    };
    CHECK_FALSE(time_of("", true));
    CHECK(time_of("-1", true) == Moment(Millis(-1)));
    CHECK(time_of("0", true) == Moment(Millis(0)));
    CHECK(time_of("+5", true) == Moment(Millis(5)));
    CHECK(time_of("1735690400000", true) == Moment(Millis(1735690400000)));
    CHECK(time_of("9223372036854775807", true) == Moment::max());
    for (const char* cell :
         {"9999999999999999999", "12.5", "garbage", "1 ", " 1", "0x10", "+", "-", "+-1", "1e3"})
        CHECK_FALSE(time_of(cell, false));
}

TEST_CASE("S15: a million rows take no more memory than one") {
    ManyRows source("name,flag,number,time,list\n", "a name,1,42,1735690400000,ECHOECHO;ABCD1234\n",
                    1'000'000);
    Findings findings;
    Table table(source, "t.csv", columns, former, findings);
    REQUIRE(table.next());
    std::size_t before = pages_held();
    std::uint64_t rows = 1;
    for (; table.next(); ++rows) CHECK_MESSAGE(table.text(list).size() == 17, rows);
    CHECK(rows == 1'000'000);
    auto page = static_cast<std::size_t>(getpagesize());
    CHECK(pages_held() < before + (std::size_t{8} << 20) / page);
}
