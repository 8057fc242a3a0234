// What the tests of stores share.
#pragma once

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>

#include <tresor/storage/memory.hpp>
#include <tresor/storage/wrapper.hpp>

#include "support.hpp"

namespace test {

using tresor::Timestamp;
using namespace tresor::storage;

inline ObjectInfo put(Storage& store, const ObjectName& name, std::string_view text,
                      const Condition& condition = {}) {
    tresor::MemorySource source(tresor::as_bytes(text));
    return store.put(name, source, condition);
}

inline std::optional<std::string> get(Storage& store, const ObjectName& name) {
    tresor::MemorySink sink;
    if (!store.get(name, sink)) return std::nullopt;
    return text_of(sink.bytes());
}

inline std::vector<std::string> list(Storage& store, std::string_view prefix = "") {
    std::vector<std::string> names;
    store.list(prefix, [&](const ObjectInfo& info) {
        names.push_back(info.name.text());
        return true;
    });
    std::sort(names.begin(), names.end());
    return names;
}

// backups/ and 64 digits
inline ObjectName backup(unsigned number) {
    char digits[65];
    std::snprintf(digits, sizeof digits, "%064x", number);
    return ObjectName(std::string("backups/") + digits);
}

inline void set_time(const std::filesystem::path& file, Timestamp time, long nanoseconds = 0) {
    timespec times[2] = {{0, UTIME_OMIT}, {time.time_since_epoch().count(), nanoseconds}};
    REQUIRE(::utimensat(AT_FDCWD, file.c_str(), times, 0) == 0);
}

inline std::size_t entries_in(const std::filesystem::path& folder) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

struct Held {
    explicit Held(std::function<Timestamp()> clock) : memory(std::move(clock)) {}
    Memory memory;
};

// Memory whose calls are told before they are done, and may fail then. A put is told once more
// ("half") when its source was read, a get in the middle of its bytes, a listing ("shown") after
// each object.
class Watched : public Held, public Wrapper {
public:
    explicit Watched(std::string name = "a watched store",
                     std::function<Timestamp()> clock = tresor::now)
        : Held(std::move(clock)), Wrapper(memory), name_(std::move(name)) {}

    std::function<void(std::string_view call)> before;
    std::vector<std::string> calls;

    std::string describe() const override { return name_; }
    ObjectInfo put(const ObjectName& name, tresor::ByteSource& content,
                   const Condition& condition) override {
        tell("put");
        tresor::MemorySink sink;
        copy(content, sink);
        tell("half");
        tresor::MemorySource source(sink.bytes());
        return memory.put(name, source, condition);
    }
    std::optional<ObjectInfo> stat(const ObjectName& name) override {
        tell("stat");
        return memory.stat(name);
    }
    std::optional<ObjectInfo> get(const ObjectName& name, tresor::ByteSink& into) override {
        tell("get");
        tresor::MemorySink sink;
        auto info = memory.get(name, sink);
        if (!info) return info;
        std::size_t half = sink.bytes().size() / 2;
        into.write(ByteView(sink.bytes()).first(half));
        tell("half");
        into.write(ByteView(sink.bytes()).subspan(half));
        return info;
    }
    bool remove(const ObjectName& name, const Condition& condition) override {
        tell("remove");
        return memory.remove(name, condition);
    }
    void list(std::string_view prefix, const Visitor& visit) override {
        tell("list");
        memory.list(prefix, [&](const ObjectInfo& info) {
            bool more = visit(info);
            tell("shown");
            return more;
        });
    }
    std::optional<Timestamp> clock() override {
        tell("clock");
        return memory.clock();
    }

private:
    void tell(std::string_view call) {
        calls.emplace_back(call);
        if (before) before(call);
    }
    std::string name_;
};

// A source and a sink that break: what they throw is their caller's own.
struct BrokenSource final : tresor::ByteSource {
    std::optional<std::uint64_t> size() const override { return {}; }
    std::size_t read(tresor::ByteSpan) override {
        throw tresor::Error(tresor::Errc::malformed, "the source is broken");
    }
    void rewind() override {}
};

struct BrokenSink final : tresor::ByteSink {
    void write(ByteView) override {
        throw tresor::Error(tresor::Errc::malformed, "the sink is broken");
    }
    void restart() override {}
};

}  // namespace test
