// Archives that a test spoils on purpose, and what is told of it.
#pragma once

#include "written.hpp"

namespace test {

using namespace tresor::data_backup;

// The text of the error; empty if there is none. Anything but invalid_argument is thrown.
template <class Work>
std::string refusal(const Work& work) {
    try {
        work();
    } catch (const Error& error) {
        if (error.code() != Errc::invalid_argument) throw;
        return error.what();
    }
    return {};
}

#define CHECK_REFUSED(expression, start)                                               \
    do {                                                                               \
        std::string told = refusal([&] { static_cast<void>(expression); });            \
        CHECK_MESSAGE(told.starts_with(start), #expression " told \"" << told << '"'); \
    } while (false)

inline Contact contact_named(std::string_view identity) {
    Contact contact;
    contact.identity = identity;
    contact.public_key.fill(7);
    return contact;
}

inline Group hiking() {
    Group group;
    group.id = "a1b2c3d4e5f60718";
    group.creator = "ABCD1234";
    group.members = {"MYSELF01", "ABCD1234", "*GATEWAY"};
    group.user_state = UserState::member;
    return group;
}

inline DistributionList family() {
    DistributionList list;
    list.id = "4821907735021990000";
    list.members = {"ABCD1234"};
    return list;
}

inline Message hello(std::string uid = "a") {
    Message message;
    message.uid = std::move(uid);
    message.api_id = "0011223344556677";
    message.body = "hello";
    return message;
}

inline Poll which_day() {
    Poll poll;
    poll.row_id = "7";
    poll.id = "0102030405060708";
    poll.creator = "ABCD1234";
    poll.chat_kind = ChatKind::group;
    poll.chat = "a1b2c3d4e5f60718-ABCD1234";
    poll.choices.resize(2);
    poll.choices[1].number = 1;
    poll.votes = {{"MYSELF01", 1, true, {}, {}}};
    return poll;
}

// An archive of MYSELF01 with two contacts, the group and the list, as far as it is wanted.
struct Writing {
    explicit Writing(ChatKind last = ChatKind::contact)
        : writer(sink, Password(test::archive_password), test::fixed_options()) {
        writer.set_owner(ThreemaId("MYSELF01"), test::owner_key());
        writer.add_contact(contact_named("*GATEWAY"));
        writer.add_contact(contact_named("ABCD1234"));
        if (last != ChatKind::contact) writer.add_group(hiking());
        if (last == ChatKind::distribution_list) writer.add_distribution_list(family());
    }
    MemorySink sink;
    DataBackupWriter writer;
};

// Each is tried in an archive of its own: `change` spoils what is fine.
template <class Value, class Change>
auto with(Value value, const Change& change) {
    change(value);
    return value;
}

struct Rule {
    const char* name;
    std::string told;
    std::string start;  // empty: nothing is told
};

inline void check_rules(const std::vector<Rule>& rules) {
    for (const Rule& rule : rules) {
        CAPTURE(rule.name);
        CAPTURE(rule.told);
        CHECK(rule.start.empty() == rule.told.empty());
        CHECK(rule.told.starts_with(rule.start));
    }
}

inline constexpr const char* not_utf8 = "\xFF";

}  // namespace test
