// The contract of storage.hpp, put to any store as a list of questions.
//
// A store of one's own passes when every answer is ok. Asked with objects of random names below
// `backups/` that are removed again; nothing else is touched. Takes some thirty puts. What cannot
// be asked: whether an object survives a power cut.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tresor/storage.hpp>

namespace tresor::storage {

struct Answer {
    std::string name;  // the question, as a sentence that should be true
    bool ok;
    std::string detail;  // what was found instead
};

struct CheckOptions {
    // The same place opened a second time, for the questions that need a reader in the middle of a
    // put; without it they are not asked. The same object, if it may be called in the middle of a
    // call.
    Storage* again = nullptr;
    std::vector<std::string> credentials = {};  // that describe() must not tell
    std::size_t largest = 300000;               // bytes of the largest object, at least 1024
};

// Throws what the store throws if it cannot be reached at all, and cancelled.
std::vector<Answer> check(Storage& storage, const CheckOptions& options = {});

bool all_ok(const std::vector<Answer>& answers);

}  // namespace tresor::storage
