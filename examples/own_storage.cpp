// A store of one's own in forty lines: each object is a value in a std::map. It passes the check.
#include <iostream>
#include <map>
#include <tresor/storage/check.hpp>

using namespace tresor;
using namespace tresor::storage;

class OwnStorage final : public Storage {
public:
    std::string describe() const override { return "a store of my own"; }
    Abilities can() const override { return {.list = true, .any_name = true}; }
    ObjectInfo put(const ObjectName& name, ByteSource& content,
                   const Condition& condition) override {
        refuse(condition);
        MemorySink sink;
        copy(content, sink);  // all of it, before the old object goes
        objects_[name] = sink.take();
        return info(name);
    }
    std::optional<ObjectInfo> stat(const ObjectName& name) override {
        return objects_.contains(name) ? std::optional(info(name)) : std::nullopt;
    }
    std::optional<ObjectInfo> get(const ObjectName& name, ByteSink& into) override {
        if (!objects_.contains(name)) return std::nullopt;
        Bytes bytes = objects_[name];  // a put in the meantime does not mix with it
        into.write(bytes);
        return ObjectInfo{name, bytes.size(), {}, ""};
    }
    bool remove(const ObjectName& name, const Condition& condition) override {
        refuse(condition);
        return objects_.erase(name) > 0;
    }
    void list(std::string_view prefix, const Visitor& visit) override {
        auto objects = objects_;  // the visitor may remove what it is shown
        for (const auto& [name, bytes] : objects)
            if (name.text().starts_with(prefix) && !visit({name, bytes.size(), {}, ""})) return;
    }

private:
    static void refuse(const Condition& condition) {
        if (condition.kind != Condition::Kind::none)
            throw Error(Errc::unsupported, "no conditions");
    }
    ObjectInfo info(const ObjectName& name) { return {name, objects_[name].size(), {}, ""}; }
    std::map<ObjectName, Bytes> objects_;
};

int main() {
    OwnStorage store;
    auto answers = check(store, {.again = &store});
    for (const auto& [name, ok, detail] : answers)
        std::cout << (ok ? "yes  " : "no   ") << name << (ok ? "" : ": ") << detail << "\n";
    return all_ok(answers) ? 0 : 1;
}
