// Folders that the app would lose something of are not packed.

#include "archive_folder.hpp"

using namespace tresor;
using namespace tresor::data_backup;
using namespace test;

namespace {

// What create() says of a folder that is spoilt so.
std::string refusal_of(const std::function<void(Small&)>& spoil) {
    Small small;
    small.add_group();
    small.add_list();
    small.add_reaction();
    small.add_poll();
    spoil(small);
    small.write();
    MemorySink sink;
    try {
        create(small.folder.path(), password(), sink, password(), options());
    } catch (const Error& error) {
        CHECK(error.code() == Errc::invalid_argument);
        CHECK(sink.bytes().empty());
        return error.what();
    }
    return "nothing";
}

std::string without_column(std::string_view column, std::vector<Row> Small::*table) {
    return refusal_of([&](Small& small) { (small.*table).at(0).erase(std::string(column)); });
}

std::string with_cell(std::string_view column, std::string_view value,
                      std::vector<Row> Small::*table) {
    return refusal_of(
        [&](Small& small) { (small.*table).at(0)[std::string(column)] = std::string(value); });
}

}  // namespace

TEST_CASE("create: what is no plain file is refused by its name") {
    auto refusal = [](const std::function<void(const fs::path&)>& add) {
        return refusal_of([&](Small& small) { add(small.folder.path()); });
    };
    CHECK(refusal([](const fs::path& at) {
              fs::create_directory(at / "more");
          }).starts_with("more: "));
    CHECK(refusal([](const fs::path& at) {
              fs::create_symlink("settings", at / "link");
          }).starts_with("link: "));
    CHECK(refusal([](const fs::path& at) { write_text(at / "a:b", ""); }).starts_with("a:b: "));
    MemorySink sink;
    TemporaryFolder folder;
    CHECK_THROWS_CODE(create(folder / "nothing", password(), sink, password(), options()),
                      Errc::io);
}

TEST_CASE("create: a table whose name ends the restore of all chats is refused") {
    for (const char* name :
         {"message_.csv", "group_message_.csv", "distribution_list_message_-5.csv"})
        CHECK(refusal_of([&](Small& small) {
                  write_text(small.folder.path() / name, "");
              }).starts_with(std::string(name).append(": ")));
}

TEST_CASE("create: the folder that all faults are tried on is whole") {
    CHECK(refusal_of([](Small&) {}) == "nothing");
}

TEST_CASE("create: a column that the app needs cannot be missing") {
    CHECK(without_column("publickey", &Small::contacts) == "contacts.csv:1: publickey is missing");
    CHECK(without_column("identity_id", &Small::contacts) ==
          "contacts.csv:1: identity_id is missing");
    CHECK(without_column("user_state", &Small::groups) == "groups.csv:1: user_state is missing");
    CHECK(without_column("archived", &Small::lists) ==
          "distribution_list.csv:1: archived is missing");
    CHECK(without_column("emoji_sequence", &Small::reactions) ==
          "contact_reactions.csv:1: emoji_sequence is missing");
    CHECK(without_column("order", &Small::choices) == "ballot_choice.csv:1: order is missing");
    CHECK(without_column("choice", &Small::votes) == "ballot_vote.csv:1: choice is missing");
    CHECK(refusal_of([](Small& small) {
              for (Row& row : small.messages) row.erase("deleted_at");
          }) == "message_0000000042.csv:1: deleted_at is missing");
}

TEST_CASE("create: a column that came with a later format may be missing") {
    Small small;
    write_text(small.folder / "settings", "\"version\",\"24\"\n");
    small.add_group();
    small.groups[0].erase("user_state");
    small.write();
    CHECK(create_of(small.folder.path()).told.messages == 2);
}

