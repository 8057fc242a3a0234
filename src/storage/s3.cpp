#include <tresor/storage/s3.hpp>

#include <tresor/backup_id.hpp>

#include "storage/remote.hpp"
#include "storage/s3_bucket.hpp"
#include "storage/s3_conditions.hpp"
#include "storage/s3_error.hpp"
#include "storage/s3_lifecycle.hpp"
#include "storage/s3_upload.hpp"
#include "storage/s3_xml.hpp"

namespace tresor::storage {
namespace {

std::uint64_t checked_part(std::uint64_t bytes) {
    if (bytes < std::uint64_t{5} << 20 || bytes > std::uint64_t{5} << 30)
        throw Error(Errc::invalid_argument, "a part of an upload has 5 MiB to 5 GiB");
    return bytes;
}

std::optional<std::uint64_t> length_of(const net::Response& response) {
    return parse_size(net::header_of(response.headers, "Content-Length").value_or(""));
}

// Tokens that come again, in whatever circle: one is remembered, later and later ones.
class Circle {
public:
    void check(const std::string& token) {
        if (token == remembered_) throw Error(Errc::malformed, "a listing goes round in circles");
        if (++steps_ < limit_) return;
        remembered_ = token;
        steps_ = 0;
        limit_ *= 2;
    }

private:
    std::string remembered_;
    std::uint64_t steps_ = 0, limit_ = 1;
};

}  // namespace

S3::S3(S3Options options, std::unique_ptr<net::Transport> transport)
    : part_bytes_(checked_part(options.part_bytes)) {
    bucket_ = std::make_unique<S3Bucket>(std::move(options), std::move(transport));
}

S3::~S3() = default;

std::string S3::describe() const { return bucket_->describe(); }

void S3::create() {
    auto there = bucket_->send({.method = "HEAD"});
    if (there.ok()) return;
    if (there.status != 404) throw bucket_->error_of(there);
    std::string document = location_document(bucket_->region());
    // AWS's first region has no name here, and some engines know none at all.
    bool names_region = bucket_->region() != "us-east-1";
    S3Request request{.method = "PUT",
                      .body = as_bytes(names_region ? document : std::string_view())};
    auto response = bucket_->send(request);
    auto code_of = [](const net::Response& answer) {
        return read_s3_error(answer.body).value_or(S3ErrorBody()).code;
    };
    if (names_region && code_of(response) == "InvalidLocationConstraint") {
        request.body = ByteView();
        response = bucket_->send(request);
    }
    if (!response.ok() && code_of(response) != "BucketAlreadyOwnedByYou")
        throw bucket_->error_of(response);
}

Abilities S3::can() const {
    S3Conditions known;
    try {
        known = conditions();
    } catch (const Error& error) {
        if (error.code() == Errc::cancelled) throw;
        bool later = error.code() == Errc::unavailable || error.code() == Errc::not_found;
        if (!later) conditions_ = std::make_unique<S3Conditions>();
    }
    return {.list = true,
            .put_if_absent = known.put_if_absent,
            .conditional_put = known.conditional_put,
            .conditional_remove = known.conditional_remove,
            .any_name = true};
}

const S3Conditions& S3::conditions() const {
    if (!conditions_) conditions_ = std::make_unique<S3Conditions>(find_conditions(*bucket_));
    return *conditions_;
}

net::Headers S3::headers_for(const Condition& condition) const {
    if (condition.kind == Condition::Kind::none) return {};
    bool absent = condition.kind == Condition::Kind::absent;
    if (absent ? !conditions().put_if_absent : !conditions().conditional_put)
        throw Error(Errc::unsupported, "a put cannot depend on that in " + describe());
    return absent ? if_absent() : if_version(condition.text);
}

std::string S3::version_of(const net::Response& response) const {
    return conditions_ && conditions_->versions ? etag_of(response) : "";
}

ObjectInfo S3::info_of(const ObjectName& name, std::uint64_t size,
                       const net::Response& response) const {
    return {name, size, last_modified(response), version_of(response)};
}

ObjectInfo S3::put(const ObjectName& name, ByteSource& content, const Condition& condition) {
    S3Upload upload(*bucket_, name.text(), headers_for(condition));
    std::uint64_t part = part_bytes_for(content.size(), part_bytes_);
    try {
        auto [size, response] = upload.put(content, part);
        return {name, size, {}, version_of(response)};
    } catch (const Error& error) {
        // Some engines say of an object that is gone that there is none, rather than that it is
        // another.
        bool gone = error.code() == Errc::not_found && error.http_status == 404 &&
                    condition.kind == Condition::Kind::version;
        if (!gone) throw;
        bucket_->require();
        throw Error(Errc::conflict, name.text() + " is not as the condition wants it");
    }
}

std::optional<ObjectInfo> S3::stat(const ObjectName& name) {
    auto response = bucket_->send({.method = "HEAD", .key = name.text()});
    if (response.status == 404) {
        bucket_->require();
        return std::nullopt;
    }
    if (!response.ok()) throw bucket_->error_of(response);
    auto size = length_of(response);
    if (!size) throw Error(Errc::malformed, describe() + " does not tell the size of an object");
    return info_of(name, *size, response);
}

std::optional<ObjectInfo> S3::get(const ObjectName& name, ByteSink& into) {
    constexpr std::uint64_t most = std::uint64_t{5} << 40;
    CountingSink sink(into, most, Error(Errc::too_large, name.text() + " does not end"));
    auto response = bucket_->send({.key = name.text()}, &sink);
    if (response.status == 404) {
        auto error = bucket_->error_of(response);
        if (read_s3_error(response.body).value_or(S3ErrorBody()).code == "NoSuchBucket")
            throw error;
        bucket_->require();
        return std::nullopt;
    }
    if (response.status != 200) throw bucket_->error_of(response);
    if (auto told = length_of(response); told && *told != sink.size())
        throw Error(Errc::unavailable, name.text() + " came with another length than it has");
    return info_of(name, sink.size(), response);
}

bool S3::remove(const ObjectName& name, const Condition& condition) {
    // The engine answers the same, whether there was something or not.
    if (!stat(name)) return false;
    S3Request request{.method = "DELETE", .key = name.text()};
    if (condition.kind == Condition::Kind::absent)
        throw Error(Errc::conflict, name.text() + " is not as the condition wants it");
    if (condition.kind == Condition::Kind::version) {
        if (!conditions().conditional_remove)
            throw Error(Errc::unsupported, "a removal cannot depend on that in " + describe());
        request.headers = if_version(condition.text);
    }
    auto response = bucket_->send(request);
    if (response.ok() || response.status == 404) return true;
    if (response.status == 412 && !stat(name)) return false;
    throw bucket_->error_of(response);
}

namespace {

// Of all objects whose keys begin so, until `visit` says no.
template <class Visit>
void visit_entries(S3Bucket& bucket, const std::string& keys, const Visit& visit) {
    std::string token;
    for (Circle circle;; circle.check(token)) {
        Query query{{"list-type", "2"},
                    {"encoding-type", "url"},
                    {"max-keys", std::to_string(S3PageSink::most_entries)},
                    {"prefix", keys}};
        if (!token.empty()) query.push_back({"continuation-token", token});
        S3PageSink sink;
        bucket.ask({.query = query}, &sink);
        S3Page page = sink.finish();
        for (const S3Entry& entry : page.entries)
            if (entry.key.starts_with(keys) && !visit(entry)) return;
        if (!page.truncated) return;
        token = std::move(page.next);
    }
}

}  // namespace

void S3::list(std::string_view prefix, const Visitor& visit) {
    std::size_t before = bucket_->prefix().size();
    visit_entries(*bucket_, bucket_->prefix() + std::string(prefix), [&](const S3Entry& entry) {
        if (!entry.size) return true;
        std::string key = entry.key.substr(before);
        if (is_probe(key)) bucket_->drop_if_old(key, entry.modified);
        auto name = ObjectName::parse(key);
        if (!name) return true;
        bool told = conditions_ && conditions_->versions && is_version(entry.etag);
        return visit({*name, *entry.size, entry.modified, told ? entry.etag : ""});
    });
}

// The engine goes by the prefix alone.
void S3::lifecycle(std::int64_t retention_days) {
    require_days(retention_days);
    const std::string backups = bucket_->prefix() + "backups/";
    visit_entries(*bucket_, backups, [&](const S3Entry& entry) {
        std::string rest = entry.key.substr(backups.size());
        if (!rest.empty() && !BackupId::parse(rest))
            throw Error(Errc::conflict, describe() +
                                            " holds something else than Safe backups in "
                                            "backups/, which would be removed, too");
        return true;
    });
    set_lifecycle(*bucket_, retention_days);
}

std::optional<Timestamp> S3::clock() {
    auto response = bucket_->send({.method = "HEAD"});
    if (response.status == 404) throw no_bucket(describe());
    if (!response.ok() && response.status != 403) throw bucket_->error_of(response);
    return bucket_->clock();
}

}  // namespace tresor::storage
