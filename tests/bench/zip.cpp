// The rows of zip archives: the keys of encrypted entries, reading archives, tables, messages.

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <openssl/evp.h>

#include "bench.hpp"
#include "crypto/pbkdf2_sha1.hpp"
#include "data_backup/container.hpp"
#include "data_backup/messages.hpp"
#include "data_backup/zip_writer.hpp"

using namespace tresor;

namespace {

// Of entries with AES-256: 66 bytes each from a salt of 16.
void bench_keys(std::size_t entries) {
    const std::string_view password = "three quiet otters";
    std::vector<Bytes> salts(entries, Bytes(16)), keys(entries, Bytes(66));
    std::vector<crypto::Pbkdf2Sha1Job> jobs;
    for (std::size_t i = 0; i < entries; ++i) {
        salts[i][0] = static_cast<Byte>(i);
        jobs.push_back({salts[i], keys[i]});
    }
    bench::measure(
        {.name = "keys of " + std::to_string(entries) + " zip entries, PBKDF2-HMAC-SHA1, 1000",
         .contenders = {{"OpenSSL (base)",
                         [&] {
                             for (const auto& job : jobs)
                                 if (PKCS5_PBKDF2_HMAC(password.data(), 18, job.salt.data(), 16,
                                                       1000, EVP_sha1(), 66, job.out.data()) != 1)
                                     std::abort();
                         }},
                        {"tresor pbkdf2_sha1",
                         [&] { crypto::pbkdf2_sha1(as_bytes(password), jobs, 1000); }}},
         .rounds = 101});
}

constexpr const char* archive_password = "three quiet otters";

void must(const std::string& command) {
    if (std::system(command.c_str()) != 0) std::abort();
}

// Files, and the archive that 7z makes of them.
class Archive {
public:
    Archive(const std::string& name, std::size_t files, std::size_t size, bool random)
        : folder_(std::filesystem::temp_directory_path() / ("tresor-bench-" + name)),
          path_(folder_.string() + ".zip"),
          level_(random ? "0" : "5") {
        std::filesystem::remove_all(folder_);
        std::filesystem::create_directory(folder_);
        std::uint64_t state = 1;
        for (std::size_t i = 0; i < files; ++i) {
            std::string text;
            while (text.size() < size) {
                state = state * 6364136223846793005u + 1442695040888963407u;
                if (random)
                    text.append(reinterpret_cast<const char*>(&state), sizeof state);
                else
                    text.append(1, '"').append(std::to_string(state >> 40)) +=
                        "\",\"some text of a message\",\"1\"\n";
            }
            text.resize(size);
            names_.push_back("file" + std::to_string(i) + (random ? "" : ".csv"));
            std::ofstream(folder_ / names_.back(), std::ios::binary) << text;
        }
        make_by_7z(path_);
    }
    ~Archive() {
        std::filesystem::remove_all(folder_);
        std::filesystem::remove(path_);
    }
    const std::string& path() const { return path_; }
    const std::filesystem::path& folder() const { return folder_; }
    const std::vector<std::string>& names() const { return names_; }

