// What a server counts, as text for Prometheus (text format 0.0.4). No ids, names or addresses.
//
// Threads may share it; counting waits for nobody.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include <tresor/error.hpp>
#include <tresor/storage/retention.hpp>
#include <tresor/time.hpp>

#include "server.hpp"
#include "service.hpp"

namespace safe_server {

class Metrics {
public:
    using Count = std::atomic<std::uint64_t>;

    explicit Metrics(tresor::Timestamp started) : started_(started) {}

    void served(const Served& served) noexcept;
    void store_failed(tresor::Errc code) noexcept;
    void swept(const tresor::storage::Swept& swept, tresor::Timestamp end) noexcept;

    // Exactly these are counted from outside.
    Count wrong_passwords = 0;      // 401 after a password was hashed
    Count throttled_passwords = 0;  // 429 for wrong passwords
    Count throttled_ids = 0;        // 429 for unknown ids
    Count uploads_now = 0;          // being put into the store
    Count failed_sweeps = 0;        // that were not gone through with

    std::string text(const ServerStats& server) const;

private:
    static constexpr std::array methods = {"GET", "HEAD", "PUT", "DELETE", "other"};
    static constexpr std::array bounds = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1,
                                          0.25,  0.5,    1.0,   2.5,  5.0,   10.0, 30.0};
    static constexpr std::size_t statuses = 600;
    static constexpr std::size_t codes = 14;  // Errc and none

    tresor::Timestamp started_;
    std::array<std::array<Count, statuses>, methods.size()> requests_{};
    std::array<Count, bounds.size() + 1> within_{};  // not yet summed up
    Count microseconds_ = 0, bytes_in_ = 0, bytes_out_ = 0;
    std::array<Count, codes> store_errors_{};
    Count sweeps_ = 0, examined_ = 0, removed_ = 0, freed_ = 0, kept_ = 0, not_removed_ = 0;
    std::atomic<std::int64_t> last_sweep_ = 0;
};

// While it lives one more is counted.
class Counting {
public:
    explicit Counting(Metrics::Count& count) : count_(count) { ++count_; }
    ~Counting() { --count_; }
    Counting(const Counting&) = delete;
    Counting& operator=(const Counting&) = delete;

private:
    Metrics::Count& count_;
};

}  // namespace safe_server
