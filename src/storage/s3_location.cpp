#include "storage/s3_location.hpp"

#include <algorithm>
#include <array>

#include "net/url.hpp"
#include "storage/s3_bucket.hpp"
#include "storage/server_location.hpp"

namespace tresor::storage {
namespace {

constexpr std::string_view begin = "s3://";

[[noreturn]] void refuse(const std::string& why) {
    throw Error(Errc::invalid_argument, "the location of an S3 store " + why);
}

std::string decoded(std::string_view text) {
    auto plain = net::percent_decode(text);
    if (!plain) refuse("has a % in it that is no %XX");
    return *plain;
}

void take_parameter(std::string_view text, S3Options& options, std::array<bool, 3>& seen) {
    constexpr std::array<std::string_view, 3> names = {"endpoint", "region", "style"};
    std::size_t equals = text.find('=');
    auto name = std::find(names.begin(), names.end(), text.substr(0, equals));
    if (equals == text.npos || name == names.end())
        refuse("has the parameters endpoint, region and style, and no other");
    auto which = static_cast<std::size_t>(name - names.begin());
    if (seen[which]) refuse("has a parameter twice");
    seen[which] = true;
    std::string value = decoded(text.substr(equals + 1));
    if (value.empty()) refuse("has a parameter without a value");
    if (which == 0) options.endpoint = std::move(value);
    if (which == 1) options.region = std::move(value);
    if (which != 2) return;
    if (value != "path" && value != "host") refuse("has a style that is not path or host");
    if (value == "host") options.style = S3Options::Style::host;
}

#ifdef TRESOR_NET

std::unique_ptr<Storage> open_s3(std::string_view rest, const LocationOptions& given) {
    auto options = parse_s3(std::string("s3:").append(rest));
    if (!options.endpoint.empty()) options.endpoint = server_url(options.endpoint, given.net).text;
    if (given.credentials) options.credentials = given.credentials->clone();
    options.user_agent = given.net.user_agent;
    auto store =
        std::make_unique<S3>(std::move(options), net::curl_transport(given.net, given.progress));
    if (given.create) store->create();
    return store;
}

#endif

}  // namespace

bool is_s3(std::string_view location) noexcept { return scheme_of(location) == "s3"; }

S3Options parse_s3(std::string_view location) {
    if (!location.starts_with(begin)) refuse("begins with s3://");
    if (location.find('#') != location.npos) refuse("has no fragment: %23");
    location.remove_prefix(begin.size());
    S3Options options;
    std::size_t query = std::min(location.find('?'), location.size());
    std::string_view path = location.substr(0, query);
    std::size_t slash = std::min(path.find('/'), path.size());
    options.bucket = path.substr(0, slash);
    options.prefix = decoded(path.substr(std::min(slash + 1, path.size())));
    std::array<bool, 3> seen{};
    for (std::string_view left = location.substr(query); !left.empty();) {
        left.remove_prefix(1);
        std::size_t size = std::min(left.find('&'), left.size());
        take_parameter(left.substr(0, size), options, seen);
        left.remove_prefix(size);
    }
    check_s3(options);
    return options;
}

Parted part_s3(std::string_view location) {
    if (!location.starts_with(begin)) refuse("begins with s3://");
    std::string_view rest = location.substr(begin.size());
    std::size_t at = rest.substr(0, rest.find_first_of("/?")).rfind('@');
    Parted parted;
    if (at != rest.npos && at > 0) parted.credentials = net::parse_user_info(rest.substr(0, at));
    parted.location.append(begin).append(rest.substr(at == rest.npos ? 0 : at + 1));
    parse_s3(parted.location);
    return parted;
}

void add_s3([[maybe_unused]] Registry& registry) {
#ifdef TRESOR_NET
    registry["s3"] = open_s3;
#endif
}

}  // namespace tresor::storage
