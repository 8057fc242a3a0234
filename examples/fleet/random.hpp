// Random numbers that are the same on every machine and for every number of threads: each account
// has its own stream, from seed and index.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>

#include "model.hpp"

namespace fleet {

// SplitMix64 (Steele, Lea, Flood 2014).
class Random {
public:
    Random(std::uint64_t seed, std::uint64_t stream) : state_(mixed(seed) + stream) {
        state_ = mixed(state_);
    }

    double unit() { return static_cast<double>(next() >> 11) * 0x1p-53; }  // 0 <= x < 1
    bool chance(double probability) { return unit() < probability; }
    double exponential(double mean) { return -mean * std::log1p(-unit()); }
    double log_normal(double median, double sigma) { return median * std::exp(sigma * normal()); }
    double log_normal_of_mean(double mean, double sigma) {
        return log_normal(mean * std::exp(-sigma * sigma / 2), sigma);
    }

    // 0 to `most`, both included.
    Seconds up_to(Seconds most) {
        return Seconds(static_cast<std::int64_t>(unit() * static_cast<double>(most.count() + 1)));
    }

private:
    static std::uint64_t mixed(std::uint64_t x) {
        x += 0x9e3779b97f4a7c15;
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
        x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
        return x ^ (x >> 31);
    }
    std::uint64_t next() {
        std::uint64_t result = mixed(state_);
        state_ += 0x9e3779b97f4a7c15;
        return result;
    }
    double normal() {
        double radius = std::sqrt(-2 * std::log1p(-unit()));
        return radius * std::cos(2 * std::numbers::pi * unit());
    }

    std::uint64_t state_;
};

}  // namespace fleet
