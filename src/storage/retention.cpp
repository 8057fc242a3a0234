#include <tresor/storage/retention.hpp>

#include <charconv>
#include <cmath>

#include "codec/json_reader.hpp"

namespace tresor::storage {
namespace {

using codec::Json;

constexpr std::size_t max_config_bytes = 65536;
constexpr double least_bytes = 1024, most_bytes = 2147483648, least_days = 1, most_days = 36500;

std::string pointer_to(const char* name) { return std::string("/") + name; }

double number_of(const Json& config, const char* name, Findings& findings) {
    auto found = config.find(name);
    if (found == config.end())
        throw Error(Errc::malformed, std::string("config: ") + name + " is missing");
    if (found->is_number()) return found->get<double>();
    double number = 0;
    if (found->is_string()) {
        std::string_view text = codec::view(found->get_ref<const codec::JsonText&>());
        auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error == std::errc() && end == text.data() + text.size() && std::isfinite(number)) {
            findings.add(pointer_to(name), "a number written as a string");
            return number;
        }
    }
    throw Error(Errc::malformed, std::string("config: ") + name + " is not a number");
}

std::int64_t in_range(double number, double least, double most, const char* name,
                      Findings& findings) {
    if (number < least || number > most)
        findings.add(pointer_to(name), "out of range; the nearest possible value was taken");
    else if (number != std::floor(number))
        findings.add(pointer_to(name), "not a whole number; rounded down");
    return static_cast<std::int64_t>(std::floor(std::min(std::max(number, least), most)));
}

}  // namespace

FoundLimits parse_limits(ByteView config) {
    Findings findings;
    codec::JsonLimits limits;
    limits.document = max_config_bytes;
    Json document = codec::read_json(config, limits, findings);
    if (!document.is_object()) throw Error(Errc::malformed, "config: not a JSON object");
    Limits found;
    double bytes = number_of(document, "maxBackupBytes", findings);
    double days = number_of(document, "retentionDays", findings);
    found.max_backup_bytes = static_cast<std::uint64_t>(
        in_range(bytes, least_bytes, most_bytes, "maxBackupBytes", findings));
    if (days != 0)
        found.retention_days = in_range(days, least_days, most_days, "retentionDays", findings);
    return {found, findings.take()};
}

Bytes format_limits(const Limits& limits) {
    std::string text = "{\"maxBackupBytes\":" + std::to_string(limits.max_backup_bytes) +
                       ",\"retentionDays\":" + std::to_string(limits.retention_days) + "}\n";
    return Bytes(text.begin(), text.end());
}

FoundLimits get_limits(Storage& storage) {
    MemorySink sink(max_config_bytes);
    if (!storage.get(ObjectName("config"), sink))
        throw Error(Errc::not_found, storage.describe() + " holds no config");
    return parse_limits(sink.bytes());
}

void put_limits(Storage& storage, const Limits& limits) {
    Bytes config = format_limits(limits);
    if (!parse_limits(config).findings.empty() || limits.retention_days == 0)
        throw Error(Errc::invalid_argument, "a limit is out of range");
    MemorySource source(config);
    storage.put(ObjectName("config"), source, Condition::absent());
}

}  // namespace tresor::storage
