// Folders of any files: they are refused in words, or the archive made of one is whole, has each
// file as it was, and no row of it is lost.

#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "archives.hpp"
#include "data_backup/zip.hpp"

namespace {

// One for the process, in memory where that can be had.
struct Folder {
    Folder() {
        std::error_code error;
        bool in_memory = std::filesystem::is_directory("/dev/shm", error);
        auto root = in_memory ? "/dev/shm" : std::filesystem::temp_directory_path();
        path = root / ("tresor-fuzz-" + std::to_string(getpid()));
    }
    ~Folder() { std::filesystem::remove_all(path); }

    void fill(std::string_view text) const {
        std::filesystem::remove_all(path);
        std::filesystem::create_directory(path);
        each_entry(text, [this](std::string_view name, ByteView content) {
            if (!is_plain_name(name) || name.size() > 100) return;
            std::ofstream file(path / name, std::ios::binary);
            file << as_text(content);
            if (name == "identity" && content.empty()) file << owner_code();
        });
    }
    std::filesystem::path path;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const Byte* data, std::size_t size) {
    static const Folder folder;
    folder.fill(as_text(ByteView(data, size)));
    MemorySink sink;
    try {
        create(folder.path, password, sink, password, write_options());
    } catch (const Error& error) {
        REQUIRE_THAT(error.code() == Errc::invalid_argument || error.code() == Errc::malformed ||
                     error.code() == Errc::unsupported || error.code() == Errc::auth_failed);
        return 0;
    }
    content_of_archive(sink.bytes());
    MemoryView file(sink.bytes());
    for (const Finding& finding : verify(file, password).findings)
        if (finding.reason.find("left out") != std::string::npos) {
            std::fprintf(stderr, "%s: %s\n", finding.pointer.c_str(), finding.reason.c_str());
            REQUIRE_THAT(finding.pointer.starts_with("ballot"));
        }
    return 0;
}
