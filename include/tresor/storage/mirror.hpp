// The same objects in several stores.
//
// - put() and remove() try every store, also when one fails, and then throw the first failure with
//   the names of all that failed.
// - stat() and get() answer with the newest object, by the stores' own times; get() falls back to
//   the next when one fails. "Absent" is answered only if every store said so.
// - list() shows each name once, its newest object; it needs every store, and memory for the names.
// - Conditions are unsupported: several stores cannot agree on one at one instant.
#pragma once

#include <memory>
#include <vector>

#include <tresor/storage.hpp>

namespace tresor::storage {

// Owns its stores. One thread at a time.
class Mirror final : public Storage {
public:
    // Throws invalid_argument without any store.
    explicit Mirror(std::vector<std::unique_ptr<Storage>> stores);

    std::string describe() const override;
    Abilities can() const override;
    ObjectInfo put(const ObjectName& name, ByteSource& content, const Condition& = {}) override;
    std::optional<ObjectInfo> stat(const ObjectName& name) override;
    std::optional<ObjectInfo> get(const ObjectName& name, ByteSink& into) override;
    bool remove(const ObjectName& name, const Condition& = {}) override;
    void list(std::string_view prefix, const Visitor& visit) override;

    struct Failure {
        std::size_t store;  // which, as given to the constructor
        Error error;
    };
    // Of the last call, also of one that found another store to answer.
    const std::vector<Failure>& failures() const noexcept { return failures_; }

private:
    template <class Work>
    std::vector<Failure> each(const Work& work);
    static void note(std::vector<Failure>& failures, std::size_t store, const Error& error);
    struct Found;
    std::vector<Found> find(const ObjectName& name, std::vector<Failure>& failures);
    void throw_failures() const;

    std::vector<std::unique_ptr<Storage>> stores_;
    std::vector<Failure> failures_;
};

}  // namespace tresor::storage
