// A WebDAV server in memory, with the habits of real ones.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include <tresor/storage/webdav.hpp>

#include "net/scripted.hpp"
#include "storage/stores.hpp"

namespace test {

struct DavHabits {
    int put_without_folder = 409;
    int move_without_source = 404;
    enum class Etags { strong, none, weak, by_second } etags = Etags::strong;
    bool etag_moves = true;          // a file keeps its ETag when it is moved
    bool moves = true;               // else 405
    bool whole_destinations = true;  // else 502: it knows itself by another name
    bool path_destinations = true;   // else 400
    bool respects_overwrite = true;
    bool hidden_names = true;  // else 403 for a name that begins with a dot
    int make_again = 405;
    bool collections_have_lengths = false;
    std::string before_href = {};  // such as "https://safe.example"
};

class DavServer {
public:
    explicit DavServer(DavHabits its = {}, std::string base = "/dav/")
        : habits(std::move(its)), base_(std::move(base)) {
        folders.insert(base_);
    }

    struct File {
        std::string content;
        tresor::Timestamp modified;
        std::uint64_t serial;
    };

    tresor::net::Response answer(const Asked& asked);
    std::unique_ptr<WebDav> open() {
        return std::make_unique<WebDav>(
            tresor::net::parse_base_url("https://alice:s3cret@safe.example" + base_),
            std::make_unique<Scripted>(asked, [this](const Asked& one) { return answer(one); }));
    }
    void write(const std::string& name, std::string content, tresor::Timestamp modified) {
        files[base_ + name] = {std::move(content), modified, ++serial_};
    }
    const File* file(const std::string& name) const {
        auto found = files.find(base_ + name);
        return found == files.end() ? nullptr : &found->second;
    }
    std::vector<std::string> names() const {  // of all files, ours too
        std::vector<std::string> all;
        for (const auto& [path, file] : files) all.push_back(path.substr(base_.size()));
        return all;
    }

    DavHabits habits;
    std::map<std::string, File> files;  // by whole path
    std::set<std::string> folders;      // each with a slash at the end
    std::vector<Asked> asked;
    std::function<void(const Asked& asked)> before;
    // Says this instead of what would be; the deed is done all the same if `does` says so.
    struct Fault {
        int status;
        bool does = false;
    };
    std::function<std::optional<Fault>(const Asked& asked)> fault;
    tresor::Timestamp clock = at("2026-11-24T12:00:00Z");

private:
    using Response = tresor::net::Response;
    Response put(const Asked& asked, const std::string& path);
    Response move(const Asked& asked, const std::string& path);
    Response propfind(const Asked& asked, const std::string& path) const;
    std::string entry(const std::string& path, const File* file) const;
    std::string etag_of(const File& file) const;
    bool has_folder_of(const std::string& path) const {
        return folders.contains(path.substr(0, path.rfind('/', path.size() - 2) + 1));
    }

    std::string base_;
    std::uint64_t serial_ = 0;
};

}  // namespace test
