#include <algorithm>

#include <tresor/safe/cycle.hpp>
#include <tresor/safe/model.hpp>

#include "safe/document.hpp"

using namespace test;

TEST_CASE("J-1: J-FULL: every value, and the canonical form of the second implementation") {
    auto [backup, findings] = import_text(file("safe/model/J-FULL.json"));
    CHECK(findings.empty());
    CHECK(backup.info.device == "6.4.2A/de_CH");
    CHECK(test::hex(public_key_of(backup.user.private_key)) ==
          "8f40c5adb68f25624ae5b214ea767a6ec94d829d3d7b5e1ad1ba6f3e2138285f");
    CHECK(backup.user.nickname == "Zo\xC3\xAB");
    CHECK_FALSE(backup.user.profile_picture);
    CHECK(backup.user.picture_release.to == PictureRelease::To::list);
    CHECK(backup.user.picture_release.list ==
          std::vector{ThreemaId("*SUPPORT"), ThreemaId("ECHOECHO")});
    REQUIRE(backup.user.links.size() == 2);
    CHECK(backup.user.links[0].type == "mobile");
    CHECK(backup.user.links[0].value == "41791234567");
    CHECK(backup.user.links[1].name == "work");

    REQUIRE(backup.contacts.size() == 2);
    const Contact &ada = backup.contacts[0], &other = backup.contacts[1];
    CHECK(ada.identity.text() == "TESTAAA1");
    REQUIRE(ada.public_key);
    CHECK(test::hex(*ada.public_key) ==
          "13be4feaeaf204c7fd3358fc9c00721881d174278128227ec674f37f7fe97b6d");
    CHECK(ada.created_at == 1524489122916);
    CHECK(ada.verification == Verification::full);
    CHECK(ada.first_name == "Ada");
    CHECK(ada.last_name == "L\xC3\xB6w");
    CHECK(ada.nickname == "al");
    CHECK(ada.last_update == 1638360855000);
    CHECK(ada.private_chat);
    CHECK(ada.read_receipts == Sending::send);
    CHECK(ada.typing_indicators == Sending::dont_send);
    CHECK_FALSE(other.public_key);
    CHECK(other.work_verified);
    CHECK(other.hidden);
    CHECK_FALSE(other.last_update);

    REQUIRE(backup.groups.size() == 2);
    CHECK(backup.groups[0].id.hex() == "0123456789abcdef");
    CHECK(backup.groups[0].name == "Foo/Bar");
    CHECK(backup.groups[0].members.size() == 3);
    CHECK(backup.groups[1].private_chat);
    CHECK(backup.groups[1].last_update == 0);
    REQUIRE(backup.distribution_lists.size() == 1);
    CHECK(backup.distribution_lists[0].name == "Friends");
    CHECK(backup.distribution_lists[0].id.hex() == "0200000000000000");
    const Settings& settings = backup.settings;
    CHECK(settings.sync_contacts);
    CHECK_FALSE(settings.block_unknown);
    CHECK(settings.read_receipts);
    CHECK_FALSE(settings.send_typing);
    CHECK(settings.threema_calls);
    CHECK_FALSE(settings.relay_threema_calls);
    CHECK_FALSE(settings.disable_screenshots);
    CHECK(settings.incognito_keyboard);
    CHECK(settings.blocked_contacts == std::vector{ThreemaId("BADBADB1")});
    CHECK(settings.sync_excluded_ids == std::vector{ThreemaId("TESTAAA2")});
    CHECK(settings.recent_emojis == std::vector<std::string>{"🐱", "👍🏽"});

    std::string canonical = exported(backup);
    CHECK(canonical == file("safe/model/J-FULL.canonical.json"));
    auto again = import_text(canonical);
    CHECK(again.findings.empty());
    CHECK(exported(again.backup) == canonical);
}

