// The server as one account sees it: the object that may lie there, and the daily sweep, which is
// tresor's own (storage/retention.hpp).
#pragma once

#include <optional>

#include <tresor/storage/retention.hpp>

#include "tally.hpp"
#include "witness.hpp"

namespace fleet {

// Keeps model, witness and tally.
class Shelf {
public:
    Shelf(const Model& model, std::uint64_t index, std::uint64_t bytes, const Witness& witness,
          Tally& tally);

    // Lets all sweeps before this time happen. To be called before anything else at that time.
    void settle(Timestamp now);
    bool has() const { return there_; }
    std::optional<Timestamp> uploaded() const { return there_ ? object_.modified : std::nullopt; }
    void put(Timestamp now);
    bool remove(Timestamp now);
    // From now on nobody renews it.
    void leave_behind(Timestamp now);

    bool lost() const { return lost_; }        // at any time
    bool expired() const { return expired_; }  // while the owner was away, at any time

private:
    std::int64_t first_that_removes(std::int64_t last) const;
    void swept(std::int64_t day);
    std::int64_t size() const { return static_cast<std::int64_t>(object_.size); }

    const Model& model_;
    const Witness& witness_;
    Tally& tally_;
    tresor::storage::ObjectInfo object_;
    bool there_ = false, left_behind_ = false, lost_ = false, expired_ = false;
    std::int64_t next_sweep_ = 0;  // those before have looked at the object
};

}  // namespace fleet
