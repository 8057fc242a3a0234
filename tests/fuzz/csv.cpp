// Tables: however the bytes come, the rows are the same; what was read and is written as the apps
// do is read as the same again.

#include <memory>

#include "data_backup/csv.hpp"
#include "require.hpp"

using namespace tresor;
using namespace tresor::data_backup;

namespace {

// Gives one byte, then two, and so on.
class Growing final : public ByteSource {
public:
    explicit Growing(ByteView bytes) : all_(bytes) {}
    std::optional<std::uint64_t> size() const override { return std::nullopt; }
    std::size_t read(ByteSpan into) override {
        return all_.read(into.first(std::min(into.size(), ++most_)));
    }
    void rewind() override {}

private:
    MemorySource all_;
    std::size_t most_ = 0;
};

std::string written(ByteSource& source) {
    auto reader =
        std::make_unique<CsvReader>(source, CsvReader::Limits{.row_bytes = 4096, .cells = 64});
    std::string text;
    for (CsvRow row; reader->next(row);) {
        if (row.size() == 0) continue;  // it was cut in its first cell
        for (std::size_t i = 0; i < row.size(); ++i) {
            text += i == 0 ? "\"" : ",\"";
            for (char c : row[i]) text.append(c == '"' || c == '\\' ? 2 : 1, c);
            text += '"';
        }
        text += '\n';
    }
    return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const Byte* data, std::size_t size) {
    MemorySource at_once(ByteView(data, size));
    Growing in_pieces(ByteView(data, size));
    std::string text = written(at_once);
    REQUIRE_THAT(written(in_pieces) == text);
    MemorySource again(as_bytes(text));
    REQUIRE_THAT(written(again) == text);
    return 0;
}