TEST_CASE("J-3: unknown members on every level are kept and written back, sorted by name") {
    const std::string odd = "\"zz\":{\"deep\":[1,2.5,{\"k\":null}]},\"aa\":\"\\ud83d\\ude00\"";
    const std::string kept = "\"aa\":\"\xF0\x9F\x98\x80\",\"zz\":{\"deep\":[1,2.5,{\"k\":null}]}";
    Document document;
    document.info = "{" + odd + ",\"version\":1}";
    document.user =
        "{\"privatekey\":\"" + key_text + "\"," + odd +
        ",\"temporaryDeviceGroupKeyTodoRemove\":\"c2VjcmV0\",\"links\":[{\"type\":\"email\","
        "\"value\":\"a@b\"," +
        odd + "}]}";
    document.more =
        "\"contacts\":[{\"identity\":\"TESTAAA1\",\"verification\":0," + odd +
        "}],\"groups\":[{\"id\":\"0123456789abcdef\",\"creator\":\"TESTAAA1\",\"members\":[]," +
        odd +
        "}],\"distributionlists\":[{\"id\":\"0123456789abcdef\",\"name\":\"n\",\"members\":[]," +
        odd + "}],\"settings\":{\"syncContacts\":true," + odd + "}," + odd;
    auto [backup, findings] = import_text(document.text());
    CHECK(findings.empty());
    CHECK(backup.unknown.size() == 2);
    std::string canonical = exported(backup);
    std::size_t found = 0;
    for (auto at = canonical.find(kept); at != canonical.npos; at = canonical.find(kept, at + 1))
        ++found;
    CHECK(found == 7);  // root, info, link, contact, group, distribution list, settings
    CHECK(canonical.find("\"aa\":\"\xF0\x9F\x98\x80\",\"temporaryDeviceGroupKeyTodoRemove\":"
                         "\"c2VjcmV0\",\"zz\":") != canonical.npos);  // user
    CHECK(exported(import_text(canonical).backup) == canonical);
}

TEST_CASE("J-15: a deleted group has no members, is flagged, and is not written") {
    auto [backup, findings] =
        import_text(with("\"groups\":[{\"id\":\"0123456789abcdef\",\"creator\":\"TESTAAA1\","
                         "\"members\":[\"TESTAAA2\"],"
                         "\"deleted\":true}]"));
    CHECK(backup.groups.at(0).deleted);
    CHECK(backup.groups.at(0).members.empty());
    CHECK(pointers(findings) == Pointers{"/groups/0/deleted"});
    CHECK(exported(backup).find("\"groups\":[]") != std::string::npos);
}

