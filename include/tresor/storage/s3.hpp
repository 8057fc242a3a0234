// Objects in a bucket of an S3-compatible store: AWS, MinIO, Ceph, Swift, a provider's own.
//
// The same layout as everywhere, below `prefix` in the bucket. Each request is signed (Signature
// Version 4) with the SHA-256 of its body. Engines differ; this is what is done about it:
//
// - put() reads a part ahead. What fits into one is a single request; what does not is a multipart
//   upload, which is aborted if anything fails, a cancel included. A reader sees nothing of either
//   until it is whole. An upload is left over only if the abort fails, too, or if the answer to its
//   beginning is lost: lifecycle() has the engine remove such ones. At most 10,000 parts: 5 TiB, or
//   10,000 times `part_bytes` where the source does not know its size (else too_large).
// - Conditions hold only where the engine was seen to honour them: can() tries with a probe object
//   `.tresor-<random>`, which no listing shows, the first time; a listing removes those over a day
//   old. Many ignore them (s3rver), some refuse (Swift).
// - The ETag of most engines, AWS among them, is made of the content, so an object that is written
//   again with the same bytes has the same one: not what a version is. There, objects have none,
//   and a put or a remove on version is unsupported; a put on absence is exact on AWS. Versions are
//   told where the same bytes written twice had two ETags (as with some encryption by the engine).
// - A clock that is wrong by more than five minutes is put right by the Date of the answer that
//   says so; then the request is sent once more.
// - Redirects are not followed: to sign for another host or region is the caller's to say.
//
// A renewal between the listing and the removal of a sweep (retention.hpp): where can() says
// conditional_remove, the renewed object always stays. Elsewhere the sweep leaves one more day and
// looks again right before it removes: lost is what is uploaded between that look and the removal,
// two requests one after the other, to an object that was due a day before. With lifecycle() the
// expiry is the engine's own work, by the time of the last write, and no sweep is needed.
//
// It looks for an object by HEAD. AWS answers 403 (denied) to that for one that is not there,
// unless the key may list the bucket (s3:ListBucket). One thread at a time; many programs may share
// the bucket.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include <tresor/http.hpp>
#include <tresor/storage.hpp>
#include <tresor/url.hpp>

namespace tresor::storage {

class S3Bucket;
struct S3Conditions;

struct S3Options {
    std::string bucket;         // 3 to 63 of a-z 0-9 . -
    std::string prefix = {};    // UTF-8, such as "safe/berlin"; a slash follows it
    std::string endpoint = {};  // a URL; empty: AWS's for the region
    std::string region = "us-east-1";
    // https://endpoint/bucket/key, or https://bucket.endpoint/key
    enum class Style { path, host } style = Style::path;
    net::Credentials credentials = {};  // an access key
    std::uint64_t part_bytes = std::uint64_t{16}
                               << 20;  // 5 MiB to 5 GiB; so much memory a put takes
    std::string user_agent = net::Options().user_agent;
    std::function<Timestamp()> clock = now;  // what requests are signed with
};

class S3 final : public Storage {
public:
    // Throws invalid_argument for options that are none.
    S3(S3Options options, std::unique_ptr<net::Transport> transport);
    ~S3() override;
    // Makes the bucket in its region, where it is missing. Throws denied if it is somebody else's.
    void create();
    // Has the engine remove Safe backups (`backups/`) so many days after their last upload, and
    // uploads of archives (`data-backups/`) that nobody has finished, after a week. Rules of others
    // stay, also those of other stores in the bucket. The engine removes whatever lies in
    // `backups/`, by these days, whatever the store's `config` says later. Throws conflict if
    // something else lies there now, invalid_argument out of 1 to 36500, unsupported if the engine
    // does not do it.
    void lifecycle(std::int64_t retention_days);

    std::string describe() const override;
    Abilities can() const override;  // writes into the bucket to find out, the first time
    ObjectInfo put(const ObjectName& name, ByteSource& content, const Condition& = {}) override;
    std::optional<ObjectInfo> stat(const ObjectName& name) override;
    std::optional<ObjectInfo> get(const ObjectName& name, ByteSink& into) override;
    bool remove(const ObjectName& name, const Condition& = {}) override;
    // Holds a page of a thousand names. Throws malformed for a listing that goes round in circles.
    void list(std::string_view prefix, const Visitor& visit) override;
    std::optional<Timestamp> clock() override;  // the Date of an answer

private:
    const S3Conditions& conditions() const;
    net::Headers headers_for(const Condition& condition) const;
    std::string version_of(const net::Response& response) const;
    ObjectInfo info_of(const ObjectName& name, std::uint64_t size,
                       const net::Response& response) const;

    std::unique_ptr<S3Bucket> bucket_;
    mutable std::unique_ptr<S3Conditions> conditions_;
    std::uint64_t part_bytes_;
};

}  // namespace tresor::storage
