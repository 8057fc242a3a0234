#include "shelf.hpp"

#include <array>
#include <utility>

#include <tresor/backup_id.hpp>
#include <tresor/storage.hpp>

namespace fleet {
namespace {

using tresor::Byte;
using tresor::Errc;
using tresor::Error;
using tresor::storage::ObjectInfo;
using tresor::storage::ObjectName;
using tresor::storage::Storage;

ObjectName name_of(std::uint64_t index) {
    std::array<Byte, tresor::BackupId::size> id{};
    for (std::size_t i = 0; i < 8; ++i) id[i] = static_cast<Byte>(index >> (8 * i));
    return ObjectName(tresor::BackupId(id).object_name());
}

// One object, for the sweep to look at and to remove.
class OneObject final : public Storage {
public:
    explicit OneObject(const ObjectInfo& object) : object_(object) {}
    std::string describe() const override { return "one object"; }
    tresor::storage::Abilities can() const override {
        return {.list = true, .conditional_remove = true};
    }
    void list(std::string_view, const tresor::storage::Visitor& visit) override { visit(object_); }
    bool remove(const ObjectName&, const tresor::storage::Condition&) override { return true; }
    std::optional<ObjectInfo> stat(const ObjectName&) override { return object_; }
    ObjectInfo put(const ObjectName&, tresor::ByteSource&,
                   const tresor::storage::Condition&) override {
        throw Error(Errc::unsupported, "nothing is put here");
    }
    std::optional<ObjectInfo> get(const ObjectName&, tresor::ByteSink&) override {
        throw Error(Errc::unsupported, "there are no bytes here");
    }

private:
    const ObjectInfo& object_;
};

}  // namespace

Shelf::Shelf(const Model& model, std::uint64_t index, std::uint64_t bytes, const Witness& witness,
             Tally& tally)
    : model_(model), witness_(witness), tally_(tally), object_{name_of(index), bytes, {}, "1"} {}

// expired() never turns back while an object is not written, so the last sweep tells of all.
void Shelf::settle(Timestamp now) {
    std::int64_t last = sweep_from(now) - 1;
    if (!there_ || last < next_sweep_) return;
    if (tresor::storage::expired(object_, model_.sweep_days, sweep_time(last)))
        return swept(first_that_removes(last));
    next_sweep_ = last + 1;
}

std::int64_t Shelf::first_that_removes(std::int64_t last) const {
    std::int64_t keeps = next_sweep_ - 1;
    while (last - keeps > 1) {
        std::int64_t middle = keeps + (last - keeps) / 2;
        bool goes = tresor::storage::expired(object_, model_.sweep_days, sweep_time(middle));
        (goes ? last : keeps) = middle;
    }
    return last;
}

void Shelf::swept(std::int64_t day) {
    OneObject storage(object_);
    auto swept = tresor::storage::sweep(storage, model_.sweep_days, sweep_time(day));
    if (swept.removed != 1) throw Error(Errc::internal, "the sweep left what has expired");
    Cause cause = witness_.removed(sweep_time(day));
    tally_.removed(day, cause, swept.bytes_freed);
    tally_.object_from(day + 1, -1, -size());
    if (left_behind_) tally_.left_behind_from(day + 1, -1);
    there_ = left_behind_ = false;
    lost_ = lost_ || cause == Cause::lost;
    expired_ = expired_ || cause == Cause::away;
}

void Shelf::put(Timestamp now) {
    next_sweep_ = sweep_from(now);
    object_.modified = now;
    if (std::exchange(there_, true)) return;
    ++tally_.totals.created;
    tally_.object(now, 1, size());
}

bool Shelf::remove(Timestamp now) {
    if (!std::exchange(there_, false)) return false;
    ++tally_.totals.deleted;
    tally_.object(now, -1, -size());
    return true;
}

void Shelf::leave_behind(Timestamp now) {
    if (!there_) return;
    left_behind_ = true;
    tally_.left_behind_from(sweep_from(now), 1);
}

}  // namespace fleet
