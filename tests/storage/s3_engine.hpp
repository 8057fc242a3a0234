// An S3 engine in memory, with the habits of real ones. It verifies each signature by itself.
#pragma once

#include <functional>
#include <map>
#include <string>

#include <tresor/storage/s3.hpp>

#include "net/scripted.hpp"
#include "storage/stores.hpp"

namespace test {

struct S3Habits {
    // What becomes of a condition: respected, answered by 501, or passed over.
    enum class Conditions { honoured, refused, ignored } conditions = Conditions::honoured;
    bool completes_on_condition = true;  // as above; else those of multipart uploads are ignored
    Conditions on_removal = Conditions::honoured;
    bool etag_by_write = false;  // else by content
    std::size_t page = 1000;     // names at most, whatever is asked for
    bool encodes_keys = true;
    enum class Lifecycle {
        kept,
        refused,
        ignored,
        taken_for_a_listing
    } lifecycle = Lifecycle::kept;
    std::string region = "us-east-1";
};

class S3Engine {
public:
    explicit S3Engine(S3Habits its = {}, std::string bucket = "safe")
        : habits(std::move(its)), bucket_(std::move(bucket)) {}

    struct Object {
        std::string content, etag;
        tresor::Timestamp modified;
    };
    struct Upload {
        std::string key;
        std::map<unsigned, std::string> parts;
    };

    tresor::net::Response answer(const Asked& asked);
    tresor::storage::S3Options options(std::string prefix = "") const;
    std::unique_ptr<S3> open(tresor::storage::S3Options its) {
        return std::make_unique<S3>(
            std::move(its),
            std::make_unique<Scripted>(asked, [this](const Asked& one) { return answer(one); }));
    }
    std::unique_ptr<S3> open(std::string prefix = "") { return open(options(std::move(prefix))); }
    void write(const std::string& key, std::string content, tresor::Timestamp modified);
    std::vector<std::string> keys() const;
    std::size_t count(std::string_view method) const;

    S3Habits habits;
    bool has_bucket = true;
    std::string lifecycle, location;  // documents
    std::map<std::string, Object> objects;
    std::map<std::string, Upload> uploads;
    std::vector<Asked> asked;
    std::function<void(const Asked& asked)> before;
    // Says this instead of what would be; the deed is done all the same if `does` says so.
    struct Fault {
        tresor::net::Response response;
        bool does = false;
    };
    std::function<std::optional<Fault>(const Asked& asked)> fault;
    tresor::Timestamp clock = at("2026-11-24T12:00:00Z");

private:
    using Response = tresor::net::Response;
    using Query = std::map<std::string, std::string>;
    struct Call {
        std::string host, path, key, body;
        Query query;
        const Asked& asked;
    };
    Response answer_to(const Call& call);
    std::optional<Response> refusal_of(const Call& call) const;
    Response about_bucket(const Call& call);
    Response about_lifecycle(const Call& call);
    Response listing(const Call& call) const;
    Response upload(const Call& call);
    std::optional<Response> condition(const Call& call, bool is_honoured, S3Habits::Conditions how);
    std::string etag_of(const std::string& content);

    std::string bucket_;
    std::uint64_t serial_ = 0;
};

// An answer with an <Error> in it.
tresor::net::Response s3_error(int status, const std::string& code, const std::string& more = "");

}  // namespace test
