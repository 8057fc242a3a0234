// A chat archive of one's own, which the app restores: written, and read back.
#include <cstdio>
#include <tresor/data_backup.hpp>
#include <tresor/data_backup/writer.hpp>
using namespace tresor;
int main() {
    const Password password("three quiet otters");
    FileSink file("new.zip", Existing::refuse);
    data_backup::DataBackupWriter writer(file, password, {.made_at = now()});
    writer.set_owner(ThreemaId("ECHOECHO"), PrivateKey(Bytes(32, 7)));
    data_backup::Contact ada;
    ada.identity = "ABCD1234";
    ada.public_key.fill(0x22);
    ada.first_name = "Ada";
    writer.add_contact(ada);
    data_backup::Message message;
    message.uid = "1";
    message.api_id = "0123456789abcdef";
    message.posted_at = message.created_at = now();
    message.body = "Where are you?";
    writer.add_message(message);
    message.uid = "2";
    message.api_id = "0123456789abcdf0";
    message.outgoing = true;
    message.body = "At the lake";
    writer.add_message(message);
    writer.finish();
    file.commit();

    FileReadAt written("new.zip");
    data_backup::DataBackup archive(written, password);
    auto messages = archive.messages(archive.chats()[0]);
    while (messages.next(message))
        std::printf("%s: %s\n", archive.name_of(message.sender).c_str(), message.body.c_str());
}
