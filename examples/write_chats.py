"""A chat archive of one's own, which the app restores: written, and read back."""
import tresor

PASSWORD = "three quiet otters"

with tresor.DataBackupWriter("new.zip", PASSWORD) as writer:
    writer.set_owner("ECHOECHO", bytes([7]) * 32)
    writer.add_contact({"identity": "ABCD1234", "public_key": b"\x22" * 32, "first_name": "Ada"})
    writer.add_message({"uid": "1", "api_id": "0123456789abcdef", "time": tresor.now(), "text": "Where are you?"})
    writer.add_message({"uid": "2", "api_id": "0123456789abcdf0", "time": tresor.now(), "text": "At the lake",
                        "outgoing": True})

with tresor.DataBackup("new.zip", PASSWORD) as archive:
    for message in archive.messages("ABCD1234"):
        print(f"{archive.name_of(message.sender)}: {message.text}")
