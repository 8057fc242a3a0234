#include <tresor/storage/mirror.hpp>

#include <algorithm>
#include <map>

namespace tresor::storage {
namespace {

void refuse_conditions(const Condition& condition) {
    if (condition.kind != Condition::Kind::none)
        throw Error(Errc::unsupported, "a mirror cannot make anything depend on a condition");
}

// What several stores say of one object has no common version.
ObjectInfo without_version(ObjectInfo info) {
    info.version.clear();
    return info;
}

bool is_newer(const ObjectInfo& a, const ObjectInfo& b) {
    return a.modified && (!b.modified || *a.modified > *b.modified);
}

// What the caller's own source or sink threw is no failure of a store.
class CallersError {
public:
    template <class Call>
    auto watch(const Call& call) {
        error_.reset();
        try {
            return call();
        } catch (const Error& error) {
            error_ = error;
            throw;
        }
    }
    bool is_there() const { return error_.has_value(); }
    void throw_it() const {
        if (error_) throw *error_;
    }

private:
    std::optional<Error> error_;
};

class CallersSource final : public ByteSource {
public:
    explicit CallersSource(ByteSource& source) : source_(source) {}
    std::optional<std::uint64_t> size() const override { return source_.size(); }
    std::size_t read(ByteSpan into) override {
        return error.watch([&] { return source_.read(into); });
    }
    void rewind() override {
        error.watch([&] { source_.rewind(); });
    }
    CallersError error;

private:
    ByteSource& source_;
};

class CallersSink final : public ByteSink {
public:
    explicit CallersSink(ByteSink& sink) : sink_(sink) {}
    void write(ByteView bytes) override {
        error.watch([&] { sink_.write(bytes); });
    }
    void restart() override {
        error.watch([&] { sink_.restart(); });
    }
    CallersError error;

private:
    ByteSink& sink_;
};

}  // namespace

struct Mirror::Found {
    std::size_t store;
    ObjectInfo info;
};

Mirror::Mirror(std::vector<std::unique_ptr<Storage>> stores) : stores_(std::move(stores)) {
    if (stores_.empty()) throw Error(Errc::invalid_argument, "a mirror needs a store");
}

std::string Mirror::describe() const {
    std::string text = "a mirror of ";
    for (const auto& store : stores_)
        text.append(&store == &stores_.front() ? "" : " and ").append(store->describe());
    return text;
}

Abilities Mirror::can() const {
    Abilities all{.list = true, .any_name = true};
    for (const auto& store : stores_) {
        all.list &= store->can().list;
        all.any_name &= store->can().any_name;
    }
    return all;
}

// Does `work` with each store. What failed is no member: what a store calls may call this again.
template <class Work>
auto Mirror::each(const Work& work) -> std::vector<Failure> {
    failures_.clear();
    std::vector<Failure> failures;
    for (std::size_t i = 0; i < stores_.size(); ++i) {
        try {
            work(i);
        } catch (const Error& error) {
            note(failures, i, error);
        }
    }
    return failures;
}

void Mirror::note(std::vector<Failure>& failures, std::size_t store, const Error& error) {
    if (error.code() == Errc::cancelled) throw error;
    failures.push_back({store, error});
}

void Mirror::throw_failures() const {
    if (failures_.empty()) return;
    std::string text = std::to_string(failures_.size()) + " of " + std::to_string(stores_.size()) +
                       " stores failed:";
    const Error& first = failures_.front().error;
    std::optional<Seconds> wait;
    for (const Failure& failure : failures_) {
        text.append(&failure == &failures_.front() ? " " : "; ");
        text.append(stores_[failure.store]->describe()).append(": ").append(failure.error.what());
        if (failure.error.retry_after)
            wait = std::max(*failure.error.retry_after, wait.value_or(Seconds(0)));
    }
    Error told(first.code(), text);
    told.retry_after = wait;
    told.http_status = first.http_status;
    throw told;
}

ObjectInfo Mirror::put(const ObjectName& name, ByteSource& content, const Condition& condition) {
    refuse_conditions(condition);
    CallersSource source(content);
    std::optional<ObjectInfo> newest;
    failures_ = each([&](std::size_t i) {
        if (source.error.is_there()) return;
        try {
            source.rewind();
            auto info = stores_[i]->put(name, source);
            if (!newest || is_newer(info, *newest)) newest = info;
        } catch (const Error&) {
            if (!source.error.is_there()) throw;
        }
    });
    source.error.throw_it();
    throw_failures();
    return without_version(*newest);
}

// The newest first.
std::vector<Mirror::Found> Mirror::find(const ObjectName& name, std::vector<Failure>& failures) {
    std::vector<Found> found;
    failures = each([&](std::size_t i) {
        if (auto info = stores_[i]->stat(name)) found.push_back({i, *info});
    });
    std::stable_sort(found.begin(), found.end(),
                     [](const Found& a, const Found& b) { return is_newer(a.info, b.info); });
    return found;
}

std::optional<ObjectInfo> Mirror::stat(const ObjectName& name) {
    auto found = find(name, failures_);
    if (!found.empty()) return without_version(found.front().info);
    throw_failures();
    return std::nullopt;
}

std::optional<ObjectInfo> Mirror::get(const ObjectName& name, ByteSink& into) {
    CallersSink sink(into);
    bool began = false;
    std::vector<Failure> failures;
    for (const Found& found : find(name, failures)) {
        if (began) into.restart();
        began = true;
        try {
            auto info = stores_[found.store]->get(name, sink);
            sink.error.throw_it();
            if (!info) continue;
            failures_ = std::move(failures);
            return without_version(*info);
        } catch (const Error& error) {
            sink.error.throw_it();
            note(failures, found.store, error);
        }
    }
    failures_ = std::move(failures);
    throw_failures();
    return std::nullopt;
}

bool Mirror::remove(const ObjectName& name, const Condition& condition) {
    refuse_conditions(condition);
    bool any = false;
    failures_ = each([&](std::size_t i) { any |= stores_[i]->remove(name); });
    throw_failures();
    return any;
}

void Mirror::list(std::string_view prefix, const Visitor& visit) {
    std::map<ObjectName, ObjectInfo> newest;
    failures_ = each([&](std::size_t i) {
        stores_[i]->list(prefix, [&](const ObjectInfo& info) {
            auto [at, fresh] = newest.try_emplace(info.name, info);
            if (!fresh && is_newer(info, at->second)) at->second = info;
            return true;
        });
    });
    throw_failures();
    for (const auto& [name, info] : newest)
        if (!visit(without_version(info))) return;
}

}  // namespace tresor::storage
