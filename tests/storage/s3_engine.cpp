#include "storage/s3_engine.hpp"

#include <array>
#include <sstream>

#include <sodium.h>

#include "net/url.hpp"

namespace test {
namespace {

using tresor::net::header_of;
using Conditions = S3Habits::Conditions;

constexpr const char *id = "AKIAEXAMPLE:x", *secret = "wJalr/XUtn+FEMI";

std::string hmac(const std::string& key, const std::string& text) {
    std::array<tresor::Byte, 32> out;
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, tresor::as_bytes(key).data(), key.size());
    crypto_auth_hmacsha256_update(&state, tresor::as_bytes(text).data(), text.size());
    crypto_auth_hmacsha256_final(&state, out.data());
    return text_of(out);
}

std::vector<std::string> split(const std::string& text, char at) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, at);) parts.push_back(part);
    return parts;
}

std::string decoded(std::string_view text) { return tresor::net::percent_decode(text).value(); }

// As it stands between two words of a text.
std::string between(const std::string& text, const std::string& begin, const std::string& end) {
    auto from = text.find(begin);
    if (from == text.npos) return {};
    from += begin.size();
    return text.substr(from, text.find(end, from) - from);
}

// By the book: from what was sent, the query as it is.
std::string signature_of(const Asked& asked, const std::string& host) {
    auto end = asked.target.find('/', 8);
    std::string whole = asked.target.substr(end), path = whole.substr(0, whole.find('?'));
    std::string query = path.size() == whole.size() ? "" : whole.substr(path.size() + 1);
    std::string names = between(asked.authorization, "SignedHeaders=", ","), headers;
    for (const auto& name : split(names, ';'))
        headers += name + ":" +
                   (name == "host" ? host : std::string(header_of(asked.headers, name).value())) +
                   "\n";
    std::string hash(header_of(asked.headers, "x-amz-content-sha256").value());
    std::string date(header_of(asked.headers, "x-amz-date").value());
    std::string canonical =
        asked.method + "\n" + path + "\n" + query + "\n" + headers + "\n" + names + "\n" + hash;
    std::string scope = between(asked.authorization, std::string(id) + "/", ",");
    std::string key = std::string("AWS4") + secret;
    for (const auto& part : split(scope, '/')) key = hmac(key, part);
    return hex(tresor::as_bytes(hmac(key, "AWS4-HMAC-SHA256\n" + date + "\n" + scope + "\n" +
                                              sha256(tresor::as_bytes(canonical)))));
}

tresor::Timestamp time_of(const std::string& date) {  // 20130524T000000Z
    return at(date.substr(0, 4) + "-" + date.substr(4, 2) + "-" + date.substr(6, 5) + ":" +
              date.substr(11, 2) + ":" + date.substr(13));
}

std::string encoded(const std::string& text) {
    std::string out;
    for (char c : text) {
        char digits[4];
        std::snprintf(digits, sizeof digits, "%%%02X", static_cast<unsigned char>(c));
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '/' || c == '-';
        out += plain ? std::string(1, c) : c == ' ' ? std::string("+") : std::string(digits);
    }
    return out;
}

std::string escaped(const std::string& text) {
    std::string out;
    for (char c : text) out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : std::string(1, c);
    return out;
}

}  // namespace

tresor::net::Response s3_error(int status, const std::string& code, const std::string& more) {
    return {status,
            {{"Content-Type", "application/xml"}},
            bytes_of("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>" + code +
                     "</Code><Message>hunter2</Message>" + more + "</Error>")};
}

S3Options S3Engine::options(std::string prefix) const {
    S3Options its{.bucket = bucket_, .prefix = std::move(prefix)};
    its.endpoint = "https://s3.example";
    its.region = habits.region;
    its.credentials = {id, tresor::SecretBytes(tresor::as_bytes(secret))};
    its.clock = [this] { return clock; };
    return its;
}

std::string S3Engine::etag_of(const std::string& content) {
    std::string tag = habits.etag_by_write ? std::to_string(++serial_)
                                           : sha256(tresor::as_bytes(content)).substr(0, 32);
    return "\"" + tag + "\"";
}

void S3Engine::write(const std::string& key, std::string content, tresor::Timestamp modified) {
    std::string etag = etag_of(content);
    objects[key] = {std::move(content), std::move(etag), modified};
}

std::vector<std::string> S3Engine::keys() const {
    std::vector<std::string> all;
    for (const auto& [key, object] : objects) all.push_back(key);
    return all;
}