    void make_by_7z(const std::string& path) const {
        std::filesystem::remove(path);
        must("cd '" + folder_.string() + "' && 7z a -tzip -mmt1 -mem=AES256 -mx" + level_ + " -p'" +
             archive_password + "' '" + path + "' . >/dev/null");
    }

private:
    std::filesystem::path folder_;
    std::string path_, level_;
    std::vector<std::string> names_;
};

void read_all(const std::string& path, unsigned jobs) {
    FileReadAt file(path);
    data_backup::ReadOptions options;
    options.jobs = jobs;
    Findings findings;
    data_backup::Container container(file, Password(archive_password), options, findings);
    std::vector<const data_backup::ZipEntry*> entries;
    for (const auto& entry : container.directory().entries)
        if (entry.is_encrypted()) entries.push_back(&entry);
    std::atomic<std::uint64_t> bytes{0};
    container.for_each(entries, [&](const auto& entry, auto keys) {
        auto content = container.open(entry, std::move(keys));
        std::array<Byte, 65536> block;
        while (std::size_t size = content->read(block)) bytes += size;
    });
    bench::keep(bytes);
}

void bench_reading(const std::string& what, const Archive& archive, const std::string& peer,
                   const std::string& command, double bytes) {
    bench::measure({.name = "zip: reading " + what,
                    .bytes = bytes,
                    .contenders = {{peer + " (base)", [&] { must(command); }},
                                   {"tresor, one thread", [&] { read_all(archive.path(), 1); }},
                                   {"tresor, two threads", [&] { read_all(archive.path(), 2); }}},
                    .rounds = 7});
}

// Into a file that is thrown away; nothing is made durable, as the others do not either.
void write_all(const Archive& archive, unsigned jobs) {
    FileSink sink(archive.path() + ".ours", Existing::replace);
    data_backup::ZipWriter zip(sink, Password(archive_password), {.jobs = jobs, .progress = {}});
    for (const std::string& name : archive.names()) {
        FileSource file(archive.folder() / name);
        zip.add(name, file);
    }
    zip.finish();
    bench::keep(zip.bytes());
}

void bench_writing(const std::string& what, const Archive& archive, const std::string& peer,
                   const std::function<void()>& theirs, double bytes) {
    bench::measure({.name = "zip: creating " + what,
                    .bytes = bytes,
                    .contenders = {{peer + " (base)", theirs},
                                   {"tresor, one thread", [&] { write_all(archive, 1); }},
                                   {"tresor, two threads", [&] { write_all(archive, 2); }}},
                    .rounds = 7});
}

void bench_archives() {
    if (std::system("command -v 7z >/dev/null && command -v bsdtar >/dev/null") != 0) {
        std::puts("\nzip: archives are left out: 7z and bsdtar are not installed");
        return;
    }
    std::string password = std::string("'") + archive_password + "'";
    auto seven = [&](const Archive& archive) {
        return "7z t -mmt1 -p" + password + " " + archive.path() + " >/dev/null";
    };
    Archive many("many", 10'000, 1000, false), large("large", 200, 1 << 20, true),
        table("table", 1, 200'000'000, false);
    bench_reading("10,000 entries of 1 KB", many, "7z, one thread", seven(many), 0);
    bench_reading("200 entries of 1 MiB", large, "7z, one thread", seven(large), 200 << 20);
    bench_reading("a table of 200 MB", table, "bsdtar (libarchive)",
                  "bsdtar -xOf " + table.path() + " --passphrase " + password + " >/dev/null",
                  200'000'000);
    auto made_by_7z = [](const Archive& archive) {
        return [&archive] { archive.make_by_7z(archive.path() + ".theirs"); };
    };
    bench_writing("10,000 entries of 1 KB", many, "7z, one thread", made_by_7z(many), 0);
    bench_writing("200 entries of 1 MiB", large, "7z, one thread", made_by_7z(large), 200 << 20);
    bench_writing(
        "a table of 200 MB", table, "bsdtar (libarchive), level 6",
        [&] {
            must("cd '" + table.folder().string() + "' && bsdtar -cf '" + table.path() +
                 ".theirs' --format zip --options "
                 "zip:encryption=aes256,zip:compression-level=6 --passphrase " +
                 password + " .");
        },
        200'000'000);
    for (const Archive* archive : {&many, &large, &table})
        std::filesystem::remove(archive->path() + ".theirs");
}

std::string table_of(std::size_t rows) {
    std::string text =
        "\"apiid\",\"uid\",\"isoutbox\",\"isread\",\"issaved\",\"messagestae\",\"posted_at\","
        "\"created_at\","
        "\"modified_at\",\"type\",\"body\",\"isstatusmessage\",\"caption\",\"quoted_message_"
        "apiid\","
        "\"delivered_at\",\"read_at\",\"g_msg_states\",\"display_tags\",\"edited_at\",\"deleted_"
        "at\"\n";
    for (std::size_t i = 0; i < rows; ++i)
        text += "\"00112233445566" + std::to_string(10 + i % 90) +
                "\",\"6f1d2a3b-0000-4000-8000-000000000001\",\"0\",\"1\",\"1\",\"READ\","
                "\"1735689600000\","
                "\"1735689601234\",\"1735689605000\",\"TEXT\",\"Hi \"\"you\"\", a message of some "
                "length\","
                "\"0\",\"\",\"\",\"\",\"1735689605000\",,\"0\",\"\",\"\"\n";
    return text;
}

// Cells by their quotes alone: as fast as the dialect can be looked through.
std::size_t cells_by_memchr(const std::string& text) {
    std::size_t cells = 0;
    const char *at = text.data(), *end = at + text.size();
    while (
        (at = static_cast<const char*>(std::memchr(at, '"', static_cast<std::size_t>(end - at))))) {
        do {
            at = static_cast<const char*>(
                std::memchr(at + 1, '"', static_cast<std::size_t>(end - at - 1)));
        } while (at != nullptr && at + 1 < end && *++at == '"');
        if (at == nullptr) break;
        ++cells;
    }
    return cells;
}

void bench_tables() {
    std::string text = table_of(1'000'000);
    bench::measure({.name = "CSV: a table of a million messages",
                    .bytes = static_cast<double>(text.size()),
                    .contenders = {{"memchr from quote to quote (base)",
                                    [&] { bench::keep(cells_by_memchr(text)); }},
                                   {"tresor CsvReader",
                                    [&] {
                                        MemorySource source(as_bytes(text));
                                        auto reader =
                                            std::make_unique<data_backup::CsvReader>(source);
                                        std::size_t cells = 0;
                                        for (data_backup::CsvRow row; reader->next(row);)
                                            cells += row.size();
                                        bench::keep(cells);
                                    }},
                                   {"tresor MessageTable: a million messages",
                                    [&] {
                                        data_backup::Chat chat;
                                        Findings findings;
                                        data_backup::MessageTable table(
                                            std::make_unique<MemorySource>(as_bytes(text)), chat,
                                            "MYSELF01", nullptr, findings, false);
                                        std::size_t count = 0;
                                        for (data_backup::Message message; table.next(message);)
                                            ++count;
                                        bench::keep(count);
                                    }}},
                    .rounds = 11});
}

}  // namespace

void bench_zip() {
    bench_keys(1);
    bench_keys(8);
    bench_tables();
    bench_archives();
}
