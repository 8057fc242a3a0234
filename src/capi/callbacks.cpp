// Stores, states and files whose functions are written in C, or in what calls C.

#include "capi/border.hpp"
#include "codec/utf8.hpp"

using namespace tresor;
using namespace tresor::capi;
using storage::ObjectInfo;
using storage::ObjectName;

namespace {

// A condition for the length of a call.
struct CCondition {
    explicit CCondition(const storage::Condition& condition) {
        using Kind = storage::Condition::Kind;
        made.kind = condition.kind == Kind::absent    ? TRESOR_IF_ABSENT
                    : condition.kind == Kind::version ? TRESOR_IF_VERSION
                                                      : TRESOR_IF_ANY;
        made.version = condition.text.c_str();
    }
    tresor_condition made{};
};

// What a callback says of an object that was asked for by name.
ObjectInfo told(const tresor_object& object, const ObjectName& name) {
    auto info = info_of(object);
    info.name = name;
    return info;
}

// Nothing else of a struct means anything before its version is known.
template <class Struct>
const Struct& of_this_version(const Struct& callbacks) {
    need_version(callbacks.version);
    return callbacks;
}

std::string utf8(std::string_view description) {
    if (!codec::is_utf8(description))
        throw Error(Errc::invalid_argument, "the description is not UTF-8");
    return std::string(description);
}

class CStorage final : public storage::Storage {
public:
    explicit CStorage(const tresor_storage_callbacks& callbacks)
        : call_(of_this_version(callbacks)), description_(utf8(text(callbacks.description))) {
        need(call_.put);
        need(call_.stat);
        need(call_.get);
        need(call_.remove);
        call_.description = nullptr;
    }
    CStorage(const CStorage&) = delete;
    CStorage& operator=(const CStorage&) = delete;
    ~CStorage() override {
        if (call_.release != nullptr) call_.release(call_.payload);
    }

    std::string describe() const override { return description_; }

    storage::Abilities can() const override {
        auto has = [&](unsigned ability) { return (call_.abilities & ability) != 0; };
        return {.list = has(TRESOR_CAN_LIST),
                .put_if_absent = has(TRESOR_CAN_PUT_IF_ABSENT),
                .conditional_put = has(TRESOR_CAN_PUT_CONDITIONALLY),
                .conditional_remove = has(TRESOR_CAN_REMOVE_CONDITIONALLY),
                .any_name = has(TRESOR_CAN_ANY_NAME)};
    }

    ObjectInfo put(const ObjectName& name, ByteSource& content,
                   const storage::Condition& condition) override {
        tresor_object object = empty(name);
        tresor_reader reader(content);
        CCondition given(condition);
        call_with(reader, call_.put, &object, name.text().c_str(), &reader, &given.made,
                  call_.payload);
        return told(object, name);
    }

    std::optional<ObjectInfo> stat(const ObjectName& name) override {
        tresor_object object = empty(name);
        int found = 0;
        call(call_.stat, &found, &object, name.text().c_str(), call_.payload);
        return found != 0 ? std::optional(told(object, name)) : std::nullopt;
    }

    std::optional<ObjectInfo> get(const ObjectName& name, ByteSink& into) override {
        tresor_object object = empty(name);
        tresor_writer writer(into);
        int found = 0;
        call_with(writer, call_.get, &found, &object, name.text().c_str(), &writer, call_.payload);
        return found != 0 ? std::optional(told(object, name)) : std::nullopt;
    }

    bool remove(const ObjectName& name, const storage::Condition& condition) override {
        CCondition given(condition);
        int found = 0;
        call(call_.remove, &found, name.text().c_str(), &given.made, call_.payload);
        return found != 0;
    }

    void list(std::string_view prefix, const storage::Visitor& visit) override {
        if (call_.list == nullptr) return Storage::list(prefix, visit);
        tresor_visitor visitor(visit);
        call_with(visitor, call_.list, std::string(prefix).c_str(), &visitor, call_.payload);
    }

    std::optional<Timestamp> clock() override {
        if (call_.clock == nullptr) return std::nullopt;
        std::int64_t time = TRESOR_NEVER;
        call(call_.clock, &time, call_.payload);
        return optional_timestamp(time);
    }

private:
    static tresor_object empty(const ObjectName& name) {
        return object_of({name, 0, std::nullopt, {}});
    }

    tresor_storage_callbacks call_;
    std::string description_;
};

class CStates final : public client::StateStore {
public:
    explicit CStates(const tresor_states_callbacks& callbacks) : call_(of_this_version(callbacks)) {
        need(call_.lock);
        need(call_.unlock);
        need(call_.load);
        need(call_.save);
    }
    CStates(const CStates&) = delete;
    CStates& operator=(const CStates&) = delete;
    ~CStates() override {
        if (call_.release != nullptr) call_.release(call_.payload);
    }

