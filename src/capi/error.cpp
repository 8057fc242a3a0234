#include <algorithm>
#include <array>
#include <cstdlib>

#include "capi/border.hpp"
#include "codec/utf8.hpp"

namespace tresor::capi {
namespace {

// Plain memory: noting a failure must not fail.
struct LastError {
    int status = TRESOR_OK;
    std::array<char, 512> text{};
    std::int64_t retry_after = -1;
    int http_status = 0;
    bool no_space = false;
    unsigned long serial = 0;
};

LastError& last() noexcept {
    thread_local LastError error;
    return error;
}

void remember(int status, std::string_view words) noexcept {
    LastError error;
    error.serial = last().serial + 1;
    error.status = status;
    std::size_t size = std::min(words.size(), error.text.size() - 1);
    // Not in the middle of a character.
    while (size < words.size() && size > 0 &&
           (static_cast<unsigned char>(words[size]) & 0xC0) == 0x80)
        --size;
    words.copy(error.text.data(), size);
    // Of a callback; texts go into JSON.
    if (!codec::is_utf8({error.text.data(), size}))
        for (char& c : error.text)
            if (static_cast<unsigned char>(c) >= 0x80) c = '?';
    last() = error;  // and not before: the words may be those of the last failure
}

bool is_failure(int status) noexcept {
    return status <= TRESOR_INTERNAL && status >= TRESOR_CANCELLED;
}

}  // namespace

int note(const Error& error) noexcept {
    int status = -static_cast<int>(error.code());
    remember(status, error.what());
    if (error.retry_after) last().retry_after = error.retry_after->count();
    last().http_status = error.http_status;
    last().no_space = error.no_space;
    return status;
}

unsigned long notes() noexcept { return last().serial; }

void throw_if_failed(int status, unsigned long notes_before) {
    if (status == TRESOR_OK) return;
    if (!is_failure(status))
        throw Error(Errc::invalid_argument, "a callback returned what is no status");
    const LastError& error = last();
    bool told = error.serial != notes_before && error.status == status;
    bool in_words = told && error.text[0] != '\0';
    Error thrown(static_cast<Errc>(-status), in_words ? error.text.data() : "a callback failed");
    if (told && error.retry_after >= 0) thrown.retry_after = Seconds(error.retry_after);
    if (told) thrown.http_status = error.http_status;
    if (told) thrown.no_space = error.no_space;
    throw thrown;
}

}  // namespace tresor::capi

using namespace tresor;

const char* tresor_status_name(int status) {
    if (status == TRESOR_OK) return "ok";
    if (!capi::is_failure(status)) return "unknown";
    return name_of(static_cast<Errc>(-status)).data();
}

int tresor_error_status(void) { return capi::last().status; }
const char* tresor_error_text(void) { return capi::last().text.data(); }
int64_t tresor_error_retry_after(void) { return capi::last().retry_after; }
int tresor_error_http_status(void) { return capi::last().http_status; }

int tresor_error_set(int status, const char* text) {
    if (status == TRESOR_OK) return status;
    if (!capi::is_failure(status)) status = TRESOR_INTERNAL;
    capi::remember(status, text == nullptr ? "" : text);
    return status;
}

void tresor_error_set_answer(std::int64_t retry_after, int http_status) {
    capi::last().retry_after = std::max<std::int64_t>(retry_after, -1);
    capi::last().http_status = http_status;
}

void tresor_buf_dispose(tresor_buf* buf) {
    if (buf == nullptr) return;
    if (buf->data != nullptr) wipe(buf->data, buf->size);
    std::free(buf->data);
    *buf = TRESOR_BUF_INIT;
}
