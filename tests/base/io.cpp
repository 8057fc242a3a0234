#include <tresor/io.hpp>

#include <csignal>
#include <fstream>
#include <thread>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.hpp"
#include "support.hpp"

using namespace tresor;

namespace {

std::size_t files_in(const std::filesystem::path& folder) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

void write_file(const std::filesystem::path& path, std::string_view text, Existing existing,
                unsigned mode = 0600) {
    FileSink sink(path, existing, mode);
    sink.write(as_bytes(text));
    sink.commit();
}

}  // namespace

TEST_CASE("io: a memory source reads in pieces and again from the start") {
    Bytes content = test::bytes_of("abcdefg");
    MemorySource source(content);
    CHECK(source.size() == 7);
    Bytes piece(4);
    CHECK(source.read(piece) == 4);
    CHECK(source.read(piece) == 3);
    CHECK(test::text_of(ByteView(piece).first(3)) == "efg");
    CHECK(source.read(piece) == 0);
    source.rewind();
    CHECK(source.read(piece) == 4);
    CHECK(test::text_of(piece) == "abcd");
}

TEST_CASE("io: a memory sink holds its limit and forgets on restart") {
    MemorySink sink(4);
    sink.write(as_bytes("abc"));
    CHECK_THROWS_CODE(sink.write(as_bytes("de")), Errc::too_large);
    CHECK(test::text_of(sink.bytes()) == "abc");
    sink.restart();
    sink.write(as_bytes("wxyz"));
    CHECK(test::text_of(sink.take()) == "wxyz");
    CHECK(sink.bytes().empty());
}

TEST_CASE("io: a file appears at commit and not before") {
    test::TemporaryFolder folder;
    {
        FileSink sink(folder / "f", Existing::refuse, 0640);
        sink.write(as_bytes("old"));
        sink.restart();
        sink.write(as_bytes("new"));
        CHECK_FALSE(std::filesystem::exists(folder / "f"));
        sink.commit();
    }
    CHECK(test::text_of(test::read_file(folder / "f")) == "new");
    CHECK(file::info(folder / "f")->mode == 0640);
    CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("io: a sink that dies without commit leaves no trace") {
    test::TemporaryFolder folder;
    write_file(folder / "f", "before", Existing::refuse);
    {
        FileSink sink(folder / "f", Existing::replace);
        sink.write(as_bytes("half"));
    }
    CHECK(test::text_of(test::read_file(folder / "f")) == "before");
    CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("io: an existing file is refused at once, and also if it comes in between") {
    test::TemporaryFolder folder;
    FileSink sink(folder / "f", Existing::refuse);
    sink.write(as_bytes("late"));
    write_file(folder / "f", "first", Existing::refuse);
    CHECK_THROWS_CODE(sink.commit(), Errc::conflict);
    CHECK_THROWS_CODE(FileSink(folder / "f", Existing::refuse), Errc::conflict);
    CHECK(test::text_of(test::read_file(folder / "f")) == "first");
}

TEST_CASE("io: replacing keeps the old file until the new one is whole") {
    test::TemporaryFolder folder;
    write_file(folder / "f", "one", Existing::replace, 0644);
    write_file(folder / "f", "two", Existing::replace, 0600);
    CHECK(test::text_of(test::read_file(folder / "f")) == "two");
    CHECK(file::info(folder / "f")->mode == 0600);
}

TEST_CASE("io: only a regular file is replaced") {
    test::TemporaryFolder folder;
    std::filesystem::create_directory(folder / "d");
    CHECK_THROWS_CODE(FileSink(folder / "d", Existing::replace), Errc::invalid_argument);
    CHECK_THROWS_CODE(FileSink("/dev/null", Existing::replace), Errc::invalid_argument);
    CHECK_THROWS_CODE(FileSink(folder / "no" / "f", Existing::refuse), Errc::io);
}

TEST_CASE("io: the mode is what was asked for, whatever the umask says") {
    test::TemporaryFolder folder;
    mode_t before = ::umask(0777);
    write_file(folder / "f", "x", Existing::refuse, 0644);
    ::umask(before);
    CHECK(file::info(folder / "f")->mode == 0644);
}

TEST_CASE("io: a file that cannot grow is an error and the old one stays") {
    test::TemporaryFolder folder;
    write_file(folder / "f", "before", Existing::refuse);
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit before{}, small{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    small = before;
    small.rlim_cur = 1000;
    ::setrlimit(RLIMIT_FSIZE, &small);
    {
        FileSink sink(folder / "f", Existing::replace);
        CHECK_THROWS_CODE(sink.write(Bytes(5000)), Errc::io);
    }
    ::setrlimit(RLIMIT_FSIZE, &before);
    CHECK(test::text_of(test::read_file(folder / "f")) == "before");
    CHECK(files_in(folder.path()) == 1);
}

TEST_CASE("io: a file source reads, rewinds and refuses what is no file") {
    test::TemporaryFolder folder;
    std::ofstream(folder / "f") << "content";
    FileSource source(folder / "f");
    CHECK(source.size() == 7);
    Bytes piece(100);
    CHECK(source.read(piece) == 7);
    CHECK(source.read(piece) == 0);
    source.rewind();
    CHECK(source.read(piece) == 7);
    CHECK_THROWS_CODE(FileSource(folder / "none"), Errc::io);
    CHECK_THROWS_CODE(FileSource(folder.path()), Errc::io);
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    CHECK_THROWS_CODE(FileSource(folder / "pipe"), Errc::io);
}

TEST_CASE("io: a lock is held by one only and freed with its object") {
    test::TemporaryFolder folder;
    {
        auto lock = file::Lock::take(folder / "lock");
        REQUIRE(lock);
        CHECK_FALSE(file::Lock::take(folder / "lock"));
    }
    CHECK(file::Lock::take(folder / "lock"));
}
