// A WebDAV folder as a place for files: each method one request, and what the servers make of it.
//
// Paths are relative to the folder, made of ASCII that needs no encoding; "" is the folder itself,
// and one that ends in a slash is a folder.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <tresor/http.hpp>

#include "net/client.hpp"
#include "storage/aside.hpp"
#include "storage/propfind.hpp"

namespace tresor::storage {

class DavFiles final : public aside::Files {
public:
    DavFiles(net::BaseUrl base, std::unique_ptr<net::Transport> transport, std::string user_agent);

    std::string describe() const { return "the WebDAV folder " + url_; }
    std::optional<Timestamp> clock() const noexcept { return client_.clock(); }

    // Absent if there is nothing.
    std::optional<DavEntry> look(const std::string& path);
    // What is in a folder, each under its own name in `path`. Absent if there is no such folder.
    std::optional<std::vector<DavEntry>> entries(const std::string& folder);

    // Absent if there is nothing.
    std::optional<net::Response> get(const std::string& path, ByteSink& into);
    // The answer of a server that has no folder for it, perhaps; absent if all went well.
    std::optional<Error> put(const std::string& path, ByteSource& content);
    // It may be there already; throws not_found if there is none to make it in.
    void make(const std::string& folder);
    // What is of no use any more; in 5 s or not at all.
    void drop(const std::string& path) noexcept;
    // `no`: there is no such file, or no folder to move it to. Throws unsupported if the server
    // cannot move, as far as it was seen.
    enum class Moved { yes, no, taken };
    Moved move(const std::string& from, const std::string& to, Existing existing);

    std::optional<Info> info(const std::filesystem::path& path) override;
    void make_folder(const std::filesystem::path& path) override { make(path.string() + "/"); }
    bool rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
    bool rename_if_free(const std::filesystem::path& from,
                        const std::filesystem::path& to) override;
    bool unlink(const std::filesystem::path& path) override;
    bool names_in(const std::filesystem::path& folder,
                  const std::function<void(std::string_view name)>& visit) override;

private:
    net::Request request(const char* method, const std::string& path) const;
    std::optional<std::vector<DavEntry>> propfind(const std::string& path, const char* depth);
    Error no_webdav(const net::Response& response) const;
    [[noreturn]] void fail(const net::Response& response) const;
    net::Response ask_to_move(const std::string& from, const std::string& to, Existing existing,
                              bool whole_url);
    Moved meaning_of(const net::Response& response, const std::string& from, const std::string& to);
    [[noreturn]] void cannot_move() const;

    std::string url_, path_;
    net::Client client_;
    bool whole_urls_ = true;  // as Destination; else the path alone
    bool has_moved_ = false;
};

}  // namespace tresor::storage