TEST_CASE("J-16: a distribution list without id gets one, always the same") {
    const std::string lists =
        "\"distributionlists\":[{\"name\":\"a\",\"members\":[\"TESTAAA1\"]},{\"id\":"
        "\"01234567890123\",\"name\":\"b\","
        "\"members\":[]},{\"id\":\"0123456789abcdef\",\"members\":[]},{\"name\":\"a\",\"members\":["
        "\"TESTAAA1\"]},"
        "{\"id\":\"0200000000000000\",\"name\":\"c\",\"members\":[]},{\"id\":\"0200000000000000\","
        "\"name\":\"d\","
        "\"members\":[]}]";
    auto [backup, findings] = import_text(with(lists));
    REQUIRE(backup.distribution_lists.size() == 5);
    CHECK(pointers(findings) == Pointers{"/distributionlists/0/id", "/distributionlists/1/id",
                                         "/distributionlists/2/name", "/distributionlists/3/id",
                                         "/distributionlists/5/id"});
    std::vector<ListId> ids;
    for (const auto& list : backup.distribution_lists) ids.push_back(list.id);
    std::sort(ids.begin(), ids.end());
    CHECK(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
    CHECK(exported(backup) == exported(import_text(with(lists)).backup));
}

TEST_CASE("J-19: null in lastUpdate is none, and stays null for contacts") {
    auto [backup, findings] = import_text(
        with("\"contacts\":[{\"identity\":\"TESTAAA1\",\"verification\":0,\"lastUpdate\":null}],"
             "\"groups\":[{\"id\":\"0123456789abcdef\",\"creator\":\"TESTAAA1\",\"members\":[],"
             "\"lastUpdate\":null}],"
             "\"distributionlists\":[{\"id\":\"0123456789abcdef\",\"name\":\"n\",\"members\":[],"
             "\"lastUpdate\":null}]"));
    CHECK(findings.empty());
    CHECK_FALSE(backup.contacts.at(0).last_update);
    CHECK_FALSE(backup.groups.at(0).last_update);
    CHECK_FALSE(backup.distribution_lists.at(0).last_update);
    std::string canonical = exported(backup);
    CHECK(canonical.find("\"lastUpdate\":null") != canonical.npos);
    CHECK(canonical.find("\"lastUpdate\":null") == canonical.rfind("\"lastUpdate\":null"));
}

TEST_CASE("model: equal content gives equal bytes, whatever its order") {
    auto first =
        import_text(with("\"contacts\":[{\"identity\":\"BBBBBBBB\",\"verification\":0},{"
                         "\"verification\":0,\"identity\":\"AAAAAAAA\"}],"
                         "\"groups\":[{\"id\":\"0200000000000000\",\"creator\":\"AAAAAAAA\","
                         "\"members\":[\"BBBBBBBB\",\"AAAAAAAA\"]},"
                         "{\"id\":\"0100000000000000\",\"creator\":\"AAAAAAAA\",\"members\":[]}]"));
    auto second = import_text(
        with("\"groups\":[{\"members\":[],\"creator\":\"AAAAAAAA\",\"id\":\"0100000000000000\","
             "\"groupname\":\"\"},"
             "{\"id\":\"0200000000000000\",\"creator\":\"AAAAAAAA\",\"members\":[\"AAAAAAAA\","
             "\"BBBBBBBB\"]}],"
             "\"contacts\":[{\"identity\":\"AAAAAAAA\",\"verification\":0,\"hidden\":false},"
             "{\"identity\":\"BBBBBBBB\",\"verification\":0}]"));
    CHECK(exported(first.backup) == exported(second.backup));
}

TEST_CASE("model: what cannot be written is refused") {
    auto fresh = [] { return import_text(Document{}.text()).backup; };
    Backup bad_text = fresh();
    bad_text.user.nickname = "\xFF";
    CHECK_THROWS_CODE(export_backup(bad_text), Errc::invalid_argument);
    Backup negative = fresh();
    negative.contacts.emplace_back(ThreemaId("TESTAAA1")).created_at = -1;
    CHECK_THROWS_CODE(export_backup(negative), Errc::invalid_argument);
    Backup twice = fresh();
    twice.unknown.push_back({"info", RawJson(as_bytes("1"))});
    CHECK_THROWS_CODE(export_backup(twice), Errc::invalid_argument);
    twice = fresh();
    twice.info.unknown.push_back({"x", RawJson(as_bytes("1"))});
    CHECK_NOTHROW(export_backup(twice));
    twice.info.unknown.push_back({"x", RawJson(as_bytes("2"))});
    CHECK_THROWS_CODE(export_backup(twice), Errc::invalid_argument);
    for (auto text : {"", "{", "\xFF"})
        CHECK_THROWS_CODE(RawJson(as_bytes(text)), Errc::invalid_argument);
    CHECK(test::text_of(RawJson(as_bytes(" [ 1 , 2 ] ")).expose()) == "[1,2]");
}

TEST_CASE("digest: as the second implementation makes it") {
    for (std::string name : {"J-FULL", "account"}) {
        auto vector = test::read_vector("safe/" + name + ".digest.vec");
        MasterKey key(test::unhex(vector.header.at("master-key")));
        auto text = file("safe/model/" + name + ".canonical.json");
        CHECK(test::hex(content_digest(as_bytes(text), key)) == vector.header.at("digest"));
    }
}
