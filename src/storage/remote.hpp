// What stores on the network share.
#pragma once

#include <charconv>
#include <optional>

#include <tresor/http.hpp>
#include <tresor/storage.hpp>

namespace tresor::storage {

// Passes on and counts; throws as soon as there is more than there can be.
class CountingSink final : public ByteSink {
public:
    // `most`: what the store has said of the object, or what any object has at most.
    CountingSink(ByteSink& sink, std::uint64_t most, Error otherwise)
        : sink_(sink), most_(most), otherwise_(std::move(otherwise)) {}
    void write(ByteView bytes) override {
        if (bytes.size() > most_ - size_) throw otherwise_;
        sink_.write(bytes);
        size_ += bytes.size();
    }
    void restart() override {
        sink_.restart();
        size_ = 0;
    }
    std::uint64_t size() const noexcept { return size_; }

private:
    ByteSink& sink_;
    std::uint64_t most_, size_ = 0;
    Error otherwise_;
};

inline std::optional<std::uint64_t> parse_size(std::string_view digits) noexcept {
    std::uint64_t size = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size);
    if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return size;
}

inline std::optional<Timestamp> last_modified(const net::Response& response) {
    return net::parse_http_date(net::header_of(response.headers, "Last-Modified").value_or(""));
}

}  // namespace tresor::storage
