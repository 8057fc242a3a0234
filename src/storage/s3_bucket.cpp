#include "storage/s3_bucket.hpp"

#include <algorithm>

#include "codec/hex.hpp"
#include "codec/utf8.hpp"
#include "crypto/hash.hpp"
#include "net/client.hpp"
#include "net/url.hpp"
#include "storage/s3_error.hpp"

namespace tresor::storage {
namespace {

// Engines allow 5 to 15 minutes.
constexpr Seconds most_apart = std::chrono::minutes(5);

[[noreturn]] void refuse(const std::string& why) { throw Error(Errc::invalid_argument, why); }

bool is_plain(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// Names of hosts, so that every engine takes them.
void check_bucket(std::string_view name) {
    bool fits = name.size() >= 3 && name.size() <= 63 &&
                std::all_of(name.begin(), name.end(),
                            [](char c) { return is_plain(c) || c == '.' || c == '-'; }) &&
                is_plain(name.front()) && is_plain(name.back()) && name.find("..") == name.npos &&
                name.find_first_not_of("0123456789.") != name.npos;
    if (!fits) refuse("the name of a bucket is 3 to 63 of a-z 0-9 . - and begins and ends plainly");
}

// With a slash at the end, unless it is empty.
std::string checked_prefix(std::string_view text) {
    constexpr std::size_t longest = 512;
    while (text.ends_with('/')) text.remove_suffix(1);
    if (text.empty()) return {};
    std::string prefix(text);
    prefix += '/';
    bool dots = false;
    for (std::string_view left = prefix; !left.empty(); left.remove_prefix(left.find('/') + 1)) {
        std::string_view part = left.substr(0, left.find('/'));
        dots = dots || part.empty() || part == "." || part == "..";
    }
    bool control = std::any_of(prefix.begin(), prefix.end(),
                               [](char c) { return (c >= 0 && c < ' ') || c == 0x7F; });
    if (dots || control || prefix.size() > longest || !codec::is_utf8(prefix))
        refuse(
            "the prefix in a bucket is UTF-8 of up to 511 bytes, parts joined by /, none . or ..");
    return prefix;
}

// As it stands in the header Host: a port that the scheme has anyway is not told.
std::string host_of(std::string_view origin) {
    std::string_view host = origin.substr(origin.find("://") + 3);
    std::string_view usual = origin.starts_with("https:") ? ":443" : ":80";
    if (host.ends_with(usual)) host.remove_suffix(usual.size());
    return std::string(host);
}

net::BaseUrl checked_endpoint(const S3Options& options) {
    std::string text = options.endpoint;
    if (text.empty()) {
        text.append("https://s3.").append(options.region).append(".amazonaws.com");
        if (options.region.starts_with("cn-")) text += ".cn";
    }
    auto url = net::parse_base_url(text, net::PlainHttp::allowed);
    if (url.credentials) refuse("the endpoint of an S3 store has no user in it");
    if (net::has_placeholder(url.text)) refuse("the endpoint of an S3 store has no placeholder");
    bool by_number =
        host_of(net::origin_of(url.text)).find_first_not_of("0123456789.:[]") == std::string::npos;
    if (by_number && options.style == S3Options::Style::host)
        refuse("a bucket has no host of its own at an IP address: style=path");
    return url;
}

void check_region(std::string_view region) {
    bool fits = !region.empty() && region.size() <= 64 &&
                std::all_of(region.begin(), region.end(), [](char c) {
                    return is_plain(c) || (c >= 'A' && c <= 'Z') || c == '-' || c == '_';
                });
    if (!fits) refuse("a region is a word such as eu-central-1");
}

S3Options checked(S3Options options) {
    check_s3(options);
    options.prefix = checked_prefix(options.prefix);
    if (options.credentials.user.empty() || options.credentials.password.empty())
        refuse("an S3 store wants an access key: its id as user, its secret as password");
    return options;
}

std::string hash_of(ByteView bytes) {
    crypto::Sha256 hash;
    hash.update(bytes);
    return codec::hex_encode(hash.finish());
}

// Wipes what stands in the headers of a request and is a secret.
class Wiped {
public:
    explicit Wiped(net::Request& request) : request_(request) {}
    Wiped(const Wiped&) = delete;
    Wiped& operator=(const Wiped&) = delete;
    ~Wiped() {
        for (net::Header& header : request_.headers)
            if (header.name == "X-Amz-Security-Token")
                wipe(header.value.data(), header.value.size());
    }

private:
    net::Request& request_;
};

}  // namespace

void check_s3(const S3Options& options) {
    check_bucket(options.bucket);
    check_region(options.region);
    checked_prefix(options.prefix);
    checked_endpoint(options);
}

S3Bucket::S3Bucket(S3Options given, std::unique_ptr<net::Transport> transport)
    : signer_([&] {
          given = checked(std::move(given));
          return Signer(std::move(given.credentials), given.region, "s3");
      }()),
      transport_(std::move(transport)) {
    auto url = checked_endpoint(given);
    origin_ = net::origin_of(url.text);
    path_ = net::percent_decode(std::string_view(url.text).substr(origin_.size())).value();
    if (given.style == S3Options::Style::host) {
        origin_.insert(origin_.find("://") + 3, given.bucket + ".");
    } else {
        path_.append(given.bucket).append("/");
    }
    host_ = host_of(origin_);
    bucket_ = std::move(given.bucket);
    prefix_ = std::move(given.prefix);
    region_ = std::move(given.region);
    user_agent_ = std::move(given.user_agent);
    now_ = std::move(given.clock);
}

std::string S3Bucket::describe() const {
    std::string text = "the S3 bucket " + bucket_;
    if (!prefix_.empty()) text.append("/").append(prefix_, 0, prefix_.size() - 1);
    return text.append(" at ").append(origin_);
}

// The bucket itself is named without a slash at its end.
std::string S3Bucket::path_of(const std::string& key) const {
    if (!key.empty()) return path_ + prefix_ + key;
    return path_.size() > 1 ? path_.substr(0, path_.size() - 1) : path_;
}

net::Response S3Bucket::send_at(Timestamp time, const S3Request& asked, ByteSink* into) {
    ByteView content = asked.body.value_or(ByteView());
    std::string path = path_of(asked.key);
    net::Headers headers = asked.headers;
    headers.push_back({"Host", host_});
    auto made = signer_.sign({asked.method, path, asked.query, headers, hash_of(content)}, time);
    headers.pop_back();  // the transport sends it by itself

    net::Request request;
    Wiped wiped(request);
    request.method = asked.method;
    request.target = origin_ + uri_encoded(path, true);
    if (!asked.query.empty()) request.target.append("?").append(canonical_query(asked.query));
    request.headers = std::move(headers);
    for (net::Header& header : made.headers) request.headers.push_back(std::move(header));
    request.headers.push_back({"User-Agent", user_agent_});
    // A copy that something on the way has kept would be an old backup.
    if (!asked.body) request.headers.push_back({"Cache-Control", "no-cache"});
    request.authorization = std::move(made.authorization);
    MemorySource source(content);
    if (asked.body) request.body = &source;
    request.brief = asked.brief;
    request.patience = asked.patience;
    request.before = asked.before;
    request.whole = asked.whole;
    auto response = transport_->send(request, into);
    date_ = net::parse_http_date(net::header_of(response.headers, "Date").value_or(""));
    return response;
}

// Whether a refusal may come of a clock that is wrong; then it goes by the engine's from now on.
bool S3Bucket::was_late(const net::Response& response, Timestamp signed_at) {
    bool refused = response.status == 400 || response.status == 401 || response.status == 403;
    if (!refused || !date_ || std::chrono::abs(*date_ - signed_at) <= most_apart) return false;
    offset_ = *date_ - now_();
    return true;
}

net::Response S3Bucket::send(const S3Request& request, ByteSink* into) {
    auto time = [this] { return std::clamp(now_() + offset_, first_timestamp, last_timestamp); };
    Timestamp first = time();
    auto response = send_at(first, request, into);
    if (was_late(response, first)) response = send_at(time(), request, into);
    seen_ = seen_ || response.ok();
    return response;
}

net::Response S3Bucket::ask(const S3Request& request, ByteSink* into) {
    auto response = send(request, into);
    if (!response.ok()) throw error_of(response);
    return response;
}

net::Response S3Bucket::put(const std::string& key, ByteView content,
                            const net::Headers& condition) {
    S3Request request{.method = "PUT", .key = key, .headers = condition, .body = content};
    request.headers.push_back({"Content-Type", "application/octet-stream"});
    return ask(request);
}

void S3Bucket::drop(const std::string& key, const Query& query) noexcept {
    try {
        send({.method = "DELETE", .key = key, .query = query, .brief = true});
    } catch (...) {
    }
}

void S3Bucket::drop_if_old(const std::string& key, std::optional<Timestamp> modified) noexcept {
    if (date_ && modified && *modified < *date_ - std::chrono::hours(24)) drop(key);
}

void S3Bucket::require() {
    if (seen_) return;
    auto response = send({.method = "HEAD"});
    // Whoever may not ask for it may still use what is in it.
    if (response.status == 404) throw no_bucket(describe());
    if (!response.ok() && response.status != 403) throw error_of(response);
}

Error S3Bucket::error_of(const net::Response& response) const {
    return s3_error_of(response, describe());
}

}  // namespace tresor::storage