std::size_t S3Engine::count(std::string_view method) const {
    return static_cast<std::size_t>(std::count_if(
        asked.begin(), asked.end(), [&](const Asked& one) { return one.method == method; }));
}

S3Engine::Response S3Engine::answer(const Asked& one) {
    if (before) before(one);
    auto wrong = fault ? fault(one) : std::nullopt;
    if (wrong && !wrong->does) return wrong->response;
    auto end = one.target.find('/', 8);
    std::string whole = one.target.substr(end), raw = whole.substr(0, whole.find('?'));
    Call call{one.target.substr(8, end - 8), decoded(raw), "", one.body, {}, one};
    for (const auto& pair : split(whole.substr(std::min(raw.size() + 1, whole.size())), '&')) {
        auto equals = pair.find('=');
        REQUIRE(equals != pair.npos);
        call.query[decoded(pair.substr(0, equals))] = decoded(pair.substr(equals + 1));
    }
    std::string begin = call.host == "s3.example" ? "/" + bucket_ : std::string();
    REQUIRE(call.path.starts_with(begin));
    call.key = call.path.substr(std::min(begin.size() + 1, call.path.size()));
    auto refused = refusal_of(call);
    Response response = refused ? *refused : answer_to(call);
    if (wrong) response = wrong->response;
    if (one.method == "HEAD") response.body.clear();
    response.headers.push_back({"Date", tresor::net::format_http_date(clock)});
    return response;
}

std::optional<S3Engine::Response> S3Engine::refusal_of(const Call& call) const {
    const Asked& one = call.asked;
    std::string scope = between(one.authorization, std::string(id) + "/", ",");
    if (scope.empty()) return s3_error(403, "InvalidAccessKeyId");
    std::string region = split(scope, '/').at(1);
    if (region != habits.region)
        return s3_error(400, "AuthorizationHeaderMalformed",
                        "<Region>" + habits.region + "</Region>");
    if (one.authorization.substr(one.authorization.find("Signature=") + 10) !=
        signature_of(one, call.host))
        return s3_error(403, "SignatureDoesNotMatch");
    auto date = time_of(std::string(header_of(one.headers, "x-amz-date").value()));
    if (std::chrono::abs(date - clock) > std::chrono::minutes(15))
        return s3_error(403, "RequestTimeTooSkewed");
    if (header_of(one.headers, "x-amz-content-sha256") != sha256(tresor::as_bytes(call.body)))
        return s3_error(400, "XAmzContentSHA256Mismatch");
    return std::nullopt;
}

// What a condition that does not hold comes to.
std::optional<S3Engine::Response> S3Engine::condition(const Call& call, bool is_honoured,
                                                      Conditions how) {
    auto match = header_of(call.asked.headers, "If-Match"),
         none_match = header_of(call.asked.headers, "If-None-Match");
    if (!match && !none_match) return std::nullopt;
    if (how == Conditions::refused) return s3_error(501, "NotImplemented");
    if (how == Conditions::ignored || !is_honoured) return std::nullopt;
    auto found = objects.find(call.key);
    if (match && found == objects.end()) return s3_error(404, "NoSuchKey");
    bool holds = match ? found->second.etag == *match : found == objects.end();
    return holds ? std::nullopt : std::optional(s3_error(412, "PreconditionFailed"));
}

S3Engine::Response S3Engine::answer_to(const Call& call) {
    if (call.key.empty()) return about_bucket(call);
    if (!has_bucket) return s3_error(404, "NoSuchBucket");
    const std::string& method = call.asked.method;
    if (call.query.contains("uploads") || call.query.contains("uploadId")) return upload(call);
    auto found = objects.find(call.key);
    if (method == "PUT") {
        if (auto refused = condition(call, true, habits.conditions)) return *refused;
        write(call.key, call.body, clock);
        return {200, {{"ETag", objects[call.key].etag}}, {}};
    }
    if (method == "DELETE") {
        if (found != objects.end())
            if (auto refused = condition(call, true, habits.on_removal)) return *refused;
        objects.erase(call.key);
        return {204, {}, {}};
    }
    REQUIRE((method == "GET" || method == "HEAD"));
    if (found == objects.end()) return s3_error(404, "NoSuchKey");
    const Object& object = found->second;
    return {200,
            {{"ETag", object.etag},
             {"Content-Length", std::to_string(object.content.size())},
             {"Last-Modified", tresor::net::format_http_date(object.modified)}},
            bytes_of(object.content)};
}

