#include "support.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include <sodium.h>
#include <stdlib.h>

namespace test {

Bytes unhex(std::string_view digits) {
    Bytes bytes;
    std::string pair;
    for (char c : digits) {
        if (c == ' ' || c == '\n') continue;
        pair += c;
        if (pair.size() < 2) continue;
        bytes.push_back(static_cast<tresor::Byte>(std::stoi(pair, nullptr, 16)));
        pair.clear();
    }
    return bytes;
}

std::string hex(ByteView bytes) {
    std::string text(2 * bytes.size() + 1, '\0');
    sodium_bin2hex(text.data(), text.size(), bytes.data(), bytes.size());
    text.pop_back();
    return text;
}

std::string sha256(ByteView bytes) {
    Bytes hash(crypto_hash_sha256_BYTES);
    crypto_hash_sha256(hash.data(), bytes.data(), bytes.size());
    return hex(hash);
}

Bytes read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    REQUIRE_MESSAGE(file, "cannot read " << path.string());
    return Bytes(std::istreambuf_iterator<char>(file), {});
}

Vector read_vector(const std::string& path) {
    Bytes all = read_file(std::filesystem::path(TRESOR_VECTORS) / path);
    Vector vector;
    auto at = all.begin();
    for (;;) {
        auto end = std::find(at, all.end(), '\n');
        std::string line(at, end);
        at = end == all.end() ? end : end + 1;
        if (line.empty()) break;
        auto colon = line.find(": ");
        REQUIRE_MESSAGE(colon != line.npos, path << " has a bad header");
        vector.header[line.substr(0, colon)] = line.substr(colon + 2);
    }
    vector.bytes.assign(at, all.end());
    return vector;
}

std::vector<std::string> vectors_in(const std::string& folder) {
    std::vector<std::string> paths;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(TRESOR_VECTORS) / folder))
        paths.push_back(folder + "/" + entry.path().filename().string());
    std::sort(paths.begin(), paths.end());
    REQUIRE(!paths.empty());
    return paths;
}

TemporaryFolder::TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "tresor-test-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::uint64_t rounds(std::uint64_t at_one) {
    const char* scale = std::getenv("TRESOR_TEST_SCALE");
    double factor = scale == nullptr ? 1 : std::strtod(scale, nullptr);
    return std::max<std::uint64_t>(
        1, static_cast<std::uint64_t>(static_cast<double>(at_one) * factor));
}

}  // namespace test
