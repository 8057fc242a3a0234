// The tables of contacts, groups and distribution lists, and who is in them (data-backup.md 4.2,
// 4.4, 4.6, 7.5, 12).
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include <tresor/data_backup/model.hpp>

#include "data_backup/memory_table.hpp"

namespace tresor::data_backup {

// Refuses what the restorer would not take, with a pointer to it. Keeps nothing that it is given.
class PersonRows {
public:
    using Random = std::function<void(ByteSpan)>;
    explicit PersonRows(Random random);

    void set_owner(std::string_view identity) { owner_ = identity; }
    const std::string& owner() const noexcept { return owner_; }

    // Each returns the number in the names of its entries.
    std::string add(const Contact& contact);
    std::string add(const Group& group);  // after its members
    std::string add(const DistributionList& list);

    bool has_contact(std::string_view identity) const { return contacts_.contains(identity); }
    const std::string* group_number(std::string_view chat) const;  // nullptr if there is none

    MemoryTable contacts, groups, lists;

private:
    void check_members(const Group& group, const class Place& place) const;
    std::string number_for(const std::string& wanted, const class Place& place);
    std::string random_number();

    Random random_;
    std::string owner_;
    std::set<std::string, std::less<>> contacts_, lists_, numbers_;
    std::map<std::string, std::string, std::less<>> groups_;  // chat -> number
};

}  // namespace tresor::data_backup
