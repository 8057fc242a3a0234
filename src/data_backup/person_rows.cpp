#include "data_backup/person_rows.hpp"

#include <algorithm>
#include <array>

#include <tresor/error.hpp>

#include "codec/hex.hpp"
#include "data_backup/cell_rules.hpp"
#include "data_backup/schema.hpp"
#include "data_backup/words.hpp"
#include "data_backup/writer_check.hpp"

namespace tresor::data_backup {

namespace {

constexpr std::size_t longest_name = 256;  // the restorer cuts what is longer
constexpr std::size_t number_digits = 10;
constexpr std::int64_t longest_list_id = std::numeric_limits<std::int64_t>::max();

constexpr auto group_names = names_of(group_column::columns);

OptionalMoment or_zero(OptionalMoment moment) { return moment ? moment : Moment(); }

void require_name(const std::string& name, const Place& place) {
    place.require_utf8("name", name);
    place.require(name.size() <= longest_name, "name", "has more than 256 bytes");
}

void check_texts(const Contact& contact, const Place& place) {
    place.require_utf8("verification_text", contact.verification_text);
    place.require_utf8("address_book_id", contact.address_book_id);
    place.require_utf8("first_name", contact.first_name);
    place.require_utf8("last_name", contact.last_name);
    place.require_utf8("nickname", contact.nickname);
}

void write(TableWriter& rows, const Contact& contact, std::string_view number) {
    rows.cell(contact.identity);
    rows.cell(codec::hex_encode(contact.public_key));
    rows.cell(contact.verification_text.empty() ? word_of(contact.verification)
                                                : contact.verification_text);
    rows.cell(contact.address_book_id);
    rows.cell(contact.first_name);
    rows.cell(contact.last_name);
    rows.cell(contact.nickname);
    rows.moment(contact.last_update);
    rows.flag(contact.hidden);
    rows.flag(contact.archived);
    rows.cell(number);
    rows.end_row();
}

void write(TableWriter& rows, const Group& group, std::string_view number) {
    rows.cell(group.id);
    rows.cell(group.creator);
    rows.cell(group.name);
    rows.moment(group.created_at);
    rows.moment(or_zero(group.last_update));
    rows.list(group.members);
    rows.flag(group.archived);
    rows.cell(group.description);
    rows.moment(group.described_at);
    rows.cell(number);
    rows.integer(static_cast<int>(group.user_state));
    rows.end_row();
}

void write(TableWriter& rows, const DistributionList& list) {
    rows.cell(list.id);
    rows.cell(list.name);
    rows.moment(list.created_at);
    rows.moment(or_zero(list.last_update));
    rows.list(list.members);
    rows.flag(list.archived);
    rows.end_row();
}

// Calls `is_known` with each.
template <class Known>
void check_list(const std::vector<std::string>& members, const Place& place, const Known& known) {
    std::set<std::string_view> seen;
    for (std::size_t i = 0; i < members.size(); ++i) {
        Place member("members", i, &place);
        member.require_identity("", members[i]);
        member.require(seen.insert(members[i]).second, "", "is there twice");
        member.require(known(members[i]), "", "is no contact");
    }
}

}  // namespace

PersonRows::PersonRows(Random random)
    : contacts(contact_column::names),
      groups(group_names),
      lists(list_column::names),
      random_(std::move(random)) {}

std::string PersonRows::add(const Contact& contact) {
    Place place("contacts", contacts.count());
    place.require_identity("identity", contact.identity);
    place.require(contact.identity != owner_, "identity", "is the owner's");
    place.require(!has_contact(contact.identity), "identity", "is there twice");
    place.require(contact.public_key != PublicKey{}, "public_key", "is missing");
    place.require(!word_of(contact.verification).empty(), "verification", "is not known");
    check_texts(contact, place);
    std::string number = number_for(contact.number, place);
    write(contacts.rows(), contact, number);
    contacts_.insert(contact.identity);
    return number;
}

std::string PersonRows::add(const Group& group) {
    Place place("groups", groups.count());
    place.require_id("id", group.id);
    place.require_identity("creator", group.creator);
    std::string chat = group.id + "-" + group.creator;
    place.require(!groups_.contains(chat), "id", "is there twice with this creator");
    require_name(group.name, place);
    place.require_utf8("description", group.description);
    place.require(!group.deleted, "deleted", "is nothing that format 27 can tell");
    bool known = group.user_state == UserState::member || group.user_state == UserState::kicked ||
                 group.user_state == UserState::left;
    place.require(known, "user_state", "is not known");
    check_members(group, place);
    std::string number = number_for(group.number, place);
    write(groups.rows(), group, number);
    groups_.emplace(std::move(chat), number);
    return number;
}

// The creator is always among them (4.4), the owner only as long as he is a member.
void PersonRows::check_members(const Group& group, const Place& place) const {
    check_list(group.members, place,
               [&](const std::string& one) { return one == owner_ || has_contact(one); });
    auto has = [&](const std::string& one) {
        return std::find(group.members.begin(), group.members.end(), one) != group.members.end();
    };
    place.require(has(group.creator), "members", "lacks the creator");
    if (group.creator == owner_) return;
    bool is_member = group.user_state == UserState::member;
    place.require(!is_member || has(owner_), "members", "lacks the owner, who is a member");
    place.require(is_member || !has(owner_), "members", "has the owner, who is no member");
}

std::string PersonRows::add(const DistributionList& list) {
    Place place("distribution_lists", lists.count());
    place.require(is_plain_integer(list.id, 1, longest_list_id), "id",
                  "is no positive number of 63 bits");
    place.require(lists_.insert(list.id).second, "id", "is there twice");
    require_name(list.name, place);
    check_list(list.members, place, [&](const std::string& one) { return has_contact(one); });
    write(lists.rows(), list);
    return list.id;
}

const std::string* PersonRows::group_number(std::string_view chat) const {
    auto found = groups_.find(chat);
    return found == groups_.end() ? nullptr : &found->second;
}

std::string PersonRows::number_for(const std::string& wanted, const Place& place) {
    if (wanted.empty()) return random_number();
    place.require(is_number(wanted), "number", "is no number of 10 digits");
    place.require(numbers_.insert(wanted).second, "number", "is there twice");
    return wanted;
}

// Below 2^31 - 1, as the app draws them.
std::string PersonRows::random_number() {
    constexpr unsigned most_tries = 10'000;  // of a source that is fixed
    for (unsigned i = 0; i < most_tries; ++i) {
        std::array<Byte, 4> drawn;
        random_(drawn);
        std::uint32_t value = 0;
        for (Byte byte : drawn) value = value << 8 | byte;
        value &= 0x7FFFFFFF;
        if (value == 0x7FFFFFFF) continue;
        std::string digits = std::to_string(value);
        digits.insert(0, number_digits - digits.size(), '0');
        if (numbers_.insert(digits).second) return digits;
    }
    throw Error(Errc::internal, "the random source gave the same numbers again and again");
}

}  // namespace tresor::data_backup
