#include <tresor/storage/retention.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "codec/json_reader.hpp"

namespace tresor::storage {
namespace {

using codec::Json;

constexpr std::size_t max_config_bytes = 65536;
constexpr double least_bytes = 1024, most_bytes = 2147483648, least_days = 1, most_days = 36500;

std::string pointer_to(std::string_view name) { return std::string("/").append(name); }

double number_of(const Json::Object& config, std::string_view name, Findings& findings) {
    auto found = std::find_if(config.begin(), config.end(), [&](const Json::Member& member) {
        return codec::view(member.name) == name;
    });
    if (found == config.end())
        throw Error(Errc::malformed, "config: " + std::string(name) + " is missing");
    auto number = found->value.number(), text = found->value.text();
    std::string_view digits = number.value_or(text.value_or(""));
    double value = 0;
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (number && error == std::errc::result_out_of_range)
        return digits.front() == '-' ? -HUGE_VAL : HUGE_VAL;
    if (error != std::errc() || end != digits.data() + digits.size() || !std::isfinite(value))
        throw Error(Errc::malformed, "config: " + std::string(name) + " is not a number");
    if (text) findings.add(pointer_to(name), "a number written as a string");
    return value;
}

std::int64_t in_range(double number, double least, double most, std::string_view name,
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
    if (document.object() == nullptr) throw Error(Errc::malformed, "config: not a JSON object");
    Limits found;
    double bytes = number_of(*document.object(), "maxBackupBytes", findings);
    double days = number_of(*document.object(), "retentionDays", findings);
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
    try {
        return parse_limits(sink.bytes());
    } catch (const Error& error) {
        throw Error(error.code(), storage.describe() + " has no good config: " + error.what());
    }
}

void require_valid(const Limits& limits) {
    bool valid = limits.max_backup_bytes >= static_cast<std::uint64_t>(least_bytes) &&
                 limits.max_backup_bytes <= static_cast<std::uint64_t>(most_bytes) &&
                 limits.retention_days >= 1 && limits.retention_days <= 36500;
    if (!valid)
        throw Error(Errc::invalid_argument,
                    "a store takes 1024 to 2147483648 bytes and keeps them for 1 to 36500 days");
}

void put_limits(Storage& storage, const Limits& limits) {
    require_valid(limits);
    Bytes config = format_limits(limits);
    MemorySource source(config);
    ObjectName name("config");
    bool exact = storage.can().put_if_absent;
    if (!exact && storage.stat(name))
        throw Error(Errc::conflict, storage.describe() + " holds a config already");
    storage.put(name, source, exact ? Condition::absent() : Condition());
}

}  // namespace tresor::storage
