#include "storage/s3_upload.hpp"

#include <algorithm>

#include "storage/s3_error.hpp"
#include "storage/s3_xml.hpp"

namespace tresor::storage {
namespace {

constexpr std::uint64_t mebibyte = std::uint64_t{1} << 20;
constexpr std::size_t most_parts = 10'000;

}  // namespace

std::uint64_t part_bytes_for(std::optional<std::uint64_t> size, std::uint64_t least) {
    constexpr std::uint64_t most = std::uint64_t{5} << 40;
    if (!size) return least;
    if (*size > most) throw Error(Errc::too_large, "an object of an S3 store has 5 TiB at most");
    auto in = [&](std::uint64_t parts) {
        return ((*size + parts - 1) / parts + mebibyte - 1) / mebibyte * mebibyte;
    };
    // Some engines take a thousand parts only; not at any price in memory.
    constexpr std::uint64_t few = 1000, much = 64 * mebibyte;
    return std::max({least, std::min(in(few), much), in(most_parts)});
}

// A source, cut into parts. Reads one byte ahead, to know which is the last. Keeps the reference.
class S3Upload::Parts {
public:
    Parts(ByteSource& source, std::uint64_t part_bytes) : source_(source), size_(source.size()) {
        std::uint64_t most = std::min(part_bytes, size_.value_or(part_bytes));
        buffer_.resize(static_cast<std::size_t>(most) + 1);
    }

    // The view is good until the next call.
    ByteView next() {
        std::size_t part = buffer_.size() - 1;
        told_ += told_now_;
        held_ = more() ? 1 : 0;
        if (held_ > 0) buffer_.front() = buffer_.back();
        while (held_ < buffer_.size()) {
            std::size_t got = source_.read(ByteSpan(buffer_).subspan(held_));
            if (got == 0) break;
            held_ += got;
        }
        told_now_ = std::min(held_, part);
        bool wrong = size_ && (more() ? read() >= *size_ : read() != *size_);
        if (wrong) throw Error(Errc::io, "what is to be sent has changed its size");
        return ByteView(buffer_).first(told_now_);
    }
    bool more() const { return held_ == buffer_.size(); }
    std::uint64_t before() const { return told_; }  // the part that next() gave
    std::uint64_t read() const { return told_ + told_now_; }
    std::optional<std::uint64_t> size() const { return size_; }

private:
    ByteSource& source_;
    std::optional<std::uint64_t> size_;
    Bytes buffer_;
    std::size_t held_ = 0, told_now_ = 0;
    std::uint64_t told_ = 0;
};

S3Upload::Done S3Upload::put(ByteSource& content, std::uint64_t part_bytes) {
    Parts parts(content, part_bytes);
    ByteView first = parts.next();
    auto response =
        parts.more() ? put_in_parts(parts, first) : bucket_.put(key_, first, condition_);
    return {parts.read(), std::move(response)};
}

net::Response S3Upload::put_in_parts(ByteView content) {
    MemorySource source(content);
    Parts parts(source, content.size());
    return put_in_parts(parts, parts.next());
}

net::Response S3Upload::put_in_parts(Parts& parts, ByteView first) {
    id_ = begin();
    try {
        std::vector<std::string> etags{send_part(1, first, parts)};
        while (parts.more()) {
            if (etags.size() == most_parts)
                throw Error(Errc::too_large, "an object of an S3 store has 10,000 parts at most");
            etags.push_back(send_part(etags.size() + 1, parts.next(), parts));
        }
        return complete(etags);
    } catch (...) {
        bucket_.drop(key_, {{"uploadId", id_}});
        throw;
    }
}

std::string S3Upload::begin() {
    auto response = bucket_.ask({.method = "POST",
                                 .key = key_,
                                 .query = {{"uploads", ""}},
                                 .headers = {{"Content-Type", "application/octet-stream"}},
                                 .body = ByteView()});
    auto id = text_in(response.body, "InitiateMultipartUploadResult", "UploadId");
    if (!id || id->empty())
        throw Error(Errc::malformed, bucket_.describe() + " did not say which upload it has begun");
    return *id;
}

std::string S3Upload::try_part(std::size_t number, ByteView part, const Parts& parts) {
    auto response =
        bucket_.ask({.method = "PUT",
                     .key = key_,
                     .query = {{"partNumber", std::to_string(number)}, {"uploadId", id_}},
                     .body = part,
                     .before = parts.before(),
                     .whole = parts.size()});
    auto etag = net::header_of(response.headers, "ETag");
    if (!etag) throw Error(Errc::malformed, bucket_.describe() + " gave no name to a part");
    return std::string(*etag);
}

// A part is at hand; all of them would have to be read again.
std::string S3Upload::send_part(std::size_t number, ByteView part, const Parts& parts) {
    try {
        return try_part(number, part, parts);
    } catch (const Error& error) {
        bool again = error.code() == Errc::unavailable && !error.no_space && !error.retry_after;
        if (!again) throw;
    }
    return try_part(number, part, parts);
}

// A success may turn out to be none inside: it is told before the parts are put together.
net::Response S3Upload::complete(const std::vector<std::string>& etags) {
    std::string document = complete_document(etags);
    S3Request request{.method = "POST",
                      .key = key_,
                      .query = {{"uploadId", id_}},
                      .headers = condition_,
                      .body = as_bytes(document),
                      .patience = std::chrono::minutes(10)};  // AWS: "several minutes"
    request.headers.push_back({"Content-Type", "application/xml"});
    auto response = bucket_.ask(request);
    if (read_s3_error(response.body)) throw bucket_.error_of(response);
    auto etag = text_in(response.body, "CompleteMultipartUploadResult", "ETag");
    if (!etag)
        throw Error(Errc::unavailable, bucket_.describe() + " did not say that the upload is done");
    if (!net::header_of(response.headers, "ETag")) response.headers.push_back({"ETag", *etag});
    return response;
}

}  // namespace tresor::storage
