// The model: what was imported can be exported, and the canonical form is its own canonical form.

#include <tresor/safe/model.hpp>

#include "require.hpp"

using namespace tresor;

extern "C" int LLVMFuzzerTestOneInput(const Byte* data, std::size_t size) {
    std::optional<safe::Imported> first;
    try {
        first.emplace(safe::import_backup(ByteView(data, size), ThreemaId("OWNOWN01")));
    } catch (const Error& error) {
        REQUIRE_THAT(error.code() == Errc::malformed || error.code() == Errc::unsupported ||
                     error.code() == Errc::too_large);
        return 0;
    }
    const SecretBytes canonical = safe::export_backup(first->backup);
    auto second = safe::import_backup(canonical.expose(), ThreemaId("OWNOWN01"));
    REQUIRE_THAT(safe::export_backup(second.backup) == canonical);
    REQUIRE_THAT(second.backup.contacts.size() == first->backup.contacts.size());
    for (const auto& contact : second.backup.contacts)
        REQUIRE_THAT(contact.public_key || contact.verification != safe::Verification::full);
    return 0;
}
