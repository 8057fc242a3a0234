// What a sheet says, in the languages it can say it in.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <tresor/id_export/sheet.hpp>

namespace tresor::id_export {

struct SheetWords {
    std::string_view language;           // as in HTML
    std::string_view title;              // before the ID
    std::vector<std::string_view> what;  // lines, in this and the lists below
    std::string_view identity, date, scheme;
    std::string_view code, picture;
    std::string_view needed_title;
    std::vector<std::string_view> needed;
    std::string_view use_title;
    std::vector<std::string_view>
        use;                        // steps; a line that begins with + belongs to the one before
    std::string_view android_only;  // of the scheme argon2id
    std::string_view keep_title;
    std::vector<std::string_view> keep;
    std::vector<std::string_view> months;
    std::string_view after_day;  // "24. November", "24 November"
};

const SheetWords& words_of(Language language);

}  // namespace tresor::id_export
