#include <tresor/client.hpp>
#include <tresor/storage/retention.hpp>
using namespace tresor;
int main() {  // in a folder of its own
    safe::Backup account{safe::User(PrivateKey(Bytes(32, 7)))};
    auto stores = storage::built_in_stores();
    storage::put_limits(*storage::open_storage("safe", stores, {.create = true}), {});  // once
    auto place = storage::place("safe", stores);
    client::FileStateStore states("state.json");
    client::SafeClient phone(place, states);
    phone.enable(Password("three quiet otters"), ThreemaId("ECHOECHO"), account, now());  // once
    phone.tick(account, now());  // every day, every start: the cycle decides
    auto lost = client::restore(place, Password("three quiet otters"), ThreemaId("ECHOECHO"));
    return lost.json == safe::export_backup(account) ? 0 : 1;
}
