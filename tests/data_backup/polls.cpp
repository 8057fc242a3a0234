// Polls: rows P1 to P4 of data-backup.md 9.2.

#include "data_backup/polls.hpp"

#include "data_backup/rows.hpp"
#include "data_backup/vector.hpp"

using namespace tresor;
using namespace tresor::data_backup;
using test::ArchiveVector;
using test::Row;
using test::table_of;
using test::tells;

namespace {

constexpr const char* creator = "ABCD1234";

Row poll_row(std::string row_id, std::string id) {
    return {{"id", std::move(row_id)}, {"aid", std::move(id)},          {"creator", creator},
            {"state", "OPEN"},         {"assessment", "SINGLE_CHOICE"}, {"type", "INTERMEDIATE"}};
}
Row choice_row(const std::string& poll, std::string number, std::string name) {
    return {{"ballot", poll + "-" + creator},
            {"aid", number},
            {"order", number},
            {"name", std::move(name)}};
}
Row vote_row(const std::string& poll, std::string choice, std::string who) {
    return {{"ballot_uid", poll + "-" + creator},
            {"choice_uid", std::move(choice)},
            {"identity", std::move(who)},
            {"choice", "1"}};
}

struct Tables {
    std::vector<Row> polls, choices, votes;
};
test::Read<std::vector<Poll>> read(const Tables& written) {
    Findings findings;
    PollTables tables;
    std::string polls = table_of(written.polls), choices = table_of(written.choices),
                votes = table_of(written.votes);
    MemorySource poll_source(as_bytes(polls)), choice_source(as_bytes(choices)),
        vote_source(as_bytes(votes));
    tables.read_polls(poll_source, findings);
    tables.read_choices(choice_source, findings);
    tables.read_votes(vote_source, findings);
    return {tables.take(), findings.take()};
}

const std::string first = "0102030405060708", second = "1112131415161718";

}  // namespace

TEST_CASE("P1: of two polls with the same choice numbers each has its own choices and votes") {
    auto found =
        read({.polls = {poll_row("7", first), poll_row("8", second)},
              .choices = {choice_row(second, "1", "Coffee"), choice_row(first, "0", "Sat"),
                          choice_row(first, "1", "Sun"), choice_row(second, "0", "Tea")},
              .votes = {vote_row(first, "0", "ECHOECHO"), vote_row(second, "1", "ECHOECHO"),
                        vote_row(first, "1", "MYSELF01")}});
    CHECK(found.findings.empty());
    REQUIRE(found.value.size() == 2);
    const Poll &day = found.value[0], &drink = found.value[1];
    REQUIRE(day.choices.size() == 2);
    CHECK(day.choices[0].name == "Sat");
    CHECK(day.choices[1].name == "Sun");
    REQUIRE(drink.choices.size() == 2);
    CHECK(drink.choices[0].name == "Tea");
    CHECK(drink.choices[1].name == "Coffee");
    REQUIRE(day.votes.size() == 2);
    CHECK(day.votes[0].choice == 0);
    CHECK(day.votes[1].choice == 1);
    CHECK(day.votes[1].identity == "MYSELF01");
    REQUIRE(drink.votes.size() == 1);
    CHECK(drink.votes[0].choice == 1);
}

TEST_CASE("P2: a poll's chat is told by how `ref` ends, else by what `ref_id` fits") {
    ArchiveVector vector("P2");
    DataBackup archive = vector.open();
    const std::string group = "a1b2c3d4e5f60718-ABCD1234";
    const std::pair<const char*, std::string> expected[] = {
        {"1", group},       // a qualified class name, of a group
        {"2", "ECHOECHO"},  // and of a contact
        {"3", group},       // an unknown word: the number of a group
        {"4", group},       // its id and creator
        {"5", "ECHOECHO"},  // a contact
        {"6", ""},          // neither
        {"7", ""},          // a contact where a group should be
        {"8", ""},          // somebody who is no contact
        {"9", ""},          // a group where a contact should be
    };
    for (const auto& one : expected) {
        const std::string& chat = one.second;
        CAPTURE(std::string(one.first));
        const Poll* poll = archive.poll(one.first);
        REQUIRE(poll != nullptr);
        CHECK(poll->chat == chat);
        CHECK(poll->chat_kind.has_value() == !chat.empty());
        if (poll->chat_kind)
            CHECK(*poll->chat_kind == (chat == group ? ChatKind::group : ChatKind::contact));
    }
    auto findings = archive.findings();
    CHECK(std::count_if(findings.begin(), findings.end(), [](const Finding& finding) {
              return finding.reason == "a poll belongs to no chat that is there";
          }) == 4);
}

TEST_CASE("P3: a vote for an unknown choice or of nobody known is told, and kept") {
    ArchiveVector vector("P2");
    auto verified = verify(vector.file, vector.password);
    CHECK(verified.ok());
    CHECK(tells(verified.findings, "ballot_vote.csv:4", "choice that its poll has not"));
    CHECK(tells(verified.findings, "ballot_vote.csv", "somebody who is no contact"));
    CHECK(vector.open().poll("1")->votes.size() == 3);
}

TEST_CASE("P3: choices and votes of no poll are left out, and told") {
    auto found =
        read({.polls = {poll_row("7", first)},
              .choices = {choice_row(second, "0", "Tea"), choice_row(first, "x", "?")},
              .votes = {vote_row(second, "0", "ECHOECHO"), vote_row(first, "", "ECHOECHO")}});
    CHECK(found.value[0].choices.empty());
    CHECK(found.value[0].votes.empty());
    CHECK(tells(found.findings, "ballot_choice.csv:2", "belongs to no poll"));
    CHECK(tells(found.findings, "ballot_choice.csv:3", "belongs to no poll"));
    CHECK(tells(found.findings, "ballot_vote.csv:2", "belongs to no poll"));
    CHECK(tells(found.findings, "ballot_vote.csv:3", "belongs to no poll"));
}

TEST_CASE("P4: a notice of a poll that is not there is told, and no notice of another") {
    ArchiveVector vector("P2");
    DataBackup archive = vector.open();
    auto reader = archive.messages(*archive.chat("ECHOECHO"));
    Message message;
    REQUIRE(reader.next(message));
    CHECK(archive.poll(std::get<PollNotice>(content_of(message)).poll)->name == "Question 2");
    REQUIRE(reader.next(message));
    auto notice = std::get<PollNotice>(content_of(message));
    CHECK(notice.action == PollAction::closed);
    CHECK(notice.poll == "99");
    CHECK(archive.poll(notice.poll) == nullptr);
    auto findings = verify(vector.file, vector.password).findings;
    CHECK(tells(findings, "message_0000000042.csv", "message 2: its poll is not there"));
    CHECK_FALSE(tells(findings, "message_0000000042.csv", "message 1: its poll"));
}

TEST_CASE("polls: a poll without a number that messages can name is kept, and told") {
    for (const char* number : {"", "seven"}) {
        auto found = read({.polls = {poll_row(number, first)}, .choices = {}, .votes = {}});
        CHECK(found.value.size() == 1);
        CHECK(tells(found.findings, "ballot.csv:2", "no number"));
    }
}
