#include "capi/border.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "codec/json_writer.hpp"
#include "codec/utf8.hpp"

namespace tresor::capi {

std::string_view text(const char* string) { return &need(string); }

ByteView bytes(const void* data, std::size_t size) {
    if (data == nullptr && size > 0) throw Error(Errc::invalid_argument, "an argument is NULL");
    if (size > PTRDIFF_MAX) throw Error(Errc::invalid_argument, "a size is out of range");
    return {static_cast<const Byte*>(data), size};
}

ByteView at_most(std::size_t most, ByteView bytes) {
    if (bytes.size() > most)
        throw Error(Errc::too_large, "an argument has over " + std::to_string(most) + " bytes");
    return bytes;
}

std::string readable(std::string_view text) {
    std::string read;
    while (!text.empty()) {
        std::string_view rest = text;
        bool good = codec::next_code_point(rest) != codec::not_utf8;
        std::size_t size = good ? text.size() - rest.size() : 1;
        read.append(good ? text.substr(0, size) : "\xEF\xBF\xBD");
        text.remove_prefix(size);
    }
    return read;
}

void need_version(unsigned version) {
    if (version != 1)
        throw Error(Errc::invalid_argument,
                    "an options struct is not of a version this library knows (fill it with its "
                    "_INIT)");
}

OutBuf::OutBuf(tresor_buf* target, bool may_be_null) : target_(target) {
    if (target_ != nullptr) *target_ = TRESOR_BUF_INIT;
    if (target_ == nullptr && !may_be_null) need(target_);
}

void OutBuf::set(ByteView bytes) {
    if (target_ == nullptr) return;
    auto* data = static_cast<unsigned char*>(std::malloc(bytes.size() + 1));
    if (data == nullptr) throw std::bad_alloc();
    std::copy(bytes.begin(), bytes.end(), data);
    data[bytes.size()] = 0;
    tresor_buf_dispose(&made_);
    made_ = {data, bytes.size()};
}

void OutBuf::set_findings(const std::vector<Finding>& findings) {
    codec::JsonWriter out;
    out.objects(findings, [&](const Finding& finding) {
        out.name("pointer");
        out.text(readable(finding.pointer));
        out.name("reason");
        out.text(readable(finding.reason));
    });
    set(out.take().expose());
}

void OutBuf::release() noexcept {
    if (target_ != nullptr) *target_ = std::exchange(made_, TRESOR_BUF_INIT);
}

Timestamp timestamp(std::int64_t seconds) {
    Timestamp time{Seconds(seconds)};
    if (time < first_timestamp || time > last_timestamp)
        throw Error(Errc::invalid_argument, "a time lies outside the years 0 to 9999");
    return time;
}

std::optional<Timestamp> optional_timestamp(std::int64_t seconds) {
    return seconds == TRESOR_NEVER ? std::nullopt : std::optional(timestamp(seconds));
}

Progress progress_of(tresor_progress progress, void* payload) {
    if (progress == nullptr) return {};
    return [=](std::uint64_t done, std::optional<std::uint64_t> total) {
        return try_call(progress, done, total.value_or(TRESOR_UNKNOWN_SIZE), payload) == TRESOR_OK;
    };
}

tresor_object object_of(const storage::ObjectInfo& info) {
    tresor_object object{};
    info.name.text().copy(object.name, sizeof object.name - 1);
    object.size = info.size;
    object.modified = seconds(info.modified);
    // Half a version would be another one.
    if (info.version.size() < sizeof object.version)
        info.version.copy(object.version, sizeof object.version - 1);
    return object;
}

storage::ObjectInfo info_of(const tresor_object& object) {
    auto of = [](const char(&field)[TRESOR_OBJECT_TEXT_SIZE]) {
        return std::string(field, ::strnlen(field, sizeof field));
    };
    return {storage::ObjectName(of(object.name)), object.size, optional_timestamp(object.modified),
            of(object.version)};
}

storage::Condition condition_of(const tresor_condition* condition) {
    if (condition == nullptr) return {};
    switch (condition->kind) {
        case TRESOR_IF_ANY: return {};
        case TRESOR_IF_ABSENT: return storage::Condition::absent();
        case TRESOR_IF_VERSION:
            return storage::Condition::version(std::string(text(condition->version)));
        default: throw Error(Errc::invalid_argument, "there is no such condition");
    }
}

client::StoreNote store_of(const tresor_place& place) {
    need_version(place.version);
    if (place.token != nullptr)
        throw Error(Errc::unsupported, "a Safe is kept for longer than a session token holds");
    client::StoreNote store{std::string(text(place.location))};
    ByteView password = bytes(place.password, place.password_size);
    if (!password.empty()) store.password = SecretBytes(password);
    store.password_file = text_or_empty(place.password_file);
    store.net.ca_file = text_or_empty(place.ca_file);
    store.net.pin = text_or_empty(place.pin);
    store.net.proxy = text_or_empty(place.proxy);
    if (place.user_agent != nullptr) store.net.user_agent = place.user_agent;
    if (place.timeout != 0) store.net.timeout = Seconds(place.timeout);
    store.net.allow_insecure = place.allow_insecure != 0;
    if (place.user == nullptr) return store;
    auto parted = storage::part(store.location);
    SecretBytes typed;
    if (parted.credentials) typed = std::move(parted.credentials->password);
    if (!store.password && !typed.empty()) store.password = std::move(typed);
    parted.credentials = net::Credentials{place.user, SecretBytes()};
    store.location = storage::with_user(parted);
    return store;
}

safe::CyclePolicy policy_of(const tresor_cycle_policy* policy) {
    safe::CyclePolicy made;
    if (policy == nullptr) return made;
    need_version(policy->version);
    if (policy->period < 0 || policy->grace < 0 || policy->refresh_after < 0)
        throw Error(Errc::invalid_argument, "a span of time is negative");
    if (policy->period > 0) made.period = Seconds(policy->period);
    if (policy->grace > 0) made.grace = Seconds(policy->grace);
    if (policy->refresh_after > 0) made.refresh_after = Seconds(policy->refresh_after);
    return made;
}

CSource::CSource(const tresor_source& source) : source_(source) {
    need_version(source.version);
    need(source.read);
    need(source.rewind);
}

std::optional<std::uint64_t> CSource::size() const {
    if (source_.size == TRESOR_UNKNOWN_SIZE) return std::nullopt;
    return source_.size;
}

std::size_t CSource::read(ByteSpan into) {
    std::size_t got = 0;
    call(source_.read, &got, into.data(), into.size(), source_.payload);
    if (got > into.size())
        throw Error(Errc::invalid_argument, "a callback read more than there was room for");
    return got;
}

void CSource::rewind() { call(source_.rewind, source_.payload); }

CSink::CSink(const tresor_sink& sink) : sink_(sink) {
    need_version(sink.version);
    need(sink.write);
    need(sink.restart);
}

void CSink::write(ByteView bytes) { call(sink_.write, bytes.data(), bytes.size(), sink_.payload); }

void CSink::restart() { call(sink_.restart, sink_.payload); }

}  // namespace tresor::capi
