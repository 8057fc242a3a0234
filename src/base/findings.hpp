// Collects findings in bounded memory: the first thousand as they are, then a count.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include <tresor/error.hpp>

namespace tresor {

class Findings {
public:
    static constexpr std::size_t most = 1000;

    // For callers that build texts: whether the next add() would still be kept.
    bool full() const noexcept { return found_.size() >= most; }

    void add(std::string pointer, std::string reason) {
        if (full())
            ++left_out_;
        else
            found_.push_back({std::move(pointer), std::move(reason)});
    }

    std::vector<Finding> take() {
        if (left_out_ > 0)
            found_.push_back({"", std::to_string(left_out_) + " further findings are not listed"});
        left_out_ = 0;
        return std::exchange(found_, {});
    }

private:
    std::vector<Finding> found_;
    std::size_t left_out_ = 0;
};

}  // namespace tresor
