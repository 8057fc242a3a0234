// A small harness: operations side by side in one run, interleaved, medians and quartiles, the
// ratio to the named base. It keeps no verdict.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace bench {

struct Contender {
    std::string name;
    std::function<void()> run;  // once
};

struct Job {
    std::string name;
    double bytes = 0;                   // handled by one run; 0: no rate
    std::vector<Contender> contenders;  // the first is the base
    int rounds = 21;
};

void print_machine();
// One warm-up of each, then `rounds` rounds in which each runs once.
void measure(const Job& job);
// Milliseconds, after one warm-up.
double median(int rounds, const std::function<void()>& run);

// Keeps the compiler from leaving a result out.
template <class T>
void keep(const T& value) {
    asm volatile("" : : "g"(&value) : "memory");
}

}  // namespace bench
