#include <tresor/storage/memory.hpp>

namespace tresor::storage {

Abilities Memory::can() const {
    return {.list = true,
            .put_if_absent = true,
            .conditional_put = true,
            .conditional_remove = true,
            .any_name = true};
}

ObjectInfo Memory::describe_object(const ObjectName& name, const Object& object) {
    return {name, object.bytes.size(), object.modified, std::to_string(object.version)};
}

void Memory::check(const ObjectName& name, const Condition& condition) const {
    auto found = objects_.find(name);
    bool there = found != objects_.end();
    bool holds = condition.kind == Condition::Kind::none ||
                 (condition.kind == Condition::Kind::absent && !there) ||
                 (condition.kind == Condition::Kind::version && there &&
                  condition.text == std::to_string(found->second.version));
    if (!holds) throw Error(Errc::conflict, name.text() + " is not as the condition wants it");
}

ObjectInfo Memory::put(const ObjectName& name, ByteSource& content, const Condition& condition) {
    MemorySink sink;
    copy(content, sink);
    std::lock_guard lock(guard_);
    check(name, condition);
    Object& object = objects_[name] = Object{sink.take(), clock_(), ++puts_};
    return describe_object(name, object);
}

std::optional<ObjectInfo> Memory::stat(const ObjectName& name) {
    std::lock_guard lock(guard_);
    auto found = objects_.find(name);
    if (found == objects_.end()) return std::nullopt;
    return describe_object(name, found->second);
}

std::optional<ObjectInfo> Memory::get(const ObjectName& name, ByteSink& into) {
    std::unique_lock lock(guard_);
    auto found = objects_.find(name);
    if (found == objects_.end()) return std::nullopt;
    Object held = found->second;
    lock.unlock();
    into.write(held.bytes);
    return describe_object(name, held);
}

bool Memory::remove(const ObjectName& name, const Condition& condition) {
    std::lock_guard lock(guard_);
    if (!objects_.contains(name)) return false;
    check(name, condition);
    return objects_.erase(name) > 0;
}

void Memory::list(std::string_view prefix, const Visitor& visit) {
    std::vector<ObjectInfo> found;
    {
        std::lock_guard lock(guard_);
        for (const auto& [name, object] : objects_)
            if (name.text().starts_with(prefix)) found.push_back(describe_object(name, object));
    }
    for (const ObjectInfo& info : found)
        if (!visit(info)) return;
}

}  // namespace tresor::storage
