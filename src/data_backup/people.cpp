#include "data_backup/people.hpp"

#include <algorithm>
#include <array>

#include "codec/hex.hpp"
#include "data_backup/schema.hpp"
#include "data_backup/table.hpp"
#include "data_backup/words.hpp"

namespace tresor::data_backup {

namespace {

constexpr std::string_view former_contact_columns[] = {"tacid", "color", "forward_security"};

// Written where there is none: 0.
OptionalMoment read_last_update(Table& table, std::size_t column) {
    auto moment = table.moment(column);
    return moment && moment->time_since_epoch().count() != 0 ? moment : std::nullopt;
}

std::string lower(std::string_view hex) {
    std::string text(hex);
    for (char& c : text)
        if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

UserState read_user_state(Table& table, const std::vector<std::string>& members,
                          std::string_view owner) {
    using namespace group_column;
    if (!table.has(group_column::user_state)) {
        if (owner.empty()) return UserState::unknown;
        bool is_member = std::find(members.begin(), members.end(), owner) != members.end();
        return is_member ? UserState::member : UserState::left;
    }
    auto state = table.integer(group_column::user_state);
    if (state == 0) return UserState::member;
    if (state == 1) return UserState::kicked;
    if (state == 2) return UserState::left;
    table.report("the user's state in the group is not known");
    return UserState::unknown;
}

}  // namespace

std::vector<Contact> read_contacts(ByteSource& source, Findings& findings) {
    using namespace contact_column;
    Table table(source, "contacts.csv", contact_column::names, former_contact_columns, findings);
    std::vector<Contact> contacts;
    while (table.next()) {
        Contact contact;
        contact.identity = table.text(identity);
        if (!ThreemaId::parse(contact.identity)) {
            table.report("a contact has no valid identity, and is left out");
            continue;
        }
        if (!codec::hex_decode(table.text(public_key), contact.public_key)) {
            table.report("a contact has no valid public key, and is left out");
            continue;
        }
        contact.verification_text = table.text(verification);
        auto level = verification_of(contact.verification_text);
        if (!level && !contact.verification_text.empty())
            table.report("the verification of a contact is not known");
        contact.verification = level.value_or(Verification::unverified);
        contact.address_book_id = table.text(address_book);
        contact.first_name = table.text(first_name);
        contact.last_name = table.text(last_name);
        contact.nickname = table.text(nickname);
        contact.last_update = read_last_update(table, contact_column::last_update);
        contact.hidden = table.flag(hidden);
        contact.archived = table.flag(archived);
        contact.number = table.text(table.has(number) ? number : identity);
        contact.others = table.kept_others();
        contacts.push_back(std::move(contact));
    }
    return contacts;
}

std::vector<Group> read_groups(ByteSource& source, std::string_view owner, Findings& findings) {
    using namespace group_column;
    Table table(source, "groups.csv", group_column::names, {}, findings);
    std::vector<Group> groups;
    while (table.next()) {
        Group group;
        group.id = lower(table.text(id));
        group.creator = table.text(creator);
        if (!parse_hex64(group.id) || !ThreemaId::parse(group.creator)) {
            table.report("a group has no valid id or creator, and is left out");
            continue;
        }
        group.name = table.text(name);
        group.created_at = table.moment(created_at);
        group.last_update = read_last_update(table, group_column::last_update);
        group.members = table.list(members);
        group.archived = table.flag(archived);
        group.deleted = table.flag(deleted);
        group.description = table.text(description);
        group.described_at = table.moment(described_at);
        group.number =
            table.has(number) ? std::string(table.text(number)) : group.id + "-" + group.creator;
        group.user_state = read_user_state(table, group.members, owner);
        group.others = table.kept_others();
        groups.push_back(std::move(group));
    }
    return groups;
}

std::vector<DistributionList> read_distribution_lists(ByteSource& source, Findings& findings) {
    using namespace list_column;
    Table table(source, "distribution_list.csv", list_column::names, {}, findings);
    std::vector<DistributionList> lists;
    while (table.next()) {
        DistributionList list;
        list.id = table.text(id);
        if (!parse_integer(list.id)) {
            table.report("a distribution list has no valid id, and is left out");
            continue;
        }
        list.name = table.text(name);
        list.created_at = table.moment(created_at);
        list.last_update = read_last_update(table, list_column::last_update);
        list.members = table.list(members);
        list.archived = table.flag(archived);
        list.others = table.kept_others();
        lists.push_back(std::move(list));
    }
    return lists;
}

}  // namespace tresor::data_backup
