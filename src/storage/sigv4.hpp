// AWS Signature Version 4, in the header Authorization ("Authenticating Requests: Using the
// Authorization Header" in the reference of Amazon S3).
//
//     canonical request := method LF path LF query LF headers LF names of headers LF payload hash
//     text to sign      := "AWS4-HMAC-SHA256" LF time LF scope LF hex(SHA-256(canonical request))
//     scope             := date "/" region "/" service "/aws4_request"
//     key               := HMAC of each part of the scope, from "AWS4" + secret on
//
// The path is encoded once and not normalised, as S3 has it (other services: twice).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tresor/http.hpp>
#include <tresor/secret.hpp>
#include <tresor/time.hpp>
#include <tresor/url.hpp>

namespace tresor::storage {

// All but A-Z a-z 0-9 - . _ ~ (and slashes, if they stay) as %XX in upper case.
std::string uri_encoded(std::string_view text, bool slashes_stay = false);

struct QueryItem {
    std::string name, value;
};
using Query = std::vector<QueryItem>;

// Encoded and sorted: the form that is signed, and the one to be sent. `?uploads` is "uploads=".
std::string canonical_query(const Query& query);

// "20130524T000000Z", of the years 0 to 9999.
std::string format_amz_date(Timestamp time);

struct ToSign {
    std::string method;
    std::string path;          // not encoded, from "/" on
    Query query;               // not encoded
    net::Headers headers;      // those that are signed, Host among them
    std::string payload_hash;  // of the body: SHA-256 in hex
};

struct Signed {
    net::Headers headers;       // to be sent besides those of ToSign
    SecretBytes authorization;  // the value of that header
};

// Signs by one access key. One thread at a time.
class Signer {
public:
    // `keys`: access key id, secret, and a token if they are temporary ones. Throws
    // invalid_argument for what cannot stand in a header.
    Signer(net::Credentials keys, std::string region, std::string service);

    Signed sign(const ToSign& request, Timestamp time) const;

private:
    using Key = Secret<32, struct SigningKeyTag>;
    const Key& key_of(std::string_view date) const;

    net::Credentials keys_;
    std::string region_, service_;
    mutable std::string date_;  // whose key is kept
    mutable std::optional<Key> key_;
};

}  // namespace tresor::storage
