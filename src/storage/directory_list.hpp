// One listing of a folder store, folder by folder.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <tresor/storage.hpp>

#include "base/file.hpp"

namespace tresor::storage {

// What a folder needs before and after it is read: files that lie aside come back first, and their
// place goes if it is empty.
class Tidied {
public:
    explicit Tidied(const std::filesystem::path& folder);
    Tidied(const Tidied&) = delete;
    Tidied& operator=(const Tidied&) = delete;
    ~Tidied();

private:
    std::filesystem::path place_;
};

// Keeps references to its arguments.
class Walk {
public:
    Walk(std::string_view prefix, const Visitor& visit) : prefix_(prefix), visit_(visit) {}

    // `base`: the names of what lies in this folder begin with it. False: the visitor has enough.
    bool folder(const std::filesystem::path& path, const std::string& base) const;

private:
    bool is_wanted(std::string_view part, const std::string& base) const;
    bool entry(const std::filesystem::path& path, std::string_view part, const std::string& base,
               const file::FolderReader& reader) const;

    std::string_view prefix_;
    const Visitor& visit_;
};

}  // namespace tresor::storage
