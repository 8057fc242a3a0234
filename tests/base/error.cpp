#include <tresor/error.hpp>

#include <set>

#include "base/findings.hpp"
#include "support.hpp"

using namespace tresor;

TEST_CASE("error: the numbers and names of the contract") {
    const std::pair<int, const char*> contract[] = {
        {1, "internal"},    {2, "invalid_argument"}, {3, "malformed"},
        {4, "unsupported"}, {5, "auth_failed"},      {6, "too_large"},
        {7, "not_found"},   {8, "denied"},           {9, "unavailable"},
        {10, "io"},         {11, "out_of_memory"},   {12, "conflict"},
        {13, "cancelled"}};
    for (auto [number, name] : contract) CHECK(name_of(static_cast<Errc>(number)) == name);
}

TEST_CASE("error: findings beyond a thousand are counted, not kept") {
    Findings findings;
    for (int i = 0; i < 1234; ++i) findings.add(std::to_string(i), "odd");
    auto taken = findings.take();
    REQUIRE(taken.size() == 1001);
    CHECK(taken[999] == Finding{"999", "odd"});
    CHECK(taken[1000] == Finding{"", "234 further findings are not listed"});
    CHECK(findings.take().empty());
}
