#include <tresor/storage/check.hpp>

#include <algorithm>

#include <tresor/backup_id.hpp>

#include "crypto/random.hpp"
#include "storage/probes.hpp"

namespace tresor::storage {
namespace {

// An answer that is no.
struct No {
    std::string detail;
};

void require(bool holds, const char* otherwise) {
    if (!holds) throw No{otherwise};
}

Bytes content_of(std::size_t size, Byte first) {
    Bytes content(size);
    for (std::size_t i = 0; i < size; ++i) content[i] = static_cast<Byte>(first + i * 31 + i / 256);
    return content;
}

// The code that a call fails with. Cancelled is the caller's wish and goes through.
std::optional<Errc> code_of(const std::function<void()>& call) {
    try {
        call();
        return std::nullopt;
    } catch (const Error& error) {
        if (error.code() == Errc::cancelled) throw;
        return error.code();
    }
}

class Check {
public:
    Check(Storage& storage, const CheckOptions& options)
        : storage_(storage), options_(options), can_(storage.can()), largest_(options.largest) {}

    std::vector<Answer> run() {
        reach();
        try {
            ask_all();
        } catch (const Error&) {
            remove_all();
            throw;
        }
        return std::move(answers_);
    }

private:
    // A store that is not there is no store that breaks its word. One that says of an object that
    // it is not there can be asked.
    void reach() {
        try {
            storage_.stat(free_name());
        } catch (const Error& error) {
            if (error.code() != Errc::not_found) throw;
            storage_.clock();
        }
    }

    void ask_all() {
        ask("it describes itself and tells no credentials", &Check::describes);
        ask("a missing object is an answer, not an error", &Check::missing);
        ask("what was put can be got, byte for byte", &Check::round_trip);
        ask("put, stat and get tell the same of an object", &Check::same_facts);
        ask("a put replaces the whole object", &Check::replaces);
        ask("a put that breaks off leaves the old object", &Check::broken_put);
        ask("a get into a sink that breaks off says so", &Check::broken_get);
        if (options_.again != nullptr) {
            ask("a reader in the middle of a put gets the old object whole", &Check::read_in_put);
            ask("a put in the middle of a get does not mix the two", &Check::put_in_get);
        }
        ask("a version changes with every put, and only then", &Check::versions);
        ask("a put can depend on absence, or says that it cannot", &Check::put_if_absent);
        ask("a put can depend on a version, or says that it cannot", &Check::conditional_put);
        ask("a removal can depend on a version, or says that it cannot",
            &Check::conditional_remove);
        ask("a removed object is gone", &Check::removes);
        ask("a listing shows each object once and nothing else, or is unsupported", &Check::lists);
        ask("every name is possible, or another than a backup's is unsupported", &Check::names);
        ask("its clock goes with the times of its objects", &Check::tells_time);
        ask("the objects of this check are gone again", &Check::clean_up);
    }

    void ask(const char* name, void (Check::*question)()) {
        Answer answer{name, true, ""};
        try {
            (this->*question)();
        } catch (const No& no) {
            answer = {name, false, no.detail};
        } catch (const Error& error) {
            if (error.code() == Errc::cancelled) throw;
            answer = {name, false, std::string(name_of(error.code())) + ": " + error.what()};
        }
        answers_.push_back(std::move(answer));
    }

    static ObjectName free_name() {
        std::array<Byte, BackupId::size> random;
        crypto::random_bytes(random);
        return ObjectName(BackupId(random).object_name());
    }

    // A name that is removed at the end.
    ObjectName fresh() {
        names_.push_back(free_name());
        return names_.back();
    }

    ObjectInfo put(const ObjectName& name, ByteView content, const Condition& condition = {}) {
        MemorySource source(content);
        return storage_.put(name, source, condition);
    }

    // Of an object that must be there.
    ObjectInfo stat(const ObjectName& name) {
        auto info = storage_.stat(name);
        require(info.has_value(), "the object is missing");
        return *info;
    }

    void require_content(Storage& storage, const ObjectName& name, const Bytes& content,
                         const char* otherwise) {
        MemorySink sink;
        require(storage.get(name, sink).has_value(), "the object is missing");
        require(sink.bytes() == content, otherwise);
    }

    void require_code(const std::function<void()>& call, Errc code, const char* otherwise) {
        require(code_of(call) == code, otherwise);
    }

    void describes() {
        std::string text = storage_.describe();
        require(!text.empty(), "the description is empty");
        for (const std::string& secret : options_.credentials)
            require(secret.empty() || text.find(secret) == text.npos, "it tells a credential");
    }

    void missing() {
        ObjectName name = free_name();
        MemorySink sink;
        require(!storage_.stat(name), "stat found something");
        require(!storage_.get(name, sink), "get found something");
        require(sink.bytes().empty(), "get wrote something");
        require(!storage_.remove(name), "remove found something");
    }

