// The messages of a chat archive, one a line, and all of it as pages.
#include <cstdio>
#include <tresor/data_backup.hpp>
using namespace tresor;
int main() {
    FileReadAt file("chats.zip");
    data_backup::DataBackup archive(file, Password("backup-demo-1"));
    for (const data_backup::Chat& chat : archive.chats()) {
        auto messages = archive.messages(chat);
        for (data_backup::Message message; messages.next(message);)
            std::printf("%s: %s\n", archive.name_of(message.sender).c_str(), message.body.c_str());
    }
    data_backup::export_chats(archive, "chats");
}
