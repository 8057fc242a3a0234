// Documents for the tests of the model, whole but for the part that a test is about.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <tresor/safe/model.hpp>

#include "support.hpp"

namespace test {

using namespace tresor;
using namespace tresor::safe;

inline const std::string key_text = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

// A whole document around some of its parts.
struct Document {
    std::string info = "{\"version\":1}";
    std::string user = "{\"privatekey\":\"" + key_text + "\"}";
    std::string more = "\"settings\":{\"syncContacts\":false}";
    std::string text() const {
        return "{\"info\":" + info + ",\"user\":" + user + (more.empty() ? "" : "," + more) + "}";
    }
};

inline std::string with_info(std::string info) { return Document{.info = std::move(info)}.text(); }
inline std::string with_user(std::string user) { return Document{.user = std::move(user)}.text(); }
inline std::string with(const std::string& more) {
    return Document{.more = "\"settings\":{\"syncContacts\":false}," + more}.text();
}
inline std::string with_settings(const std::string& settings) {
    return Document{.more = "\"settings\":" + settings}.text();
}
inline std::string with_contact(const std::string& members) {
    return with("\"contacts\":[{\"identity\":\"TESTAAA1\",\"verification\":0," + members + "}]");
}

inline Imported import_text(std::string_view json, std::optional<ThreemaId> own = std::nullopt) {
    return import_backup(as_bytes(json), own);
}

inline std::string exported(const Backup& backup, ExclusionNames names = ExclusionNames::schema) {
    SecretBytes json = export_backup(backup, names);
    return test::text_of(json.expose());
}

inline std::vector<std::string> pointers(const std::vector<Finding>& findings) {
    std::vector<std::string> list;
    for (const Finding& finding : findings) list.push_back(finding.pointer);
    return list;
}
using Pointers = std::vector<std::string>;

inline std::string file(const std::string& name) {
    return test::text_of(test::read_file(std::filesystem::path(TRESOR_VECTORS) / name));
}

inline std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
}

}  // namespace test
