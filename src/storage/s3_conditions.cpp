#include "storage/s3_conditions.hpp"

#include <algorithm>
#include <array>

#include "base/file.hpp"
#include "codec/hex.hpp"
#include "crypto/random.hpp"
#include "storage/s3_upload.hpp"

namespace tresor::storage {
namespace {

constexpr Byte some[] = {'p', 'r', 'o', 'b', 'e'};

enum class Answer { done, conflict, refused };

// What becomes of a request on condition.
template <class Work>
Answer answer_to(const Work& work) {
    try {
        work();
        return Answer::done;
    } catch (const Error& error) {
        if (error.code() == Errc::cancelled || error.code() == Errc::unavailable) throw;
        return error.http_status == 412 ? Answer::conflict : Answer::refused;
    }
}

class Probe {
public:
    explicit Probe(S3Bucket& bucket) : bucket_(bucket) {
        std::array<Byte, 10> random;
        crypto::random_bytes(random);
        key_.append(file::temporary_prefix).append(codec::hex_encode(random));
    }
    Probe(const Probe&) = delete;
    Probe& operator=(const Probe&) = delete;
    ~Probe() { bucket_.drop(key_); }

    void write() { bucket_.put(key_, some); }
    std::string etag() { return etag_of(bucket_.ask({.method = "HEAD", .key = key_})); }
    bool is_there() { return bucket_.send({.method = "HEAD", .key = key_}).ok(); }

    Answer put(const net::Headers& condition) {
        return answer_to([&] { bucket_.put(key_, some, condition); });
    }
    Answer put_in_parts(const net::Headers& condition) {
        return answer_to([&] { S3Upload(bucket_, key_, condition).put_in_parts(some); });
    }
    Answer remove(const net::Headers& condition) {
        return answer_to(
            [&] { bucket_.ask({.method = "DELETE", .key = key_, .headers = condition}); });
    }

private:
    S3Bucket& bucket_;
    std::string key_;
};

}  // namespace

net::Headers if_absent() { return {{"If-None-Match", "*"}}; }

net::Headers if_version(const std::string& version) {
    if (!is_version(version)) throw Error(Errc::conflict, "no object has such a version");
    return {{"If-Match", version}};
}

bool is_probe(std::string_view key) noexcept {
    std::size_t size = file::temporary_prefix.size();
    return key.starts_with(file::temporary_prefix) && key.size() == size + 20 &&
           key.find_first_not_of("0123456789abcdef", size) == key.npos;
}

std::string etag_of(const net::Response& response) {
    std::string_view etag = net::header_of(response.headers, "ETag").value_or("");
    return is_version(etag) ? std::string(etag) : std::string();
}

bool is_version(std::string_view etag) noexcept {
    bool plain = std::all_of(etag.begin(), etag.end(), [](char c) { return c > ' ' && c <= '~'; });
    return plain && etag.size() > 2 && etag.size() <= 256 && etag.front() == '"' &&
           etag.back() == '"';
}

S3Conditions find_conditions(S3Bucket& bucket) {
    Probe probe(bucket);
    S3Conditions found;
    probe.write();
    std::string first = probe.etag();
    found.put_if_absent = probe.put(if_absent()) == Answer::conflict &&
                          probe.put_in_parts(if_absent()) == Answer::conflict;
    probe.write();
    std::string second = probe.etag();
    found.versions = !first.empty() && !second.empty() && first != second;
    if (!found.versions) return found;

    found.conditional_put = probe.put(if_version(first)) == Answer::conflict &&
                            probe.put_in_parts(if_version(first)) == Answer::conflict &&
                            probe.put(if_version(second)) == Answer::done;
    std::string third = probe.etag();
    found.conditional_remove = probe.remove(if_version(first)) == Answer::conflict &&
                               probe.is_there() &&
                               probe.remove(if_version(third)) == Answer::done && !probe.is_there();
    return found;
}

}  // namespace tresor::storage
