#include <tresor/safe/model.hpp>

#include "safe/document.hpp"

using namespace test;

TEST_CASE("J-2: escapes, raw emoji and U+2028 are decoded") {
    auto [backup, findings] = import_text(
        with_contact("\"firstname\":\"a\\/"
                     "b\\u00e9\\ud83d\\ude00\",\"lastname\":\"\xF0\x9F\x98\x80\xE2\x80\xA8\""));
    CHECK(findings.empty());
    CHECK(backup.contacts[0].first_name == "a/b\xC3\xA9\xF0\x9F\x98\x80");
    CHECK(backup.contacts[0].last_name == "\xF0\x9F\x98\x80\xE2\x80\xA8");
}

TEST_CASE("J-4: a backup as iOS writes it") {
    Document document;
    document.info = "{\"device\":\"ios\",\"version\":1}";
    document.user =
        "{\"links\":[{\"type\":\"mobile\",\"name\":\"\",\"value\":\"41790000000\"}],\"privatekey\":"
        "\"" +
        key_text + "\"}";
    document.more =
        "\"settings\":{\"syncExcludedIDs\":[\"TESTAAA2\",\"TESTAAA1\"],\"syncContacts\":true}";
    auto [backup, findings] = import_text(document.text());
    CHECK(findings.empty());
    CHECK(backup.contacts.empty());
    CHECK(backup.groups.empty());
    CHECK(backup.settings.sync_excluded_ids ==
          std::vector{ThreemaId("TESTAAA1"), ThreemaId("TESTAAA2")});
    CHECK(exported(backup).find("syncExcludedIDs") == std::string::npos);
    CHECK(exported(backup, ExclusionNames::both)
              .find("\"syncExcludedIDs\":[\"TESTAAA1\",\"TESTAAA2\"]") != std::string::npos);
}

TEST_CASE("J-4: both spellings of the exclusion list are joined") {
    auto [backup, findings] =
        import_text(with_settings("{\"syncContacts\":true,\"syncExcludedIds\":[\"BBBBBBBB\"],"
                                  "\"syncExcludedIDs\":[\"AAAAAAAA\",\"BBBBBBBB\"]}"));
    CHECK(findings.empty());
    CHECK(backup.settings.sync_excluded_ids ==
          std::vector{ThreemaId("AAAAAAAA"), ThreemaId("BBBBBBBB")});
}

TEST_CASE("J-5: who may see the profile picture") {
    using To = PictureRelease::To;
    struct Row {
        const char* text;
        To to;
        std::size_t findings;
        const char* canonical;
    };
    for (const Row& row :
         {Row{"[\"*\"]", To::everyone, 0, "[\"*\"]"}, Row{"[null]", To::nobody, 0, "[null]"},
          Row{"[\"ECHOECHO\"]", To::list, 0, "[\"ECHOECHO\"]"}, Row{"[]", To::nobody, 0, "[null]"},
          Row{"[\"*\",\"ECHOECHO\"]", To::everyone, 1, "[\"*\"]"},
          Row{"[null,\"*\"]", To::nobody, 1, "[null]"}, Row{"\"*\"", To::unset, 1, nullptr},
          Row{"[\"nonsense\\u0000\",7]", To::nobody, 2, "[null]"}}) {
        CAPTURE(row.text);
        auto [backup, findings] = import_text(with_user(
            "{\"privatekey\":\"" + key_text + "\",\"profilePicRelease\":" + row.text + "}"));
        CHECK(backup.user.picture_release.to == row.to);
        CHECK(findings.size() == row.findings);
        std::string canonical = exported(backup);
        if (row.canonical == nullptr)
            CHECK(canonical.find("profilePicRelease") == canonical.npos);
        else
            CHECK(canonical.find(std::string("\"profilePicRelease\":") + row.canonical) !=
                  canonical.npos);
    }
    CHECK(import_text(Document{}.text()).backup.user.picture_release.to == To::unset);
}

TEST_CASE("J-6: info missing or wrong is fatal, a newer version is said so") {
    for (auto info : {"[]", "null", "\"x\"", "{}", "{\"version\":\"1\"}", "{\"version\":1.5}",
                      "{\"version\":0}", "{\"version\":-1}", "{\"version\":null}",
                      "{\"version\":true}", "{\"version\":1e300}"})
        CHECK_THROWS_CODE(import_text(with_info(info)), Errc::malformed);
    CHECK_THROWS_CODE(import_text("{\"user\":{\"privatekey\":\"" + key_text + "\"}}"),
                      Errc::malformed);
    for (auto info : {"{\"version\":2}", "{\"version\":2.0}", "{\"version\":4294967297}"})
        CHECK_THROWS_CODE(import_text(with_info(info)), Errc::unsupported);
    CHECK(import_text(with_info("{\"version\":1.0}")).findings.empty());
}

