// A bucket: each method one request, signed, and what the engines make of it.
//
// Keys are those below the prefix; "" is the bucket itself.
#pragma once

#include <tresor/storage/s3.hpp>

#include "storage/sigv4.hpp"

namespace tresor::storage {

struct S3Request {
    const char* method = "GET";
    std::string key = {};
    Query query = {};
    net::Headers headers = {};  // signed with the rest
    std::optional<ByteView> body = {};
    bool brief = false;                       // worth no more than 5 s
    Seconds patience = Seconds(0);            // so long without progress is nothing odd
    std::uint64_t before = 0;                 // of a body that is a part
    std::optional<std::uint64_t> whole = {};  // all parts of it
};

// Throws invalid_argument for a bucket, prefix, region or endpoint that is none.
void check_s3(const S3Options& options);

class S3Bucket {
public:
    S3Bucket(S3Options options, std::unique_ptr<net::Transport> transport);

    std::string describe() const;
    const std::string& region() const noexcept { return region_; }
    // "" or with a slash at the end
    const std::string& prefix() const noexcept { return prefix_; }
    std::optional<Timestamp> clock() const noexcept { return date_; }

    // The answer, whatever its status.
    net::Response send(const S3Request& request, ByteSink* into = nullptr);
    // The same; throws unless it is a success.
    net::Response ask(const S3Request& request, ByteSink* into = nullptr);
    // A put of something small or large, as a single request.
    net::Response put(const std::string& key, ByteView content, const net::Headers& condition = {});
    // What is of no use any more; in 5 s or not at all.
    void drop(const std::string& key, const Query& query = {}) noexcept;
    // The same of what a killed program has left there a day ago, by the engine's clock.
    void drop_if_old(const std::string& key, std::optional<Timestamp> modified) noexcept;
    // Throws not_found unless the bucket is there, as far as it lets us know. Asked until it was
    // seen once.
    void require();

    Error error_of(const net::Response& response) const;

private:
    std::string path_of(const std::string& key) const;
    net::Response send_at(Timestamp time, const S3Request& asked, ByteSink* into);
    bool was_late(const net::Response& response, Timestamp signed_at);

    std::string origin_, host_, path_;  // up to where keys of the bucket begin
    std::string bucket_, prefix_, region_, user_agent_;
    std::function<Timestamp()> now_;
    Signer signer_;
    std::unique_ptr<net::Transport> transport_;
    Seconds offset_{0};  // of the engine's clock to ours, if it matters
    std::optional<Timestamp> date_;
    bool seen_ = false;
};

}  // namespace tresor::storage