    void round_trip() {
        ObjectName name = fresh();
        for (std::size_t size : {std::size_t{1}, std::size_t{1024}, largest_}) {
            Bytes content = content_of(size, static_cast<Byte>(size));
            put(name, content);
            require_content(storage_, name, content, "other bytes came back");
        }
        if (!can_.any_name) return;  // a Safe is never empty
        put(name, {});
        require_content(storage_, name, {}, "an empty object is not empty any more");
    }

    void same_facts() {
        ObjectName name = fresh();
        auto told = put(name, content_of(777, 1));
        auto seen = storage_.stat(name);
        MemorySink sink;
        auto got = storage_.get(name, sink);
        require(seen && got, "the object is missing");
        for (const ObjectInfo* info : {&told, &*seen, &*got}) {
            require(info->name == name, "another name");
            require(info->size == 777, "another size");
            require(info->version == seen->version || info->version.empty(), "another version");
            require(info->modified == seen->modified || !info->modified, "another time");
        }
    }

    void replaces() {
        ObjectName name = fresh();
        Bytes longer = content_of(largest_, 1), shorter = content_of(10, 2);
        put(name, longer);
        put(name, shorter);
        require_content(storage_, name, shorter, "something of the old object is left");
        require(stat(name).size == shorter.size(), "the size is that of the old object");
    }

    void broken_put() {
        ObjectName name = fresh(), never = fresh();
        Bytes old = content_of(1000, 1), half = content_of(1000, 2);
        put(name, old);
        for (const ObjectName& target : {name, never}) {
            TwoParts source(half, break_off);
            require_code([&] { storage_.put(target, source); }, broken,
                         "the error of the source did not arrive");
        }
        require_content(storage_, name, old, "the old object is not as it was");
        require(!storage_.stat(never), "half an object was kept");
    }

    void broken_get() {
        ObjectName name = fresh();
        Bytes content = content_of(1000, 1);
        put(name, content);
        Interrupted sink(break_off);
        require_code([&] { storage_.get(name, sink); }, broken,
                     "the error of the sink did not arrive");
        require_content(storage_, name, content, "the object is not as it was");
    }

    void read_in_put() {
        ObjectName name = fresh();
        Bytes old = content_of(1000, 1), young = content_of(1000, 2);
        put(name, old);
        TwoParts source(
            young, [&] { require_content(*options_.again, name, old, "it got something else"); });
        storage_.put(name, source);
        require_content(*options_.again, name, young, "the new object did not arrive");
    }

    void put_in_get() {
        ObjectName name = fresh();
        Bytes old = content_of(largest_, 1), young = content_of(largest_ - 1, 2);
        put(name, old);
        Interrupted sink([&] {
            MemorySource source(young);
            options_.again->put(name, source);
        });
        auto failed = code_of([&] { storage_.get(name, sink); });
        if (failed) return;  // to break off is honest
        require(sink.bytes() == old || sink.bytes() == young, "it got a mixture");
    }

    void versions() {
        ObjectName name = fresh();
        Bytes content = content_of(100, 1);
        put(name, content);
        std::string first = stat(name).version;
        require(stat(name).version == first, "it changed without a put");
        put(name, content);
        std::string second = stat(name).version;
        require(first.empty() == second.empty(), "only some objects have one");
        require(first.empty() || first != second, "it is the same after another put");
        require(!first.empty() || !(can_.conditional_put || can_.conditional_remove),
                "there are conditions on versions, but no versions");
    }

    void put_if_absent() {
        ObjectName name = fresh();
        Bytes first = content_of(100, 1);
        if (!can_.put_if_absent) {
            require_code([&] { put(name, first, Condition::absent()); }, Errc::unsupported,
                         "the condition was ignored");
            return;
        }
        put(name, first, Condition::absent());
        require_content(storage_, name, first, "the object did not arrive");
        require_code([&] { put(name, content_of(100, 2), Condition::absent()); }, Errc::conflict,
                     "an object was there, and it was no conflict");
        require_content(storage_, name, first, "the object is not as it was");
    }

    void conditional_put() {
        ObjectName name = fresh();
        Bytes first = content_of(100, 1), second = content_of(100, 2);
        put(name, first);
        auto version = Condition::version(stat(name).version);
        if (!can_.conditional_put) {
            require_code([&] { put(name, second, version); }, Errc::unsupported,
                         "the condition was ignored");
            return;
        }
        put(name, second, version);
        require_content(storage_, name, second, "the object did not arrive");
        require_code([&] { put(name, first, version); }, Errc::conflict,
                     "the version was an old one, and it was no conflict");
        require_code([&] { put(fresh(), first, version); }, Errc::conflict,
                     "there was no object, and it was no conflict");
        require_content(storage_, name, second, "the object is not as it was");
    }

