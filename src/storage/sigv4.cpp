#include "storage/sigv4.hpp"

#include <algorithm>
#include <array>
#include <map>

#include "codec/hex.hpp"
#include "crypto/hash.hpp"
#include "crypto/hmac_sha256.hpp"
#include "net/text.hpp"

namespace tresor::storage {
namespace {

constexpr std::string_view algorithm = "AWS4-HMAC-SHA256";

void add(SecretBytes& text, std::initializer_list<std::string_view> parts) {
    for (std::string_view part : parts) text.append(as_bytes(part));
}

std::string hash_of(ByteView bytes) {
    crypto::Sha256 hash;
    hash.update(bytes);
    return codec::hex_encode(hash.finish());
}

// Without spaces around it, and one where there are several.
SecretBytes folded(std::string_view value) {
    SecretBytes text;
    for (char c : net::trimmed(value)) {
        bool again = c == ' ' && text.expose().back() == ' ';
        if (!again) text.push_back(static_cast<Byte>(c));
    }
    return text;
}

// By lowercase name; the values of one name in the order they are sent.
std::map<std::string, SecretBytes> canonical_headers(
    std::initializer_list<const net::Headers*> all) {
    std::map<std::string, SecretBytes> canonical;
    for (const net::Headers* headers : all)
        for (const net::Header& header : *headers) {
            SecretBytes& value = canonical[net::lowercase(header.name)];
            if (!value.empty()) value.push_back(',');
            value.append(folded(header.value).expose());
        }
    return canonical;
}

void require_printable(std::string_view text) {
    if (text.empty() || !std::all_of(text.begin(), text.end(), [](char c) {
            return c > ' ' && c <= '~' && c != ',' && c != '/';
        }))
        throw Error(Errc::invalid_argument,
                    "an access key id, a region: printable characters of ASCII, no / and no comma");
}

}  // namespace

std::string uri_encoded(std::string_view text, bool slashes_stay) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string encoded;
    encoded.reserve(text.size());
    for (char c : text) {
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '.' || c == '_' || c == '~' || (c == '/' && slashes_stay);
        auto byte = static_cast<Byte>(c);
        if (plain)
            encoded += c;
        else
            (encoded += '%').append({digits[byte >> 4], digits[byte & 15]});
    }
    return encoded;
}

std::string canonical_query(const Query& query) {
    std::vector<std::pair<std::string, std::string>> encoded;
    for (const auto& [name, value] : query)
        encoded.emplace_back(uri_encoded(name), uri_encoded(value));
    std::sort(encoded.begin(), encoded.end());
    std::string text;
    for (const auto& [name, value] : encoded) {
        if (!text.empty()) text += '&';
        text.append(name).append("=").append(value);
    }
    return text;
}

std::string format_amz_date(Timestamp time) {
    std::string text = format_rfc3339(time);
    std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
    return text;
}

Signer::Signer(net::Credentials keys, std::string region, std::string service)
    : keys_(std::move(keys)), region_(std::move(region)), service_(std::move(service)) {
    for (std::string_view text : {std::string_view(keys_.user), std::string_view(region_)})
        require_printable(text);
    ByteView token = keys_.token.expose();
    if (std::any_of(token.begin(), token.end(), [](Byte b) { return b <= ' ' || b > '~'; }))
        throw Error(Errc::invalid_argument, "a session token is printable characters of ASCII");
}

const Signer::Key& Signer::key_of(std::string_view date) const {
    if (key_ && date_ == date) return *key_;
    SecretBytes first(as_bytes("AWS4"));
    first.append(keys_.password.expose());
    auto next = [](ByteView key, std::string_view part) {
        return Key::made_by([&](auto out) { crypto::hmac_sha256(out, key, as_bytes(part)); });
    };
    Key key = next(first.expose(), date);
    for (std::string_view part :
         {std::string_view(region_), std::string_view(service_), std::string_view("aws4_request")})
        key = next(key.expose(), part);
    key_ = std::move(key);
    date_ = date;
    return *key_;
}

Signed Signer::sign(const ToSign& request, Timestamp time) const {
    Signed made;
    std::string moment = format_amz_date(time), date = moment.substr(0, 8), names;
    made.headers.push_back({"X-Amz-Date", moment});
    if (service_ == "s3") made.headers.push_back({"X-Amz-Content-Sha256", request.payload_hash});
    if (!keys_.token.empty())
        made.headers.push_back(
            {"X-Amz-Security-Token", std::string(as_text(keys_.token.expose()))});

    SecretBytes canonical;
    add(canonical, {request.method, "\n", uri_encoded(request.path, true), "\n",
                    canonical_query(request.query), "\n"});
    for (const auto& [name, value] : canonical_headers({&request.headers, &made.headers})) {
        add(canonical, {name, ":", as_text(value.expose()), "\n"});
        names.append(names.empty() ? "" : ";").append(name);
    }
    add(canonical, {"\n", names, "\n", request.payload_hash});

    std::string scope = date + "/" + region_ + "/" + service_ + "/aws4_request";
    std::string text(algorithm);
    text.append("\n").append(moment).append("\n").append(scope).append("\n");
    text.append(hash_of(canonical.expose()));
    std::array<Byte, 32> signature;
    crypto::hmac_sha256(signature, key_of(date).expose(), as_bytes(text));
    add(made.authorization, {algorithm, " Credential=", keys_.user, "/", scope, ", SignedHeaders=",
                             names, ", Signature=", codec::hex_encode(signature)});
    return made;
}

}  // namespace tresor::storage
