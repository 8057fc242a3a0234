// Threads that live only as long as a call.
#pragma once

#include <cstddef>
#include <functional>

namespace tresor::data_backup {

// Calls `work` with each number below `count`, in any order, on up to `jobs` threads, of which the
// caller's is one. What a call throws is thrown once all have stopped; no more begin after it.
void in_parallel(unsigned jobs, std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace tresor::data_backup
