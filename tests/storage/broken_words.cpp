// Stores that tell, list and name wrongly.

#include "storage/broken.hpp"

namespace test::broken {

const std::vector<Broken>& liars() {
    static const std::vector<Broken> rows = {
        {"the description holds the password",
         [](Fake& f) { f.on_describe = [] { return "https://me:hunter22@host/"; }; },
         {describes}},
        {"the description is empty",
         [](Fake& f) { f.on_describe = [] { return ""; }; },
         {describes}},
        {"put tells another size",
         [](Fake& f) {
             f.tell = [](Call call, ObjectInfo& info) { info.size += call == Call::put; };
         },
         {facts}},
        {"stat tells another size",
         [](Fake& f) {
             f.tell = [](Call call, ObjectInfo& info) { info.size += call == Call::stat; };
         },
         {facts, replaces}},
        {"get tells another time",
         [](Fake& f) {
             f.tell = [](Call call, ObjectInfo& info) {
                 if (call == Call::get) *info.modified -= Seconds(1);
             };
         },
         {facts}},
        {"put tells another version",
         [](Fake& f) {
             f.tell = [](Call call, ObjectInfo& info) {
                 if (call == Call::put) info.version += "x";
             };
         },
         {facts}},
        {"get tells another name",
         [](Fake& f) {
             f.tell = [](Call call, ObjectInfo& info) {
                 if (call == Call::get) info.name = ObjectName("x");
             };
         },
         {facts}},
        {"the version never changes",
         [](Fake& f) {
             f.abilities.conditional_put = f.abilities.conditional_remove = false;
             f.tell = [](Call, ObjectInfo& info) { info.version.assign(1, '1'); };
         },
         {versions}},
        {"the version is the size",
         [](Fake& f) {
             f.abilities.conditional_put = f.abilities.conditional_remove = false;
             f.tell = [](Call, ObjectInfo& info) { info.version = std::to_string(info.size); };
         },
         {versions}},
        {"the version changes without a put",
         [](Fake& f) {
             f.abilities.conditional_put = f.abilities.conditional_remove = false;
             f.tell = [count = 0](Call call, ObjectInfo& info) mutable {
                 info.version = call == Call::stat ? std::to_string(++count) : "";
             };
         },
         {versions}},
        {"every second put makes no version",
         [](Fake& f) {
             f.abilities.conditional_put = f.abilities.conditional_remove = false;
             f.tell = [](Call, ObjectInfo& info) {
                 if (std::stoi(info.version) % 2 == 0) info.version.clear();
             };
         },
         {versions}},
        {"conditions on versions, but no versions",
         [](Fake& f) { f.tell = [](Call, ObjectInfo& info) { info.version.clear(); }; },
         {versions, put_on, remove_on}},
        {"the clock is an hour ahead",
         [](Fake& f) { f.on_clock = [] { return now() + std::chrono::hours(1); }; },
         {clock_goes}},
        {"the clock is an hour behind",
         [](Fake& f) { f.on_clock = [] { return now() - std::chrono::hours(1); }; },
         {clock_goes}},
        {"a clock, but no times",
         [](Fake& f) { f.tell = [](Call, ObjectInfo& info) { info.modified.reset(); }; },
         {clock_goes}},
    };
    return rows;
}

const std::vector<Broken>& muddlers() {
    static const std::vector<Broken> rows = {
        {"a listing misses the last",
         [](Fake& f) {
             f.on_list = [&f](std::string_view prefix, const Visitor& visit) {
                 std::vector<ObjectInfo> all;
                 f.memory.list(prefix, [&](const ObjectInfo& info) {
                     all.push_back(info);
                     return true;
                 });
                 if (!all.empty()) all.pop_back();
                 for (const ObjectInfo& info : all)
                     if (!visit(info)) return;
             };
         },
         {lists}},
        {"a listing ends after its first page",
         [](Fake& f) {
             f.on_list = [&f](std::string_view prefix, const Visitor& visit) {
                 f.memory.list(prefix,
                               [&](const ObjectInfo& info) { return visit(info) && false; });
             };
         },
         {lists}},
        {"a listing shows objects twice",
         [](Fake& f) {
             f.on_list = [&f](std::string_view prefix, const Visitor& visit) {
                 f.memory.list(prefix,
                               [&](const ObjectInfo& info) { return visit(info) && visit(info); });
             };
         },
         {lists}},
        {"a listing shows what was removed",
         [](Fake& f) {
             auto removed = std::make_shared<std::map<ObjectName, ObjectInfo>>();
             f.on_remove = [&f, removed](const ObjectName& name, const Condition& condition) {
                 if (auto info = f.memory.stat(name)) removed->try_emplace(name, *info);
                 return f.memory.remove(name, condition);
             };
             f.on_list = [&f, removed](std::string_view prefix, const Visitor& visit) {
                 bool more = true;
                 f.memory.list(prefix, [&](const ObjectInfo& info) { return more = visit(info); });
                 for (const auto& [name, info] : *removed)
                     if (more && name.text().starts_with(prefix)) more = visit(info);
             };
         },
         {lists}},
        {"a listing ignores the prefix",
         [](Fake& f) {
             f.on_list = [&f](std::string_view, const Visitor& visit) { f.memory.list("", visit); };
         },
         {lists}},
        {"a listing knows folders only as prefixes",
         [](Fake& f) {
             f.on_list = [&f](std::string_view prefix, const Visitor& visit) {
                 if (prefix.empty() || prefix.ends_with('/')) f.memory.list(prefix, visit);
             };
         },
         {lists}},
        {"a listing goes on after false",
         [](Fake& f) {
             f.on_list = [&f](std::string_view prefix, const Visitor& visit) {
                 f.memory.list(prefix, [&](const ObjectInfo& info) { return visit(info), true; });
             };
         },
         {lists}},
        {"a listing tells another size",
         [](Fake& f) {
             f.tell = [](Call call, ObjectInfo& info) { info.size += call == Call::list; };
         },
         {lists}},
        {"a listing tells another version",
         [](Fake& f) {
             f.tell = [](Call call, ObjectInfo& info) {
                 if (call == Call::list) info.version = "W/" + info.version;
             };
         },
         {lists}},
        {"it lists without saying so",
         [](Fake& f) {
             f.abilities.list = false;
             f.on_list = [&f](std::string_view prefix, const Visitor& visit) {
                 f.memory.list(prefix, visit);
             };
         },
         {lists}},
        {"a listing that is not there is empty",
         [](Fake& f) {
             f.abilities.list = false;
             f.on_list = [](std::string_view, const Visitor&) {};
         },
         {lists}},
        {"long names are refused",
         [](Fake& f) {
             f.on_put = [&f](const ObjectName& name, ByteSource& content,
                             const Condition& condition) {
                 if (name.text().size() > 100) throw Error(Errc::io, "the name is too long");
                 return f.memory.put(name, content, condition);
             };
         },
         {names}},
        {"long names are cut",
         [](Fake& f) {
             f.on_put = [&f](const ObjectName& name, ByteSource& content,
                             const Condition& condition) {
                 return f.memory.put(ObjectName(name.text().substr(0, 100)), content, condition);
             };
         },
         {names},
         true},
        {"it takes any name without saying so",
         [](Fake& f) {
             f.abilities.any_name = false;
             f.on_put = [&f](const ObjectName& name, ByteSource& content,
                             const Condition& condition) {
                 return f.memory.put(name, content, condition);
             };
         },
         {names}},
    };
    return rows;
}

}  // namespace test::broken