TEST_CASE("J-7: no private key of 32 bytes is fatal, line breaks in it are not") {
    for (std::string key : {"", "AAEC", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==",
                            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8g",
                            "__________________________________________8=", "no base64!",
                            "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"})
        CHECK_THROWS_CODE(import_text(with_user("{\"privatekey\":\"" + key + "\"}")),
                          Errc::malformed);
    for (auto user : {"{}", "[]", "null", "{\"privatekey\":null}", "{\"privatekey\":7}"})
        CHECK_THROWS_CODE(import_text(with_user(user)), Errc::malformed);
    CHECK_THROWS_CODE(import_text("{\"info\":{\"version\":1}}"), Errc::malformed);
    auto [backup, findings] = import_text(
        with_user("{\"privatekey\":\"AAECAwQFBgcICQoLDA0O\\r\\nDxAREhMUFRYXGBkaGxwdHh8=\\n\"}"));
    CHECK(pointers(findings) == Pointers{"/user/privatekey"});
    CHECK(backup.user.private_key.expose()[31] == 31);
}

TEST_CASE("J-8: missing settings are the defaults, with a warning") {
    Document none{.more = ""};
    auto [backup, findings] = import_text(none.text());
    CHECK(pointers(findings) == Pointers{"/settings"});
    CHECK_FALSE(backup.settings.sync_contacts);
    CHECK(backup.settings.read_receipts);
    CHECK(pointers(import_text(with_settings("{}")).findings) ==
          Pointers{"/settings/syncContacts"});
    CHECK(pointers(import_text(with_settings("{\"syncContacts\":null}")).findings) ==
          Pointers{"/settings/syncContacts"});
    CHECK(pointers(import_text(with_settings("[]")).findings) == Pointers{"/settings"});
}

TEST_CASE("J-9: contacts that are no array do not stop the groups") {
    auto [backup, findings] =
        import_text(with("\"contacts\":{},\"groups\":[{\"id\":\"0123456789abcdef\",\"creator\":"
                         "\"TESTAAA1\",\"members\":[]}]"));
    CHECK(pointers(findings) == Pointers{"/contacts"});
    CHECK(backup.groups.size() == 1);
}

TEST_CASE("J-10: contacts that are none, are the owner or stand twice are skipped") {
    auto [backup, findings] = import_text(
        with("\"contacts\":[{\"verification\":0},{\"identity\":\"ECHOECH\",\"verification\":0},"
             "{\"identity\":\"testaaa1\",\"verification\":0},{\"identity\":\"OWNOWN01\","
             "\"verification\":0},"
             "{\"identity\":\"TESTAAA1\",\"verification\":1},7,null]"),
        ThreemaId("OWNOWN01"));
    REQUIRE(backup.contacts.size() == 1);
    CHECK(backup.contacts[0].identity.text() == "TESTAAA1");
    CHECK(backup.contacts[0].verification == Verification::unverified);
    CHECK(pointers(findings) == Pointers{"/contacts/0/identity", "/contacts/1/identity",
                                         "/contacts/2/identity", "/contacts/3/identity",
                                         "/contacts/4/identity", "/contacts/5", "/contacts/6"});
}

TEST_CASE("J-11: an odd verification is none, with a warning") {
    for (auto value : {"3", "-1", "\"2\"", "null", "1.5", "true"}) {
        auto [backup, findings] = import_text(
            with(std::string("\"contacts\":[{\"identity\":\"TESTAAA1\",\"verification\":") + value +
                 "}]"));
        CHECK(backup.contacts.at(0).verification == Verification::unverified);
        CHECK(pointers(findings) == Pointers{"/contacts/0/verification"});
    }
    auto absent = import_text(with("\"contacts\":[{\"identity\":\"TESTAAA1\"}]"));
    CHECK(absent.backup.contacts.at(0).verification == Verification::unverified);
    CHECK(pointers(absent.findings) == Pointers{"/contacts/0/verification"});
    CHECK(import_text(with("\"contacts\":[{\"identity\":\"TESTAAA1\",\"verification\":1}]"))
              .backup.contacts.at(0)
              .verification == Verification::server);
}

TEST_CASE("J-12: a public key of 31 bytes is dropped and fully verified becomes unverified") {
    std::string short_key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHg==";
    auto [backup, findings] = import_text(
        with("\"contacts\":[{\"identity\":\"TESTAAA1\",\"verification\":2,\"publickey\":\"" +
             short_key + "\"}]"));
    CHECK_FALSE(backup.contacts.at(0).public_key);
    CHECK(backup.contacts.at(0).verification == Verification::unverified);
    CHECK(pointers(findings) == Pointers{"/contacts/0/publickey", "/contacts/0/verification"});
    auto revoked = import_text(
        with("\"contacts\":[{\"identity\":\"TESTAAA1\",\"verification\":1,\"publickey\":\"" +
             key_text + "\"}]"));
    CHECK(revoked.findings.empty());
    CHECK(revoked.backup.contacts.at(0).public_key);
}

