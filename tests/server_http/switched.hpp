// What the tests of a server's threads share.
#pragma once

#include <atomic>
#include <chrono>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include "log.hpp"
#include "storage/stores.hpp"

namespace test {

// Until it is so, twenty seconds at most.
template <class Condition>
bool soon(const Condition& so) {
    for (int i = 0; i < 4000; ++i) {
        if (so()) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
}

// Memory whose clock can be moved, and one of whose calls can be made to fail, while other threads
// use it.
class Switched : public Wrapper {
public:
    Switched() : Wrapper(memory) {}

    std::atomic<std::int64_t> ahead = 0;  // seconds
    Memory memory{[this] { return tresor::now() + tresor::Seconds(ahead.load()); }};
    std::atomic<tresor::Errc> trouble = {};  // what it fails with, if it is one
    std::atomic<std::uint64_t> gets = 0, lists = 0, clocks = 0;

    std::optional<ObjectInfo> get(const ObjectName& name, tresor::ByteSink& into) override {
        tell(gets);
        return Wrapper::get(name, into);
    }
    void list(std::string_view prefix, const Visitor& visit) override {
        tell(lists);
        Wrapper::list(prefix, visit);
    }
    std::optional<tresor::Timestamp> clock() override {
        tell(clocks);
        return Wrapper::clock();
    }

    // One more of it, for whoever wants to own one; a copy would lead past it.
    std::unique_ptr<Storage> open() {
        return std::make_unique<Wrapper>(static_cast<Storage&>(*this));
    }
    // Put so many days ago.
    void put_old(unsigned number, std::int64_t days) {
        ahead = -days * 86400;
        test::put(memory, test::backup(number), "sealed");
        ahead = 0;
    }

private:
    void tell(std::atomic<std::uint64_t>& calls) {
        ++calls;
        tresor::Errc code = trouble;
        if (code != tresor::Errc()) throw tresor::Error(code, "made to fail");
    }
};

// A log that goes nowhere.
class Silent {
public:
    ~Silent() { ::close(handle_); }

private:
    int handle_ = ::open("/dev/null", O_WRONLY | O_CLOEXEC);

public:
    safe_server::Log log{false, handle_};
};

}  // namespace test
