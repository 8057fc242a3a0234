"""The messages of a chat archive, one a line, and all of it as pages."""
import tresor

with tresor.DataBackup("chats.zip", "backup-demo-1") as archive:
    assert archive.verify().ok
    for chat in archive.chats:
        for message in archive.messages(chat):
            print(message.time, archive.name_of(message.sender), message.text)
    archive.export("chats", tresor.ChatFormat.HTML)
