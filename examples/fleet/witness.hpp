// Who watches over one account and says, when its backup is removed, whether it should have been
// kept. Knows what really happened, but neither clock nor state of the phone, and nothing of
// tresor's cycle: it holds the phone to the rule that people are told.
//
// The rule: a backup is dropped R days (`retention_days`) after its last upload, unless the app was
// there in time. It should have been kept
//
//     if it was removed earlier than that, whoever its owner is;
//     or if in the time to renew it the app had a chance to:
//
//     upload                time to renew                          upload + R
//       |----- F + 2 s -----[=====================================)
//
// F is how soon the app renews (half of R, or `opened_refresh`), s how much a phone's clock may be
// off (`skew`; two clocks are compared, hence twice).
//
// A chance is, for an app that the system runs: phone online and server up for 6 h + jitter + 2 s
// without a break (6 h is the longest pause after failures). For an app that runs only when it is
// opened: one opening, with the phone online and the server up.
#pragma once

#include <optional>
#include <vector>

#include "model.hpp"
#include "tally.hpp"

namespace fleet {

// Keeps the model.
class Witness {
public:
    Witness(const Model& model, bool only_when_opened);

    // In the order of time.
    void uploaded(Timestamp now);
    void online(Timestamp now);
    void offline(Timestamp now);
    void opened(Timestamp now);  // online
    void owner_left(Timestamp now);

    // The backup was removed; may be asked some time later.
    Cause removed(Timestamp at) const;

private:
    struct Span {
        Timestamp from, to;
    };
    bool had_chance() const;
    bool long_enough(Timestamp from, Timestamp to) const;

    const Model& model_;
    bool only_when_opened_;
    Seconds renews_after_, needs_;
    Timestamp uploaded_{}, renew_from_ = never, renew_until_ = never;
    std::vector<Span> online_;  // since the upload; the last one may go on
    bool is_online_ = false, opened_in_time_ = false;
    std::optional<Timestamp> left_;
};

}  // namespace fleet