    std::unique_ptr<Lock> lock() override {
        struct Held final : Lock {
            explicit Held(const tresor_states_callbacks& callbacks) : call(callbacks) {}
            ~Held() override {
                if (locked) call.unlock(call.payload);
            }
            const tresor_states_callbacks& call;
            bool locked = false;
        };
        auto held = std::make_unique<Held>(call_);  // before there is anything to undo
        call(call_.lock, call_.payload);
        held->locked = true;
        return held;
    }

    std::optional<client::State> load() override {
        // As a file of a state may be.
        struct Sink final : ByteSink {
            void write(ByteView bytes) override {
                constexpr std::size_t most = std::size_t{1} << 20;
                if (bytes.size() > most - text.size()) throw Error(Errc::too_large, "the state");
                text.append(bytes);
            }
            void restart() override { text.resize(0); }
            SecretBytes text;
        } sink;
        tresor_writer writer(sink);
        int found = 0;
        call_with(writer, call_.load, &found, &writer, call_.payload);
        if (found == 0) return std::nullopt;
        return client::parse_state(std::as_const(sink.text).expose());
    }

    void save(const client::State& state) override {
        const SecretBytes json = client::format_state(state);
        call(call_.save, json.expose().data(), json.size(), call_.payload);
    }

private:
    tresor_states_callbacks call_;
};

class CFile final : public ReadAt {
public:
    explicit CFile(const tresor_file_callbacks& callbacks) : call_(of_this_version(callbacks)) {
        need(call_.read_at);
    }
    CFile(const CFile&) = delete;
    CFile& operator=(const CFile&) = delete;
    ~CFile() override {
        if (call_.release != nullptr) call_.release(call_.payload);
    }

    std::uint64_t size() const override { return call_.size; }

    void read_at(std::uint64_t offset, ByteSpan into) override {
        if (offset > call_.size || into.size() > call_.size - offset)
            throw Error(Errc::malformed, "the file ends too early");
        if (!into.empty()) call(call_.read_at, offset, into.data(), into.size(), call_.payload);
    }

private:
    tresor_file_callbacks call_;
};

// What has the callbacks is made last: if anything fails, `release` is not called.
template <class Made, class Handle, class Callbacks>
int from_callbacks(Handle** out, const Callbacks* callbacks) noexcept {
    clear(out);
    return guard([&] {
        need(out);
        auto handle = std::make_unique<Handle>();
        handle->store = std::make_unique<Made>(need(callbacks));
        *out = handle.release();
    });
}

}  // namespace

int tresor_storage_from_callbacks(tresor_storage** out, const tresor_storage_callbacks* callbacks) {
    return from_callbacks<CStorage>(out, callbacks);
}

std::uint64_t tresor_reader_size(const tresor_reader* reader) {
    if (reader == nullptr) return TRESOR_UNKNOWN_SIZE;
    return reader->source.size().value_or(TRESOR_UNKNOWN_SIZE);
}

int tresor_reader_read(std::size_t* got, tresor_reader* reader, unsigned char* into,
                       std::size_t size) {
    return guard([&] {
        Out result(got, std::size_t{0});
        if (size == 0) throw Error(Errc::invalid_argument, "there is no room to read into");
        ByteSpan room(&need(into), size);
        need(reader).use([&] { result.set(reader->source.read(room)); });
    });
}

int tresor_reader_read_all(tresor_buf* out, tresor_reader* reader, std::size_t most) {
    return guard([&] {
        OutBuf result(out);
        MemorySink sink(most);
        need(reader).use([&] { copy(reader->source, sink); });
        result.set(sink.bytes());
        result.release();
    });
}

int tresor_reader_rewind(tresor_reader* reader) {
    return guard([&] {
        need(reader).forget();
        reader->use([&] { reader->source.rewind(); });
    });
}

int tresor_writer_write(tresor_writer* writer, const void* data, std::size_t size) {
    return guard([&] {
        ByteView written = bytes(data, size);
        need(writer).use([&] { writer->sink.write(written); });
    });
}

int tresor_visitor_show(int* more, tresor_visitor* visitor, const tresor_object* object) {
    return guard([&] {
        Out goes_on(more, 0);
        auto info = info_of(need(object));
        need(visitor).use([&] {
            if (visitor->more) visitor->more = visitor->visit(info);
        });
        goes_on.set(visitor->more ? 1 : 0);
    });
}

int tresor_states_open(tresor_states** out, const char* path) {
    clear(out);
    return guard([&] {
        need(out);
        make(out, std::make_unique<client::FileStateStore>(text(path)));
    });
}

int tresor_states_from_callbacks(tresor_states** out, const tresor_states_callbacks* callbacks) {
    return from_callbacks<CStates>(out, callbacks);
}

void tresor_states_free(tresor_states* states) { delete states; }

int tresor_file_open(tresor_file** out, const char* path) {
    clear(out);
    return guard([&] {
        need(out);
        make(out, std::make_unique<FileReadAt>(text(path)));
    });
}

int tresor_file_from_callbacks(tresor_file** out, const tresor_file_callbacks* callbacks) {
    return from_callbacks<CFile>(out, callbacks);
}

void tresor_file_free(tresor_file* file) { delete file; }