S3Engine::Response S3Engine::about_bucket(const Call& call) {
    if (call.query.contains("lifecycle")) return about_lifecycle(call);
    const std::string& method = call.asked.method;
    if (method == "PUT") {
        if (has_bucket) return s3_error(409, "BucketAlreadyOwnedByYou");
        location = call.body;
        has_bucket = true;
        return {200, {}, {}};
    }
    if (!has_bucket) return s3_error(404, "NoSuchBucket");
    if (method == "HEAD") return {200, {}, {}};
    REQUIRE(method == "GET");
    return listing(call);
}

S3Engine::Response S3Engine::about_lifecycle(const Call& call) {
    using Lifecycle = S3Habits::Lifecycle;
    if (habits.lifecycle == Lifecycle::refused) return s3_error(501, "NotImplemented");
    if (habits.lifecycle == Lifecycle::taken_for_a_listing)
        return call.asked.method == "GET" ? listing(call) : s3_error(400, "MalformedXML");
    if (call.asked.method == "PUT") {
        if (!header_of(call.asked.headers, "Content-MD5")) return s3_error(400, "InvalidRequest");
        if (habits.lifecycle == Lifecycle::kept) lifecycle = call.body;
        return {200, {}, {}};
    }
    if (lifecycle.empty()) return s3_error(404, "NoSuchLifecycleConfiguration");
    return {200, {}, bytes_of(lifecycle)};
}

S3Engine::Response S3Engine::listing(const Call& call) const {
    auto asked_for = [&](const char* name) {
        auto found = call.query.find(name);
        return found == call.query.end() ? std::string() : found->second;
    };
    std::string prefix = asked_for("prefix"), after = asked_for("continuation-token"), all, last;
    bool encode = habits.encodes_keys && asked_for("encoding-type") == "url", more = false;
    std::size_t shown = 0;
    for (auto found = objects.upper_bound(after); found != objects.end(); ++found) {
        const auto& [key, object] = *found;
        if (!key.starts_with(prefix)) continue;
        if (shown++ == habits.page) {
            more = true;
            break;
        }
        last = key;
        all += "<Contents><Key>" + (encode ? encoded(key) : escaped(key)) + "</Key><LastModified>" +
               tresor::format_rfc3339(object.modified).insert(19, ".000") +
               "</LastModified><ETag>" + object.etag + "</ETag><Size>" +
               std::to_string(object.content.size()) +
               "</Size><Owner><ID>x</ID></Owner></Contents>";
    }
    if (more) all += "<NextContinuationToken>" + escaped(last) + "</NextContinuationToken>";
    return {
        200,
        {},
        bytes_of("<?xml version=\"1.0\"?>\n<ListBucketResult "
                 "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><IsTruncated>" +
                 std::string(more ? "true" : "false") + "</IsTruncated>" +
                 (encode ? "<EncodingType>url</EncodingType>" : "") + all + "</ListBucketResult>")};
}

S3Engine::Response S3Engine::upload(const Call& call) {
    if (call.query.contains("uploads")) {
        std::string name = "upload+" + std::to_string(++serial_);
        uploads[name] = {call.key, {}};
        return {200,
                {},
                bytes_of("<InitiateMultipartUploadResult><UploadId>" + name +
                         "</UploadId></InitiateMultipartUploadResult>")};
    }
    auto found = uploads.find(call.query.at("uploadId"));
    if (found == uploads.end()) return s3_error(404, "NoSuchUpload");
    REQUIRE(found->second.key == call.key);
    if (call.asked.method == "DELETE") {
        uploads.erase(found);
        return {204, {}, {}};
    }
    if (call.asked.method == "PUT") {
        auto number = static_cast<unsigned>(std::stoul(call.query.at("partNumber")));
        found->second.parts[number] = call.body;
        return {200, {{"ETag", "\"" + std::to_string(number) + "\""}}, {}};
    }
    if (auto refused = condition(call, habits.completes_on_condition, habits.conditions))
        return *refused;
    std::string whole;
    unsigned number = 0;
    for (const auto& [each, content] : found->second.parts) {
        REQUIRE(each == ++number);
        REQUIRE(call.body.find("<PartNumber>" + std::to_string(each) + "</PartNumber><ETag>\"" +
                               std::to_string(each) + "\"</ETag>") != std::string::npos);
        bool last = number == found->second.parts.size();
        if (!last && content.size() < (5u << 20)) return s3_error(400, "EntityTooSmall");
        whole += content;
    }
    uploads.erase(found);
    write(call.key, std::move(whole), clock);
    return {200,
            {},
            bytes_of("<?xml version=\"1.0\"?>\n  <CompleteMultipartUploadResult><ETag>" +
                     objects[call.key].etag + "</ETag></CompleteMultipartUploadResult>")};
}

}  // namespace test
