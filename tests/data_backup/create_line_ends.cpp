// Line ends in texts: the app reads each of them as LF (data-backup.md 3.4, 12.10).

#include "archive_folder.hpp"
#include "writing.hpp"

using namespace tresor;
using namespace tresor::data_backup;

TEST_CASE("line ends: CR and CRLF become LF in every text that is written") {
    const std::string before = "a\r\nb\rc\nd\r", after = "a\nb\nc\nd\n";
    Bytes bytes = test::written([&](DataBackupWriter& writer) {
        Contact contact = test::contact_named("ABCD1234");
        contact.first_name = contact.last_name = contact.nickname = before;
        writer.add_contact(contact);
        Message message = test::hello();
        message.body = message.caption = before;
        writer.add_message(message);
        Group group = test::hiking();
        group.members = {"MYSELF01", "ABCD1234"};
        group.name = group.description = before;
        writer.add_group(group);
        DistributionList list = test::family();
        list.name = before;
        writer.add_distribution_list(list);
        Poll poll = test::which_day();
        poll.name = poll.choices[0].name = before;
        writer.add_poll(poll);
    });
    test::WrittenArchive made(std::move(bytes));
    for (const std::string& name : made.names())
        if (name.ends_with(".csv"))
            CHECK_MESSAGE(made.entry(name).find('\r') == std::string::npos, name);
    const Contact& contact = made.archive.contacts().at(0);
    for (const std::string& text : {contact.first_name, contact.last_name, contact.nickname})
        CHECK(text == after);
    Message message = test::all_of(made.archive, "ABCD1234").at(0);
    CHECK(message.body == after);
    CHECK(message.caption == after);
    CHECK(made.archive.groups().at(0).name == after);
    CHECK(made.archive.groups().at(0).description == after);
    CHECK(made.archive.distribution_lists().at(0).name == after);
    CHECK(made.archive.poll("7")->name == after);
    CHECK(made.archive.poll("7")->choices.at(0).name == after);
}

TEST_CASE("line ends: in a chat with a contact states of members are a bare empty cell") {
    Bytes bytes = test::written([](DataBackupWriter& writer) {
        Contact contact = test::contact_named("ABCD1234");
        contact.number.assign("0000000042");
        writer.add_contact(contact);
        writer.add_message(test::hello());
    });
    std::string table = test::WrittenArchive(std::move(bytes)).entry("message_0000000042.csv");
    std::string row = table.substr(table.find('\n') + 1);
    CHECK(row.find("\",,\"") != std::string::npos);
    CHECK(row.ends_with("\"\n"));
    CHECK(row.find(",\n") == std::string::npos);
}

TEST_CASE("line ends: create takes tables as they are") {
    test::Small small;
    small.messages[0]["body"] = "a\r\nb";
    small.write();
    test::Made made = test::create_of(small.folder.path());
    std::string before = test::read_text(small.folder / test::contact_table);
    CHECK(before.find("\r\n") != std::string::npos);
    CHECK(test::content_of(made.open(), test::contact_table) == before);
}
