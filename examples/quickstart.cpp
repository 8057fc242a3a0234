// Backs an account up into a folder and gets it back with ID and password alone.
#include <tresor/client.hpp>
#include <tresor/storage/retention.hpp>

int main(int, char** arguments) {
    using namespace tresor;
    auto account = safe::import_backup(as_bytes(R"({"info":{"version":1},"user":{"privatekey":
        "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}})"))
                       .backup;
    storage::Registry stores = storage::built_in_stores();
    storage::put_limits(*storage::open_storage(arguments[1], stores, {.create = true}), {});
    auto place = storage::place(arguments[1], stores);

    client::FileStateStore states(arguments[2]);
    client::SafeClient phone(place, states);
    phone.enable(Password("three quiet otters"), ThreemaId("ECHOECHO"), account, now());
    phone.tick(account, now());  // every day, every start: the cycle decides

    auto restored = client::restore(place, Password("three quiet otters"), ThreemaId("ECHOECHO"));
    auto again = safe::import_backup(restored.json.expose());
    return again.backup.user.private_key == account.user.private_key ? 0 : 1;
}
