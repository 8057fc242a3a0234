// A store around another one: passes everything on. Behaviour is added by overriding, one idea for
// each wrapper.
#pragma once

#include <tresor/storage.hpp>

namespace tresor::storage {

// Keeps the reference. Threads as the other store allows.
class Wrapper : public Storage {
public:
    explicit Wrapper(Storage& inner) : inner_(inner) {}

    std::string describe() const override { return inner_.describe(); }
    Abilities can() const override { return inner_.can(); }
    ObjectInfo put(const ObjectName& name, ByteSource& content,
                   const Condition& condition = {}) override {
        return inner_.put(name, content, condition);
    }
    std::optional<ObjectInfo> stat(const ObjectName& name) override { return inner_.stat(name); }
    std::optional<ObjectInfo> get(const ObjectName& name, ByteSink& into) override {
        return inner_.get(name, into);
    }
    bool remove(const ObjectName& name, const Condition& condition = {}) override {
        return inner_.remove(name, condition);
    }
    void list(std::string_view prefix, const Visitor& visit) override {
        inner_.list(prefix, visit);
    }
    std::optional<Timestamp> clock() override { return inner_.clock(); }

private:
    Storage& inner_;
};

}  // namespace tresor::storage
