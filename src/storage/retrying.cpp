#include <tresor/storage/retrying.hpp>

#include <algorithm>
#include <array>

namespace tresor::storage {

Retrying::Retrying(std::unique_ptr<Storage> storage, Wait wait)
    : Wrapper(*storage), storage_(std::move(storage)), wait_(std::move(wait)) {}

// `may_try_again` makes ready for another try, or says that there can be none.
template <class Work, class Again>
auto Retrying::attempt(const Work& work, const Again& may_try_again) {
    constexpr std::array pauses = {Seconds(1), Seconds(5)};
    Seconds left(30);
    for (Seconds pause : pauses) {
        try {
            return work();
        } catch (const Error& error) {
            if (error.code() != Errc::unavailable) throw;
            pause = std::max(pause, error.retry_after.value_or(pause));
            if (pause > left || !may_try_again()) throw;
        }
        left -= pause;
        wait_(pause);
    }
    return work();
}

ObjectInfo Retrying::put(const ObjectName& name, ByteSource& content, const Condition& condition) {
    return attempt([&] { return storage_->put(name, content, condition); },
                   [&] {
                       if (condition.kind != Condition::Kind::none) return false;
                       content.rewind();
                       return true;
                   });
}

std::optional<ObjectInfo> Retrying::stat(const ObjectName& name) {
    return attempt([&] { return storage_->stat(name); }, [] { return true; });
}

std::optional<ObjectInfo> Retrying::get(const ObjectName& name, ByteSink& into) {
    return attempt([&] { return storage_->get(name, into); },
                   [&] {
                       into.restart();
                       return true;
                   });
}

bool Retrying::remove(const ObjectName& name, const Condition& condition) {
    return attempt([&] { return storage_->remove(name, condition); }, [] { return true; });
}

void Retrying::list(std::string_view prefix, const Visitor& visit) {
    bool shown = false;
    auto visit_and_note = [&](const ObjectInfo& info) {
        shown = true;
        return visit(info);
    };
    attempt([&] { storage_->list(prefix, visit_and_note); }, [&] { return !shown; });
}

std::optional<Timestamp> Retrying::clock() {
    return attempt([&] { return storage_->clock(); }, [] { return true; });
}

}  // namespace tresor::storage