TEST_CASE("J-13: times that are none") {
    struct Row {
        const char* text;
        std::optional<Milliseconds> time;
        bool warned;
    };
    for (const Row& row :
         {Row{"-1", 0, true}, Row{"1e13", 10'000'000'000'000, false}, Row{"1.5", {}, true},
          Row{"\"123\"", {}, true}, Row{"18446744073709551616", {}, true},
          Row{"9223372036854775808", {}, true}, Row{"9223372036854775807", INT64_MAX, false},
          Row{"null", {}, false}, Row{"-0.0", 0, false}, Row{"-2.5", 0, true},
          Row{"true", {}, true}, Row{"[]", {}, true}}) {
        CAPTURE(row.text);
        auto [backup, findings] = import_text(
            with_contact(std::string("\"createdAt\":") + row.text + ",\"lastUpdate\":" + row.text));
        CHECK(backup.contacts.at(0).created_at == row.time.value_or(0));
        CHECK(backup.contacts.at(0).last_update == row.time);
        CHECK(findings.empty() != row.warned);
    }
}

TEST_CASE("J-14: groups with an odd id are skipped, uppercase digits are lowered") {
    for (auto id : {"\"0123456789abcde\"", "\"0123456789abcdef0\"", "\"abc\"",
                    "\"xyzxyzxyzxyzxyzx\"", "7", "null"}) {
        auto [backup, findings] = import_text(with(std::string("\"groups\":[{\"id\":") + id +
                                                   ",\"creator\":\"TESTAAA1\",\"members\":[]}]"));
        CHECK(backup.groups.empty());
        CHECK(pointers(findings) == Pointers{"/groups/0/id"});
    }
    auto [backup, findings] = import_text(
        with("\"groups\":[{\"id\":\"0123456789ABCDEF\",\"creator\":\"TESTAAA1\",\"members\":[]}]"));
    CHECK(findings.empty());
    CHECK(backup.groups.at(0).id.hex() == "0123456789abcdef");
}

TEST_CASE("J-14: members missing, null or twice") {
    const std::string group = "\"groups\":[{\"id\":\"0123456789abcdef\",\"creator\":\"TESTAAA1\"";
    auto missing = import_text(with(group + "}]"));
    CHECK(missing.backup.groups.at(0).members.empty());
    CHECK(pointers(missing.findings) == Pointers{"/groups/0/members"});
    auto odd = import_text(
        with(group + ",\"members\":[\"TESTAAA2\",null,\"TESTAAA1\",\"TESTAAA2\",\"nope\"]}]"));
    CHECK(odd.backup.groups.at(0).members ==
          std::vector{ThreemaId("TESTAAA1"), ThreemaId("TESTAAA2")});
    CHECK(pointers(odd.findings) ==
          Pointers{"/groups/0/members/1", "/groups/0/members/4", "/groups/0/members/3"});
    auto no_array = import_text(with(group + ",\"members\":{}}]"));
    CHECK(no_array.backup.groups.size() == 1);
    CHECK(pointers(no_array.findings) == Pointers{"/groups/0/members"});
}

TEST_CASE("J-14: a group without creator or with a taken name is skipped") {
    auto [backup, findings] =
        import_text(with("\"groups\":[{\"id\":\"0123456789abcdef\",\"members\":[]},"
                         "{\"id\":\"0123456789abcdef\",\"creator\":\"TESTAAA1\",\"members\":[],"
                         "\"groupname\":\"first\"},"
                         "{\"id\":\"0123456789abcdef\",\"creator\":\"TESTAAA1\",\"members\":[]},"
                         "{\"id\":\"0123456789abcdef\",\"creator\":\"TESTAAA2\",\"members\":[]}]"));
    REQUIRE(backup.groups.size() == 2);
    CHECK(backup.groups[0].name == "first");
    CHECK(pointers(findings) == Pointers{"/groups/0/creator", "/groups/2/id"});
}

TEST_CASE("J-17: settings that are no booleans are the defaults, with a warning") {
    for (auto value : {"\"true\"", "1", "null", "[]"}) {
        auto [backup, findings] =
            import_text(with_settings(std::string("{\"syncContacts\":true,\"readReceipts\":") +
                                      value + ",\"blockUnknown\":" + value + "}"));
        CHECK(backup.settings.read_receipts);
        CHECK_FALSE(backup.settings.block_unknown);
        CHECK(pointers(findings) == Pointers{"/settings/blockUnknown", "/settings/readReceipts"});
    }
}

