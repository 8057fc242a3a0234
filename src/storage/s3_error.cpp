#include "storage/s3_error.hpp"

#include <algorithm>
#include <array>

#include "codec/xml.hpp"
#include "net/client.hpp"
#include "net/text.hpp"
#include "storage/s3_xml.hpp"

namespace tresor::storage {
namespace {

// "" for what is no word an engine would use.
std::string word(std::string_view text) {
    text = net::trimmed(text);
    bool plain = text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
                     return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                            (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
                 });
    return plain ? std::string(text) : std::string();
}

struct Meaning {
    std::string_view code;  // the engine's
    Errc errc;
    const char* words;
};

// Where the status alone says too little.
constexpr std::array meanings = {
    Meaning{"InvalidAccessKeyId", Errc::denied, "it does not know the access key"},
    Meaning{"SignatureDoesNotMatch", Errc::denied, "the secret of the access key is another"},
    Meaning{"ExpiredToken", Errc::denied, "the session token is no longer valid"},
    Meaning{"InvalidToken", Errc::denied, "the session token is not the right one"},
    Meaning{"RequestTimeTooSkewed", Errc::denied, "the clock here is wrong"},
    Meaning{"AccessDenied", Errc::denied, "the access key may not do that"},
    Meaning{"BucketAlreadyExists", Errc::denied, "the bucket is somebody else's"},
    Meaning{"EntityTooLarge", Errc::too_large, "that is too large for it"},
    Meaning{"NoSuchUpload", Errc::unavailable, "the upload is gone"},
    Meaning{"BadDigest", Errc::unavailable, "what arrived is not what was sent"},
    Meaning{"XAmzContentSHA256Mismatch", Errc::unavailable, "what arrived is not what was sent"},
    Meaning{"RequestTimeout", Errc::unavailable, "it waited for the body in vain"},
    Meaning{"OperationAborted", Errc::unavailable, "something else is being done there"},
    Meaning{"ConditionalRequestConflict", Errc::unavailable, "it was written at the same time"},
    Meaning{"SlowDown", Errc::unavailable, "too many requests"},
    Meaning{"InternalError", Errc::unavailable, "it has failed"},
    Meaning{"ServiceUnavailable", Errc::unavailable, "it is not available now"},
    Meaning{"NotImplemented", Errc::unsupported, "it does not do that"},
};

bool is_full(const net::Response& response, std::string_view code) {
    return response.status == 507 || code == "QuotaExceeded" || code == "XMinioStorageFull" ||
           code == "XMinioAdminBucketQuotaExceeded";
}

bool is_elsewhere(const net::Response& response, std::string_view code) {
    bool redirected = response.status >= 300 && response.status < 400;
    // The answer to HEAD has no code.
    bool says_where = response.status == 400 &&
                      net::header_of(response.headers, "x-amz-bucket-region").has_value();
    return redirected || says_where || code == "PermanentRedirect" ||
           code == "AuthorizationHeaderMalformed" || code == "IllegalLocationConstraintException";
}

Error made(Errc code, const std::string& text, const Error& from) {
    Error error(code, text);
    error.http_status = from.http_status;
    if (code == Errc::unavailable) error.retry_after = from.retry_after;
    return error;
}

std::string start(const net::Response& response, const std::string& who, const std::string& code) {
    return who + " answered " + std::to_string(response.status) + (code.empty() ? "" : " ") + code;
}

}  // namespace

std::optional<S3ErrorBody> read_s3_error(ByteView body) {
    S3ErrorBody found;
    bool is_error = false;
    std::size_t depth = 0;
    codec::XmlReader reader(
        [&](std::string_view name) {
            if (++depth == 1) is_error = local_name(name) == "Error";
        },
        [&](std::string_view name, std::string_view text) {
            if (depth-- != 2) return;
            if (local_name(name) == "Code") found.code = word(text);
            if (local_name(name) == "Region") found.region = word(text);
        });
    try {
        reader.feed(body);
        reader.finish();
    } catch (const Error&) {
        return std::nullopt;
    }
    return is_error ? std::optional(found) : std::nullopt;
}

Error no_bucket(const std::string& who) {
    Error error(Errc::not_found, "there is no such bucket: " + who);
    error.http_status = 404;
    return error;
}

Error s3_error_of(const net::Response& response, const std::string& who) {
    auto [code, region] = read_s3_error(response.body).value_or(S3ErrorBody());
    Error plain = net::error_of(response, who);
    if (code == "NoSuchBucket") return no_bucket(who);
    std::string text = start(response, who, code);
    if (is_full(response, code)) {
        Error error = made(Errc::unavailable, text + ": it is full", plain);
        error.no_space = true;
        return error;
    }
    if (is_elsewhere(response, code)) {
        if (region.empty())
            region = word(net::header_of(response.headers, "x-amz-bucket-region").value_or(""));
        return made(Errc::denied,
                    text + (region.empty() ? ": is that its region?"
                                           : ": the bucket is in the region " + region),
                    plain);
    }
    for (const Meaning& meaning : meanings)
        if (meaning.code == code) return made(meaning.errc, text + ": " + meaning.words, plain);
    if (response.status == 501)
        return made(Errc::unsupported, text + ": it does not do that", plain);
    // The answer to HEAD.
    if (response.status == 403 && code.empty())
        return made(Errc::denied,
                    text +
                        ": the access key or its secret is another, or may not do that (nor be "
                        "told, without s3:ListBucket, that there is no such object)",
                    plain);
    if (response.ok()) return made(Errc::denied, text, plain);
    return code.empty() ? plain : made(plain.code(), text, plain);
}

}  // namespace tresor::storage
