// What an S3 engine says when it refuses.
//
//     <Error><Code>NoSuchKey</Code><Message>...</Message><Region>eu-central-1</Region></Error>
#pragma once

#include <tresor/error.hpp>
#include <tresor/http.hpp>

namespace tresor::storage {

// The words of an <Error>, "" what it does not say or what is no plain word. The rest of it may
// hold what was signed, and is not looked at.
struct S3ErrorBody {
    std::string code, region;
};
// Absent if it is no such document.
std::optional<S3ErrorBody> read_s3_error(ByteView body);

Error no_bucket(const std::string& who);

// What an answer means that is no success, or is one that holds an <Error>; in words that begin
// with `who` and hold the engine's code.
Error s3_error_of(const net::Response& response, const std::string& who);

}  // namespace tresor::storage
