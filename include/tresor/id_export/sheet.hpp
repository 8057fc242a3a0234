// The sheet for the wardrobe: one page with everything but the password.
//
// What it is, the ID, the date, the code in groups of four, the QR code that the apps scan
// (id-export.md 3.4), what is needed besides it and how it is used; in English or German, black on
// white. It is 210 mm wide and 279 mm high, which prints on A4 and on Letter, and refers to nothing
// outside. Whoever has it needs only the password: it is as secret as the code.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tresor/id_export.hpp>

namespace tresor::id_export {

enum class Language { en, de };
std::optional<Language> language_named(std::string_view name) noexcept;  // "en", "de"

struct Sheet {
    ThreemaId identity;
    std::string code;
    Timestamp made_at;
    Language language = Language::en;
};

// Both throw what find_code() throws if `code` is none, invalid_argument for a time outside the
// years 0 to 9999. The HTML page holds the same drawing.
std::string sheet_svg(const Sheet& sheet);
std::string sheet_html(const Sheet& sheet);

// The QR code of a code as the apps make it: the dashed text, error correction Q, no quiet zone yet
// (it wants 4 modules). A row for each line, true is dark. Throws what find_code() throws.
std::vector<std::vector<bool>> qr_code(std::string_view code);

}  // namespace tresor::id_export
