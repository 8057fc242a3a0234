// Where C++ ends: exceptions become statuses, pointers become values, and back.
#pragma once

#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tresor.h>
#include <tresor/client.hpp>
#include <tresor/storage.hpp>

// What the handles are.
struct tresor_keys {
    tresor::safe::Keys keys;
};
struct tresor_storage {
    std::unique_ptr<tresor::storage::Storage> store;
};
struct tresor_states {
    std::unique_ptr<tresor::client::StateStore> store;
};
struct tresor_file {
    std::unique_ptr<tresor::ReadAt> store;
};

namespace tresor::capi {

// Notes why a call failed, for this thread. Returns the status.
int note(const Error& error) noexcept;
// Calls a callback; throws what it has failed with, in its own words if it has noted any.
unsigned long notes() noexcept;  // how many failures this thread has noted so far
void throw_if_failed(int status, unsigned long notes_before);
template <class Function, class... Arguments>
int try_call(Function* function, Arguments... arguments) {
    unsigned long before = notes();
    int status = function(arguments...);
    if (status != TRESOR_CANCELLED) throw_if_failed(status, before);
    return status;
}
// The same of a callback that was lent something.
template <class Lent, class Function, class... Arguments>
void call_with(const Lent& lent, Function* function, Arguments... arguments) {
    unsigned long before = notes();
    int status = function(arguments...);
    lent.rethrow();
    throw_if_failed(status, before);
}
template <class Function, class... Arguments>
void call(Function* function, Arguments... arguments) {
    unsigned long before = notes();
    throw_if_failed(function(arguments...), before);
}

template <class Work>
int guard(Work&& work) noexcept {
    try {
        work();
        return TRESOR_OK;
    } catch (const Error& error) {
        return note(error);
    } catch (const std::bad_alloc&) {
        return tresor_error_set(TRESOR_OUT_OF_MEMORY, "out of memory");
    } catch (const std::exception& error) {
        return tresor_error_set(TRESOR_INTERNAL, error.what());
    } catch (...) {
        return tresor_error_set(TRESOR_INTERNAL, "an exception of an unknown kind");
    }
}

// Throws invalid_argument for NULL.
template <class T>
T& need(T* pointer) {
    if (pointer == nullptr) throw Error(Errc::invalid_argument, "an argument is NULL");
    return *pointer;
}
std::string_view text(const char* string);           // throws invalid_argument for NULL
ByteView bytes(const void* data, std::size_t size);  // NULL only with size 0
ByteView at_most(std::size_t most, ByteView bytes);  // throws too_large
std::string readable(std::string_view text);         // what is no UTF-8 in it becomes U+FFFD
inline std::string text_or_empty(const char* string) { return string == nullptr ? "" : string; }
// Of an options struct: throws invalid_argument for one of another version.
void need_version(unsigned version);

// An out argument that is emptied first, and filled only if all went well. T is a plain struct.
// Those that may be NULL come first in a function, so that all are emptied before one that is
// missing ends it.
template <class T>
class Out {
public:
    Out(T* target, T empty, bool may_be_null = false) : target_(target) {
        if (target_ != nullptr) *target_ = empty;
        if (target_ == nullptr && !may_be_null) need(target_);
    }
    void set(const T& value) {
        if (target_ != nullptr) *target_ = value;
    }

private:
    T* target_;
};

// Text with its NUL into an array that is large enough.
inline void copy_out(char* out, std::string_view text) {
    text.copy(out, text.size());
    out[text.size()] = '\0';
}

// Bytes for C, with a NUL behind. Filled by set(), and given out only by release(): a later failure
// leaves nothing behind.
class OutBuf {
public:
    explicit OutBuf(tresor_buf* target, bool may_be_null = false);
    ~OutBuf() { tresor_buf_dispose(&made_); }
    OutBuf(const OutBuf&) = delete;
    OutBuf& operator=(const OutBuf&) = delete;

    void set(ByteView bytes);
    void set_findings(const std::vector<Finding>& findings);
    void release() noexcept;

private:
    tresor_buf* target_;
    tresor_buf made_ = TRESOR_BUF_INIT;
};

template <class Handle, class... Arguments>
void make(Handle** out, Arguments&&... arguments) {
    need(out);
    *out = new Handle{std::forward<Arguments>(arguments)...};
}
// Called before anything can fail.
template <class Handle>
void clear(Handle** out) noexcept {
    if (out != nullptr) *out = nullptr;
}

inline std::int64_t seconds(std::optional<Timestamp> time) {
    return time ? time->time_since_epoch().count() : TRESOR_NEVER;
}
Timestamp timestamp(std::int64_t seconds);  // throws invalid_argument outside the years 0 to 9999
std::optional<Timestamp> optional_timestamp(std::int64_t seconds);

Progress progress_of(tresor_progress progress, void* payload);
tresor_object object_of(const storage::ObjectInfo& info);
storage::ObjectInfo info_of(const tresor_object& object);
storage::Condition condition_of(const tresor_condition* condition);
client::StoreNote store_of(const tresor_place& place);
safe::CyclePolicy policy_of(const tresor_cycle_policy* policy);

// Bytes that C reads and writes.
class CSource final : public ByteSource {
public:
    explicit CSource(const tresor_source& source);
    std::optional<std::uint64_t> size() const override;
    std::size_t read(ByteSpan into) override;
    void rewind() override;

private:
    const tresor_source& source_;
};

class CSink final : public ByteSink {
public:
    explicit CSink(const tresor_sink& sink);
    void write(ByteView bytes) override;
    void restart() override;

private:
    const tresor_sink& sink_;
};

}  // namespace tresor::capi

// What callbacks of stores and states are given. What it failed with is the failure of the call,
// whatever the callback makes of it: half an object must not pass for a whole one.
class tresor_lent {
public:
    template <class Work>
    void use(Work&& work) {
        rethrow();
        try {
            work();
        } catch (...) {
            failed_ = std::current_exception();
            throw;
        }
    }
    void rethrow() const {
        if (failed_) std::rethrow_exception(failed_);
    }
    void forget() noexcept { failed_ = nullptr; }

private:
    std::exception_ptr failed_;
};
struct tresor_reader : tresor_lent {
    explicit tresor_reader(tresor::ByteSource& from) : source(from) {}
    tresor::ByteSource& source;
};
struct tresor_writer : tresor_lent {
    explicit tresor_writer(tresor::ByteSink& into) : sink(into) {}
    tresor::ByteSink& sink;
};
struct tresor_visitor : tresor_lent {
    explicit tresor_visitor(const tresor::storage::Visitor& whom) : visit(whom) {}
    const tresor::storage::Visitor& visit;
    bool more = true;
};