TEST_CASE("create: a cell that the app would lose a row for is refused with its place") {
    CHECK(with_cell("identity", "ECHO", &Small::contacts) ==
          "contacts.csv:2: identity is no identity");
    CHECK(with_cell("publickey", "aa", &Small::contacts) ==
          "contacts.csv:2: publickey is no key of 64 hex digits");
    CHECK(with_cell("identity_id", "42", &Small::contacts) ==
          "contacts.csv:2: identity_id is no number of 10 digits");
    CHECK(with_cell("last_update", "soon", &Small::contacts) ==
          "contacts.csv:2: last_update is no time");
    CHECK(with_cell("display_tags", "", &Small::messages) ==
          "message_0000000042.csv:2: display_tags is no number");
    CHECK(with_cell("display_tags", "4294967296", &Small::messages) ==
          "message_0000000042.csv:2: display_tags is no number of 32 bits");
    CHECK(with_cell("posted_at", "12.5", &Small::messages) ==
          "message_0000000042.csv:2: posted_at is no time");
    CHECK(with_cell("user_state", "", &Small::groups) == "groups.csv:2: user_state is no number");
    CHECK(with_cell("user_state", "3", &Small::groups) ==
          "groups.csv:2: user_state is none of 0, 1 and 2");
    CHECK(with_cell("group_uid", "x", &Small::groups) ==
          "groups.csv:2: group_uid is no number of 10 digits");
    CHECK(with_cell("id", "", &Small::lists) == "distribution_list.csv:2: id is no number");
    CHECK(with_cell("id", "-7", &Small::lists) == "distribution_list.csv:2: id is below 0");
    CHECK(with_cell("id", "", &Small::polls) == "ballot.csv:2: id is no number");
    for (const char* column : {"aid", "vote_count", "order"})
        CHECK(with_cell(column, "", &Small::choices) ==
              std::string("ballot_choice.csv:2: ").append(column).append(" is no number"));
    CHECK(with_cell("choice", "", &Small::votes) == "ballot_vote.csv:2: choice is no number");
    CHECK(with_cell("reacted_at", "", &Small::reactions) ==
          "contact_reactions.csv:2: reacted_at is no time");
}

TEST_CASE("create: a list may have a number of 64 bits") {
    CHECK(with_cell("id", "9223372036854775807", &Small::lists) == "nothing");
}

TEST_CASE("create: a number or a uid that is there twice is refused") {
    CHECK(with_cell("group_uid", "0000000042", &Small::groups) ==
          "groups.csv:2: group_uid is there twice");
    CHECK(refusal_of([](Small& small) { small.messages[1]["uid"] = "one"; }) ==
          "message_0000000042.csv:3: uid is that of another message, too");
    CHECK(with_cell("uid", "", &Small::messages) == "message_0000000042.csv:2: uid is empty");
}

TEST_CASE("create: a table that is cut off or has a short row is refused") {
    Small small;
    fs::path table = small.folder.path() / contact_table;
    auto refusal = [&](const std::string& text) {
        write_text(table, text);
        MemorySink sink;
        try {
            create(small.folder.path(), password(), sink, password(), options());
        } catch (const Error& error) {
            return std::string(error.what());
        }
        return std::string("nothing");
    };
    std::string whole = read_text(table);
    CHECK(refusal(whole) == "nothing");
    CHECK(refusal(whole + "\"a\",\"b\"\n") == "message_0000000042.csv:4: a row is too short");
    CHECK(refusal(whole + "\"a") == "message_0000000042.csv:4: it ends inside of a row");
    CHECK(refusal("") == "message_0000000042.csv:1: it has no whole header");
    CHECK(refusal("\xEF\xBB\xBF" + whole) ==
          "message_0000000042.csv:1: it begins with a byte order mark");
}

TEST_CASE("create: polls without their choices are refused") {
    Small small;
    small.add_poll();
    small.write();
    fs::remove(small.folder / "ballot_choice.csv");
    CHECK_THROWS_CODE(create_of(small.folder.path()), Errc::invalid_argument);
}

TEST_CASE("create: a nonce and a row of counts that the app would not survive are refused") {
    auto with_file = [](const char* name, const char* text) {
        return refusal_of([&](Small& small) { write_text(small.folder.path() / name, text); });
    };
    CHECK(with_file("nonces.csv", "\"nonces\"\n\"abc\"\n").starts_with("nonces.csv:2: nonces"));
    CHECK(with_file("nonce_counts.csv", "\"csp\",\"d2d\"\n\"1\"\n") ==
          "nonce_counts.csv:2: a row is too short");
    CHECK(with_file("reaction_counts.csv", "\"contactReactions\",\"groupReactions\"\n\"9\"\n") ==
          "reaction_counts.csv:2: a row is too short");
}