TEST_CASE("J-18: JSON that is broken, deep, large or doubled") {
    CHECK(pointers(import_text(with("\"x\":1,\"x\":2")).findings) == Pointers{"/x"});
    CHECK_THROWS_CODE(import_text(with("\"x\":" + repeated("[", 1000) + repeated("]", 1000))),
                      Errc::malformed);
    CHECK_NOTHROW(import_text(with("\"x\":" + repeated("[", 31) + repeated("]", 31))));
    CHECK_THROWS_CODE(import_text(with("\"x\":" + repeated("[", 32) + repeated("]", 32))),
                      Errc::malformed);
    CHECK_THROWS_CODE(import_text(with("\"x\":\"" + std::string(10 << 20, 'a') + "\"")),
                      Errc::too_large);
    CHECK_THROWS_CODE(import_text(with("\"x\":\"\xFF\"")), Errc::malformed);
    auto lone = import_text(with_contact("\"firstname\":\"a\\ud800b\""));
    CHECK(lone.backup.contacts.at(0).first_name ==
          "a\xEF\xBF\xBD"
          "b");
    CHECK(pointers(lone.findings) == Pointers{"/contacts/0/firstname"});
    CHECK(pointers(import_text(Document{}.text() + " x").findings) == Pointers{""});
    CHECK_THROWS_CODE(import_text(""), Errc::malformed);
    CHECK_THROWS_CODE(import_text("[]"), Errc::malformed);
    CHECK_THROWS_CODE(import_text("{}"), Errc::malformed);
    CHECK_THROWS_CODE(import_text("null"), Errc::malformed);
}

TEST_CASE("J-18: the limits of 3.5 are exact") {
    CHECK_NOTHROW(import_text(with("\"x\":\"" + std::string(1 << 20, 'a') + "\"")));
    CHECK_THROWS_CODE(import_text(with("\"x\":\"" + std::string((1 << 20) + 1, 'a') + "\"")),
                      Errc::too_large);
    auto picture = [](std::size_t size) {
        return with_user("{\"privatekey\":\"" + key_text + "\",\"profilePic\":\"" +
                         std::string(size, 'A') + "\"}");
    };
    CHECK(import_text(picture(2 << 20)).backup.user.profile_picture->size() == (3 << 19));
    CHECK_THROWS_CODE(import_text(picture((2 << 20) + 4)), Errc::too_large);
    CHECK_THROWS_CODE(
        import_text(with("\"profilePic\":\"" + std::string((1 << 20) + 1, 'A') + "\"")),
        Errc::too_large);
    CHECK_NOTHROW(import_text(with("\"x\":[" + repeated("0,", 99'999) + "0]")));
    CHECK_THROWS_CODE(import_text(with("\"x\":[" + repeated("0,", 100'000) + "0]")),
                      Errc::too_large);
    std::string padded = Document{}.text();
    padded.append((16 << 20) - padded.size(), ' ');
    CHECK_NOTHROW(import_text(padded));
    CHECK_THROWS_CODE(import_text(padded + " "), Errc::too_large);
}

TEST_CASE("model: other texts and numbers that are none get the default, with a warning") {
    auto [backup, findings] =
        import_text(with_contact("\"firstname\":null,\"lastname\":7,\"hidden\":\"yes\","
                                 "\"readReceipts\":9,\"publickey\":\"%%\",\"private\":0"));
    const Contact& contact = backup.contacts.at(0);
    CHECK(contact.first_name.empty());
    CHECK(contact.last_name.empty());
    CHECK_FALSE(contact.hidden);
    CHECK(contact.read_receipts == Sending::by_default);
    CHECK(pointers(findings) == Pointers{"/contacts/0/publickey", "/contacts/0/hidden",
                                         "/contacts/0/firstname", "/contacts/0/lastname",
                                         "/contacts/0/private", "/contacts/0/readReceipts"});
}

TEST_CASE("model: links the apps ignore are kept, with a warning") {
    auto [backup, findings] = import_text(
        with_user("{\"privatekey\":\"" + key_text +
                  "\",\"links\":[{\"type\":\"fax\",\"value\":\"1\"},{\"type\":\"email\"},3]}"));
    CHECK(backup.user.links.size() == 2);
    CHECK(pointers(findings) ==
          Pointers{"/user/links/0/type", "/user/links/1/value", "/user/links/2"});
    CHECK(exported(backup).find("{\"type\":\"fax\",\"value\":\"1\"}") != std::string::npos);
}

TEST_CASE(
    "model: the sample account is without findings, and canonical as the second implementation") {
    auto [backup, findings] = import_text(file("../../examples/account.json"));
    CHECK(findings.empty());
    CHECK(backup.contacts.size() == 200);
    CHECK(backup.user.profile_picture->size() > 500);
    CHECK(exported(backup) == file("safe/model/account.canonical.json"));
}
