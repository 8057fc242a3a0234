// Objects in memory: for tests, and the shortest statement of what a store does.
//
// Can do everything a store can. Forgets all when it dies. Threads may share one object.
#pragma once

#include <functional>
#include <map>
#include <mutex>

#include <tresor/storage.hpp>

namespace tresor::storage {

class Memory final : public Storage {
public:
    // `clock` gives the time of a put.
    explicit Memory(std::function<Timestamp()> clock = now) : clock_(std::move(clock)) {}

    std::string describe() const override { return "a store in memory"; }
    Abilities can() const override;
    ObjectInfo put(const ObjectName& name, ByteSource& content, const Condition& = {}) override;
    std::optional<ObjectInfo> stat(const ObjectName& name) override;
    std::optional<ObjectInfo> get(const ObjectName& name, ByteSink& into) override;
    bool remove(const ObjectName& name, const Condition& = {}) override;
    void list(std::string_view prefix, const Visitor& visit) override;
    std::optional<Timestamp> clock() override { return clock_(); }

private:
    struct Object {
        Bytes bytes;
        Timestamp modified;
        std::uint64_t version;
    };
    static ObjectInfo describe_object(const ObjectName& name, const Object& object);
    void check(const ObjectName& name, const Condition& condition) const;

    std::function<Timestamp()> clock_;
    std::mutex guard_;
    std::map<ObjectName, Object> objects_;
    std::uint64_t puts_ = 0;
};

}  // namespace tresor::storage
