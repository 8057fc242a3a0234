// Stores that lose or mix bytes, and ignore what must hold.

#include "storage/broken.hpp"

namespace test::broken {
namespace {

// The source is read as it comes, and what has come is shown by `show`; on a failure the old object
// is put back.
ObjectInfo put_in_parts(Fake& fake, const ObjectName& name, ByteSource& content,
                        const Condition& condition, const std::function<void(ByteView)>& show) {
    if (condition.kind != Condition::Kind::none) return fake.memory.put(name, content, condition);
    std::optional<Bytes> old;
    if (fake.memory.stat(name)) old = bytes_in(fake.memory, name);
    Bytes come, block(65536);
    try {
        while (std::size_t size = content.read(block)) {
            come.insert(come.end(), block.begin(), block.begin() + static_cast<int>(size));
            show(come);
        }
    } catch (const Error&) {
        if (old) put_bytes(fake.memory, name, *old);
        if (!old) fake.memory.remove(name);
        throw;
    }
    return put_bytes(fake.memory, name, come);
}

}  // namespace

const std::vector<Broken>& forgers() {
    static const std::vector<Broken> rows = {
        {"get flips a bit of every kilobyte",
         [](Fake& f) {
             f.alter = [](Bytes& bytes) {
                 if (bytes.size() == 1024) bytes[1023] ^= 1;
             };
         },
         {round_trip}},
        {"get drops the last byte of every kilobyte",
         [](Fake& f) {
             f.alter = [](Bytes& bytes) {
                 if (bytes.size() == 1024) bytes.pop_back();
             };
         },
         {round_trip}},
        {"get gives the bytes of the first get again",
         [](Fake& f) {
             f.on_get = [&f, seen = std::map<ObjectName, Bytes>()](const ObjectName& name,
                                                                   ByteSink& into) mutable {
                 auto info = f.memory.stat(name);
                 if (!info) return info;
                 into.write(seen.try_emplace(name, bytes_in(f.memory, name)).first->second);
                 return info;
             };
         },
         {round_trip, read_in_put}},
        {"put refuses what is empty",
         [](Fake& f) {
             f.on_put = [&f](const ObjectName& name, ByteSource& content,
                             const Condition& condition) {
                 Bytes bytes = read_all(content);
                 if (bytes.empty()) throw Error(Errc::invalid_argument, "empty");
                 return put_bytes(f.memory, name, bytes, condition);
             };
         },
         {round_trip}},
        {"put leaves the end of a longer object",
         [](Fake& f) {
             f.on_put = [&f](const ObjectName& name, ByteSource& content,
                             const Condition& condition) {
                 Bytes bytes = read_all(content), old = bytes_in(f.memory, name);
                 for (std::size_t i = bytes.size(); i < old.size() && !bytes.empty(); ++i)
                     bytes.push_back(old[i]);
                 return put_bytes(f.memory, name, bytes, condition);
             };
         },
         {replaces}},
        {"put keeps half an object when the source breaks",
         [](Fake& f) {
             f.on_put = [&f](const ObjectName& name, ByteSource& content,
                             const Condition& condition) {
                 MemorySink sink;
                 try {
                     copy(content, sink);
                 } catch (const Error&) {
                     if (!f.memory.stat(name)) put_bytes(f.memory, name, sink.bytes());
                     throw;
                 }
                 return put_bytes(f.memory, name, sink.bytes(), condition);
             };
         },
         {broken_put}},
        {"put loses the old object when the source breaks",
         [](Fake& f) {
             f.on_put = [&f](const ObjectName& name, ByteSource& content,
                             const Condition& condition) {
                 try {
                     return f.memory.put(name, content, condition);
                 } catch (const Error& error) {
                     if (error.code() != Errc::conflict) f.memory.remove(name);
                     throw;
                 }
             };
         },
         {broken_put}},
        {"put hides that the source broke",
         [](Fake& f) {
             f.on_put = [&f](const ObjectName& name, ByteSource& content,
                             const Condition& condition) -> ObjectInfo {
                 try {
                     return f.memory.put(name, content, condition);
                 } catch (const Error& error) {
                     if (error.code() == Errc::conflict) throw;
                     return {name, 0, {}, ""};
                 }
             };
         },
         {broken_put}},
        {"get hides that the sink broke",
         [](Fake& f) {
             f.on_get = [&f](const ObjectName& name, ByteSink& into) {
                 try {
                     return f.memory.get(name, into);
                 } catch (const Error&) {
                     return f.memory.stat(name);
                 }
             };
         },
         {broken_get}},
        {"get tells that the sink broke as its own trouble",
         [](Fake& f) {
             f.on_get = [&f](const ObjectName& name, ByteSink& into) {
                 try {
                     return f.memory.get(name, into);
                 } catch (const Error&) {
                     throw Error(Errc::io, "could not read");
                 }
             };
         },
         {broken_get}},
        {"a put is seen in parts",
         [](Fake& f) {
             f.on_put = [&f](const ObjectName& name, ByteSource& content,
                             const Condition& condition) {
                 return put_in_parts(f, name, content, condition,
                                     [&](ByteView come) { put_bytes(f.memory, name, come); });
             };
         },
         {read_in_put}},
        {"a put takes the old object away first",
         [](Fake& f) {
             f.on_put = [&f](const ObjectName& name, ByteSource& content,
                             const Condition& condition) {
                 return put_in_parts(f, name, content, condition,
                                     [&](ByteView) { f.memory.remove(name); });
             };
         },
         {read_in_put}},
        {"a get goes on with the new object",
         [](Fake& f) {
             f.on_get = [&f](const ObjectName& name, ByteSink& into) {
                 auto info = f.memory.stat(name);
                 if (!info) return info;
                 Bytes first = bytes_in(f.memory, name);
                 into.write(ByteView(first).first(first.size() / 2));
                 Bytes then = bytes_in(f.memory, name);
                 into.write(ByteView(then).subspan(std::min(first.size() / 2, then.size())));
                 return info;
             };
         },
         {put_in_get}},
    };
    return rows;
}

const std::vector<Broken>& careless() {
    static const std::vector<Broken> rows = {
        {"stat of a missing object is an error",
         [](Fake& f) {
             f.on_stat = [&f](const ObjectName& name) {
                 auto info = f.memory.stat(name);
                 if (!info) throw Error(Errc::not_found, "404");
                 return info;
             };
         },
         {missing, broken_put, remove_on, removes, gone}},
        {"get of a missing object is an error",
         [](Fake& f) {
             f.on_get = [&f](const ObjectName& name, ByteSink& into) {
                 auto info = f.memory.get(name, into);
                 if (!info) throw Error(Errc::not_found, "404");
                 return info;
             };
         },
         {missing, removes}},
        {"get of a missing object gives an empty one",
         [](Fake& f) {
             f.on_get = [&f](const ObjectName& name, ByteSink& into) {
                 auto info = f.memory.get(name, into);
                 return info ? info : ObjectInfo{name, 0, {}, ""};
             };
         },
         {missing, removes}},
        {"get of a missing object writes a page that says so",
         [](Fake& f) {
             f.on_get = [&f](const ObjectName& name, ByteSink& into) {
                 auto info = f.memory.get(name, into);
                 if (!info) into.write(as_bytes("<html>"));
                 return info;
             };
         },
         {missing}},
        {"removal of a missing object is an error",
         [](Fake& f) {
             f.on_remove = [&f](const ObjectName& name, const Condition& condition) {
                 if (!f.memory.remove(name, condition)) throw Error(Errc::not_found, "404");
                 return true;
             };
         },
         {missing, remove_on, removes, gone}},
        {"removal of a missing object is a success",
         [](Fake& f) {
             f.on_remove = [&f](const ObjectName& name, const Condition& condition) {
                 f.memory.remove(name, condition);
                 return true;
             };
         },
         {missing, remove_on, removes}},
        {"put ignores absence",
         [](Fake& f) {
             f.on_put = [&f](const ObjectName& name, ByteSource& content,
                             const Condition& condition) {
                 bool ignored = condition.kind == Condition::Kind::absent;
                 return f.memory.put(name, content, ignored ? Condition() : condition);
             };
         },
         {absence}},
        {"put refuses what exists after it has replaced it",
         [](Fake& f) {
             f.on_put = [&f](const ObjectName& name, ByteSource& content,
                             const Condition& condition) {
                 bool ignored = condition.kind == Condition::Kind::absent;
                 bool there = f.memory.stat(name).has_value();
                 auto info = f.memory.put(name, content, ignored ? Condition() : condition);
                 if (ignored && there) throw Error(Errc::conflict, "exists");
                 return info;
             };
         },
         {absence}},
        {"put ignores a version",
         [](Fake& f) {
             f.on_put = [&f](const ObjectName& name, ByteSource& content,
                             const Condition& condition) {
                 bool ignored = condition.kind == Condition::Kind::version;
                 return f.memory.put(name, content, ignored ? Condition() : condition);
             };
         },
         {put_on}},
        {"put makes an object although a version is wanted",
         [](Fake& f) {
             f.on_put = [&f](const ObjectName& name, ByteSource& content,
                             const Condition& condition) {
                 bool there = f.memory.stat(name).has_value();
                 return f.memory.put(name, content, there ? condition : Condition());
             };
         },
         {put_on}},
        {"remove ignores a version",
         [](Fake& f) {
             f.on_remove = [&f](const ObjectName& name, const Condition&) {
                 return f.memory.remove(name);
             };
         },
         {remove_on}},
        {"remove refuses an old version after it has removed the object",
         [](Fake& f) {
             f.on_remove = [&f](const ObjectName& name, const Condition& condition) {
                 auto code = Errc::internal;
                 try {
                     return f.memory.remove(name, condition);
                 } catch (const Error& error) {
                     code = error.code();
                 }
                 f.memory.remove(name);
                 throw Error(code, "another version");
             };
         },
         {remove_on}},
        {"conditions it does not have are ignored",
         [](Fake& f) {
             f.abilities.put_if_absent = false;
             f.abilities.conditional_put = f.abilities.conditional_remove = false;
             f.on_put = [&f](const ObjectName& name, ByteSource& content, const Condition&) {
                 return f.memory.put(name, content);
             };
             f.on_remove = [&f](const ObjectName& name, const Condition&) {
                 return f.memory.remove(name);
             };
         },
         {absence, put_on, remove_on}},
        {"conditions it has without saying so",
         [](Fake& f) {
             f.abilities.put_if_absent = false;
             f.abilities.conditional_put = f.abilities.conditional_remove = false;
             f.on_put = [&f](const ObjectName& name, ByteSource& content,
                             const Condition& condition) {
                 return f.memory.put(name, content, condition);
             };
             f.on_remove = [&f](const ObjectName& name, const Condition& condition) {
                 return f.memory.remove(name, condition);
             };
         },
         {absence, put_on, remove_on}},
        {"remove says that it did and does not",
         [](Fake& f) {
             f.on_remove = [&f](const ObjectName& name, const Condition&) {
                 return f.memory.stat(name).has_value();
             };
         },
         {remove_on, removes, lists, gone},
         true},
        {"remove does and says that it did not",
         [](Fake& f) {
             f.on_remove = [&f](const ObjectName& name, const Condition& condition) {
                 f.memory.remove(name, condition);
                 return false;
             };
         },
         {remove_on, removes}},
        {"a removed object can still be got",
         [](Fake& f) {
             f.on_get = [&f, trash = std::make_shared<Memory>()](const ObjectName& name,
                                                                 ByteSink& into) {
                 auto info = f.memory.stat(name);
                 if (!info) return trash->get(name, into);
                 put_bytes(*trash, name, bytes_in(f.memory, name));
                 return f.memory.get(name, into);
             };
             f.on_remove = [&f](const ObjectName& name, const Condition& condition) {
                 MemorySink ignored;
                 f.get(name, ignored);
                 return f.memory.remove(name, condition);
             };
         },
         {removes}},
        {"nothing may be removed",
         [](Fake& f) {
             f.on_remove = [](const ObjectName&, const Condition&) -> bool {
                 throw Error(Errc::denied, "append only");
             };
         },
         {missing, remove_on, removes, lists, gone},
         true},
    };
    return rows;
}

}  // namespace test::broken
