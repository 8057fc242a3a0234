// A new file that is written piece by piece. Bytes go to its sink in large blocks.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "data_backup/chat_writer.hpp"

namespace tresor::data_backup {

class TextFile {
public:
    explicit TextFile(std::unique_ptr<ByteSink> sink) : sink_(std::move(sink)) {}

    void put(std::string_view text) {
        waiting_.append(text);
        if (waiting_.size() >= block) flush();
    }
    // Without it the file may lack its end.
    void flush() {
        sink_->write(as_bytes(waiting_));
        waiting_.clear();
    }

private:
    static constexpr std::size_t block = std::size_t{64} << 10;
    std::unique_ptr<ByteSink> sink_;
    std::string waiting_;
};

}  // namespace tresor::data_backup
