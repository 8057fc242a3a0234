// Stores that break the contract of storage.hpp, each in one way.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "storage/stores.hpp"

namespace test::broken {

using namespace tresor;

// The questions.
inline constexpr std::string_view describes = "it describes itself and tells no credentials",
                                  missing = "a missing object is an answer, not an error",
                                  round_trip = "what was put can be got, byte for byte",
                                  facts = "put, stat and get tell the same of an object",
                                  replaces = "a put replaces the whole object",
                                  broken_put = "a put that breaks off leaves the old object",
                                  broken_get = "a get into a sink that breaks off says so",
                                  read_in_put =
                                      "a reader in the middle of a put gets the old object whole",
                                  put_in_get = "a put in the middle of a get does not mix the two",
                                  versions = "a version changes with every put, and only then",
                                  absence = "a put can depend on absence, or says that it cannot",
                                  put_on = "a put can depend on a version, or says that it cannot",
                                  remove_on =
                                      "a removal can depend on a version, or says that it cannot",
                                  removes = "a removed object is gone",
                                  lists =
                                      "a listing shows each object once and nothing else, "
                                      "or is unsupported",
                                  names =
                                      "every name is possible, or another than a backup's is "
                                      "unsupported",
                                  clock_goes = "its clock goes with the times of its objects",
                                  gone = "the objects of this check are gone again";

enum class Call { put, stat, get, list };

// A store of which a test replaces a part. Says what it can by `abilities`, and keeps to that.
struct Fake final : test::Held, Wrapper {
    Fake() : Held(now), Wrapper(memory), abilities(memory.can()) {}

    Abilities abilities;
    std::function<void()> before;                 // every call
    std::function<void(Call, ObjectInfo&)> tell;  // may change what is told of an object
    std::function<void(Bytes&)> alter;            // what get() gives
    std::function<std::string()> on_describe;
    std::function<ObjectInfo(const ObjectName&, ByteSource&, const Condition&)> on_put;
    std::function<std::optional<ObjectInfo>(const ObjectName&)> on_stat;
    std::function<std::optional<ObjectInfo>(const ObjectName&, ByteSink&)> on_get;
    std::function<bool(const ObjectName&, const Condition&)> on_remove;
    std::function<void(std::string_view, const Visitor&)> on_list;
    std::function<std::optional<Timestamp>()> on_clock;

    std::string describe() const override { return on_describe ? on_describe() : "a fake"; }
    Abilities can() const override { return abilities; }
    ObjectInfo put(const ObjectName& name, ByteSource& content,
                   const Condition& condition) override {
        if (before) before();
        if (on_put) return on_put(name, content, condition);
        return put_honestly(name, content, condition);
    }
    ObjectInfo put_honestly(const ObjectName& name, ByteSource& content,
                            const Condition& condition) {
        refuse(condition.kind == Condition::Kind::absent && !abilities.put_if_absent);
        refuse(condition.kind == Condition::Kind::version && !abilities.conditional_put);
        refuse(!abilities.any_name && name.text().size() != 8 + 64);
        return told(Call::put, memory.put(name, content, condition));
    }
    std::optional<ObjectInfo> stat(const ObjectName& name) override {
        if (before) before();
        auto info = on_stat ? on_stat(name) : memory.stat(name);
        return info ? told(Call::stat, *info) : info;
    }
    std::optional<ObjectInfo> get(const ObjectName& name, ByteSink& into) override {
        if (before) before();
        if (on_get) return on_get(name, into);
        MemorySink sink;
        auto info = memory.get(name, sink);
        if (!info) return info;
        Bytes bytes = sink.take();
        if (alter) alter(bytes);
        into.write(bytes);
        return told(Call::get, *info);
    }
    bool remove(const ObjectName& name, const Condition& condition) override {
        if (before) before();
        if (on_remove) return on_remove(name, condition);
        refuse(condition.kind != Condition::Kind::none && !abilities.conditional_remove);
        return memory.remove(name, condition);
    }
    void list(std::string_view prefix, const Visitor& visit) override {
        if (before) before();
        if (on_list) return on_list(prefix, visit);
        refuse(!abilities.list);
        memory.list(prefix, [&](const ObjectInfo& info) { return visit(told(Call::list, info)); });
    }
    std::optional<Timestamp> clock() override {
        if (before) before();
        return on_clock ? on_clock() : memory.clock();
    }

    bool is_empty() {
        bool any = false;
        memory.list("", [&](const ObjectInfo&) { return any = true; });
        return !any;
    }

private:
    static void refuse(bool whether) {
        if (whether) throw Error(Errc::unsupported, "cannot");
    }
    ObjectInfo told(Call call, ObjectInfo info) const {
        if (tell) tell(call, info);
        return info;
    }
};

inline Bytes read_all(ByteSource& content) {
    MemorySink sink;
    copy(content, sink);
    return sink.take();
}

inline Bytes bytes_in(Storage& store, const ObjectName& name) {
    MemorySink sink;
    store.get(name, sink);
    return sink.take();
}

inline ObjectInfo put_bytes(Storage& store, const ObjectName& name, ByteView bytes,
                            const Condition& condition = {}) {
    MemorySource source(bytes);
    return store.put(name, source, condition);
}

struct Broken {
    std::string how;
    std::function<void(Fake&)> breaks;
    std::set<std::string_view> no;  // the questions that find it out
    bool leaves_objects = false;
};

const std::vector<Broken>& liars();     // tell wrong things of their objects
const std::vector<Broken>& forgers();   // give or keep other bytes than they got
const std::vector<Broken>& careless();  // miss what is not there, and ignore conditions
const std::vector<Broken>& muddlers();  // list wrongly, refuse or take names they should not

}  // namespace test::broken
