// Writes an encrypted zip file in one forward pass (data-backup.md 1.2, 1.3, 1.5, 1.6).
//
//     entry := local header || salt (16) || verifier (2) || AES-CTR(deflate(content)) || MAC (10)
//              || descriptor
//     file  := entry* || directory || end records
//
// Content is packed in pieces, each with the end of the one before it as dictionary, so that
// several threads can share one table; pieces are cut alike whatever the number of threads is, and
// so is the file. What waits for its turn is bounded: a few MiB.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include <tresor/data_backup/writer.hpp>
#include <tresor/io.hpp>
#include <tresor/secret.hpp>
#include <tresor/time.hpp>

namespace tresor::data_backup {

struct ZipWriteOptions {
    CivilTime time = {};  // of all entries; years before 1980 and after 2107 become these
    unsigned jobs = 1;
    // Fills the salt of the next entry; empty: the random source.
    std::function<void(ByteSpan salt)> salt = {};
    Progress progress = {};  // bytes written; false cancels
};

ZipWriteOptions zip_options(const WriteOptions& write);

// Tables and settings are packed (level 5), all else is stored within deflate (level 0): 1.5.
bool is_packed(std::string_view entry_name) noexcept;

// Keeps the sink. One thread at a time; a writer that threw is of no more use.
class ZipWriter {
public:
    ZipWriter(ByteSink& into, const Password& password, ZipWriteOptions options);
    ~ZipWriter();

    // The content of the entry comes in pieces. No other one is open then.
    void begin(std::string_view name);
    void write(ByteView content);
    void end();
    // All at once.
    void add(std::string_view name, ByteSource& content);
    void add(std::string_view name, ByteView content);

    void finish();  // the directory

    std::uint64_t entries() const noexcept;
    std::uint64_t bytes() const noexcept;  // written to the sink so far

private:
    struct State;
    std::unique_ptr<State> state_;
};

// The entry that is open, as a sink. Keeps the writer.
class EntrySink final : public ByteSink {
public:
    explicit EntrySink(ZipWriter& zip) : zip_(zip) {}
    void write(ByteView bytes) override { zip_.write(bytes); }
    void restart() override;  // internal: what is written cannot be taken back

private:
    ZipWriter& zip_;
};

}  // namespace tresor::data_backup
