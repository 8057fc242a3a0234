// The lifecycle rules of a bucket: what the engine removes by itself, and when.
#pragma once

#include <cstdint>
#include <string>

#include <tresor/bytes.hpp>

namespace tresor::storage {

class S3Bucket;

// The configuration `now` ("" if there is none) with our two rules in it in place of those of
// their names: `tresor-safe-retention` and `tresor-unfinished-uploads`, with something of the
// prefix behind them, if there is one. Throws malformed if it is
// no XML, unsupported if it is another document.
std::string with_our_rules(ByteView now, const std::string& prefix, std::int64_t retention_days);
// Whether a configuration has our rule for so many days.
bool has_our_rule(ByteView configuration, const std::string& prefix, std::int64_t retention_days);

// Throws invalid_argument if they are out of range.
void require_days(std::int64_t retention_days);
// Throws unsupported if the engine has no such rules.
void set_lifecycle(S3Bucket& bucket, std::int64_t retention_days);

}  // namespace tresor::storage
