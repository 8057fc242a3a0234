// Tries again when a store is `unavailable`: at most three times, waiting at most 30 s in all.
//
// The waiting is the caller's: between two tries it is told how long, 1 s and 5 s or what the
// store's Retry-After says. If that is more than what is left of the 30 s, the error is thrown at
// once. Sources are rewound and sinks restarted. A put with a condition is tried once: if its
// answer was lost, nobody could tell a conflict with oneself from another's. A listing is not begun
// anew once something was shown.
#pragma once

#include <functional>
#include <memory>

#include <tresor/storage/wrapper.hpp>

namespace tresor::storage {

// Owns the store. Threads as the store and `wait` allow.
class Retrying final : public Wrapper {
public:
    using Wait = std::function<void(Seconds)>;  // may throw, such as cancelled

    Retrying(std::unique_ptr<Storage> storage, Wait wait);

    ObjectInfo put(const ObjectName& name, ByteSource& content, const Condition& = {}) override;
    std::optional<ObjectInfo> stat(const ObjectName& name) override;
    std::optional<ObjectInfo> get(const ObjectName& name, ByteSink& into) override;
    bool remove(const ObjectName& name, const Condition& = {}) override;
    void list(std::string_view prefix, const Visitor& visit) override;
    std::optional<Timestamp> clock() override;

private:
    template <class Work, class Again>
    auto attempt(const Work& work, const Again& may_try_again);

    std::unique_ptr<Storage> storage_;
    Wait wait_;
};

}  // namespace tresor::storage