    void conditional_remove() {
        ObjectName name = fresh();
        Bytes first = content_of(100, 1), second = content_of(100, 2);
        put(name, first);
        auto old = Condition::version(stat(name).version);
        if (!can_.conditional_remove) {
            require_code([&] { storage_.remove(name, old); }, Errc::unsupported,
                         "the condition was ignored");
            return;
        }
        put(name, second);
        require_code([&] { storage_.remove(name, old); }, Errc::conflict,
                     "the version was an old one, and it was no conflict");
        require_content(storage_, name, second, "the object is not as it was");
        require(storage_.remove(name, Condition::version(stat(name).version)),
                "there was nothing to remove");
        require(!storage_.stat(name), "the object is still there");
        bool twice = false;
        auto refused = code_of([&] { twice = storage_.remove(name, old); });
        require(!refused, "to remove what is not there is no failure, whatever the condition");
        require(!twice, "it was removed twice");
    }

    void removes() {
        ObjectName name = fresh();
        put(name, content_of(100, 1));
        require(storage_.remove(name), "there was nothing to remove");
        MemorySink sink;
        require(!storage_.stat(name) && !storage_.get(name, sink), "it is still there");
        require(!storage_.remove(name), "it was removed twice");
    }

    std::vector<ObjectInfo> listed(std::string_view prefix) {
        std::vector<ObjectInfo> found;
        storage_.list(prefix, [&](const ObjectInfo& info) {
            require(info.name.text().starts_with(prefix), "a name without the prefix");
            found.push_back(info);
            return true;
        });
        return found;
    }

    void lists() {
        if (!can_.list) {
            require_code([&] { listed("backups/"); }, Errc::unsupported, "it lists all the same");
            return;
        }
        ObjectName name = fresh(), other = fresh(), gone = fresh();
        for (const ObjectName& made : {name, other, gone}) put(made, content_of(55, 1));
        storage_.remove(gone);
        auto alone = listed(name.text());
        require(alone.size() == 1 && alone[0].name == name && alone[0].size == 55,
                "an object is missing, shown twice or told wrongly");
        require(alone[0].version == stat(name).version || alone[0].version.empty(),
                "another version");
        auto all = listed("backups/");
        auto times = [&](const ObjectName& wanted) {
            return std::count_if(all.begin(), all.end(),
                                 [&](const ObjectInfo& info) { return info.name == wanted; });
        };
        require(times(name) == 1 && times(other) == 1, "an object is missing or shown twice");
        require(times(gone) == 0, "a removed object is shown");
        int visited = 0;
        storage_.list("backups/", [&](const ObjectInfo&) { return ++visited < 1; });
        require(visited == 1, "it goes on when the visitor has enough");
    }

    void names() {
        std::string longest = free_name().text();
        ObjectName name(longest.append(255 - longest.size(), 'x'));
        Bytes content = content_of(100, 1);
        if (!can_.any_name) {
            auto refused = code_of([&] { put(name, content); });
            if (!refused) names_.push_back(name);
            require(refused == Errc::unsupported, "it takes others, too");
            return;
        }
        names_.push_back(name);
        put(name, content);
        require_content(storage_, name, content, "other bytes came back");
    }

    void tells_time() {
        auto clock = storage_.clock();
        if (!clock) return;
        ObjectName name = fresh();
        put(name, content_of(100, 1));
        auto modified = stat(name).modified;
        require(modified.has_value(), "it has a clock, but its objects have no times");
        Seconds apart = *modified - *clock;
        require(apart >= Seconds(-2) && apart <= std::chrono::minutes(5), "they lie apart");
    }

    void clean_up() {
        if (auto error = remove_all()) throw *error;
        for (const ObjectName& name : names_)
            require(!storage_.stat(name), "one cannot be removed");
    }

    // Tries every one; what went wrong first.
    std::optional<Error> remove_all() {
        std::optional<Error> first;
        for (const ObjectName& name : names_) {
            try {
                storage_.remove(name);
            } catch (const Error& error) {
                if (!first) first = error;
            }
        }
        return first;
    }

    Storage& storage_;
    const CheckOptions& options_;
    Abilities can_;
    std::size_t largest_;
    std::vector<ObjectName> names_;
    std::vector<Answer> answers_;
};

}  // namespace

std::vector<Answer> check(Storage& storage, const CheckOptions& options) {
    return Check(storage, options).run();
}

bool all_ok(const std::vector<Answer>& answers) {
    return std::all_of(answers.begin(), answers.end(),
                       [](const Answer& answer) { return answer.ok; });
}

}  // namespace tresor::storage
