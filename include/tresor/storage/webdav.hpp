// Objects as files on a WebDAV server (RFC 4918): Nextcloud, ownCloud, Apache, nginx, a NAS.
//
// The same layout as Directory's: a folder that one of them has written, the other reads. Servers
// differ; this is what is done about it:
//
// - put() writes `.tresor-<random>` beside the target and moves it there, so that an upload that is
//   cut short leaves the old object, also on servers that write in place. Where a server cannot
//   move or takes no such name, it writes in place. Missing folders are made on the way.
// - stat() and list() ask by PROPFIND of depth 0 and 1, never of infinite depth. Only what is an
//   object's name is seen. Temporary files that are listed and over a day old by the server's own
//   clock are removed.
// - Conditions of HTTP are never used: servers ignore them. A version for remove() takes the object
//   aside by MOVE, compares, and removes it or moves it back, as Directory does. That holds where
//   each write gives another ETag at once, and MOVE keeps it and respects `Overwrite: F`; can()
//   finds out by trying, the first time. Elsewhere objects have no versions, and it is unsupported.
//   The last step, to give back a name that is still free, is as exact as the server is.
// - put() knows no conditions.
// One thread at a time; many programs may share the folder.
#pragma once

#include <memory>
#include <optional>

#include <tresor/http.hpp>
#include <tresor/storage.hpp>
#include <tresor/url.hpp>

namespace tresor::storage {

class DavFiles;
struct DavEntry;

class WebDav final : public Storage {
public:
    // Throws invalid_argument if the URL has a placeholder left.
    WebDav(net::BaseUrl base, std::unique_ptr<net::Transport> transport,
           std::string user_agent = net::Options().user_agent);
    ~WebDav() override;
    // Makes the folder, in one that exists (else not_found), and `backups/` in it, where they are
    // missing.
    void create();

    std::string describe() const override;
    Abilities can() const override;  // writes into the folder to find out, the first time
    ObjectInfo put(const ObjectName& name, ByteSource& content, const Condition& = {}) override;
    std::optional<ObjectInfo> stat(const ObjectName& name) override;
    std::optional<ObjectInfo> get(const ObjectName& name, ByteSink& into) override;
    bool remove(const ObjectName& name, const Condition& = {}) override;
    // Needs memory for the names of one folder, a million at most, in 10,000 folders at most (else
    // too_large).
    void list(std::string_view prefix, const Visitor& visit) override;
    std::optional<Timestamp> clock() override;  // the Date of an answer

private:
    bool tells_versions() const;
    bool find_out() const;
    std::string version_of(const std::string& etag) const;
    void require_root() const;  // throws not_found
    void make_folders_of(const std::string& path);
    void upload(const std::string& path, ByteSource& content);
    std::optional<Error> put_beside(const std::string& path, ByteSource& content);
    std::optional<DavEntry> find(const ObjectName& name);
    bool walk(const std::string& folder, std::string_view prefix, const Visitor& visit);
    void drop_if_old(const std::string& path, std::optional<Timestamp> modified);

    std::unique_ptr<DavFiles> files_;
    mutable std::optional<bool> tells_versions_;
    std::size_t walked_ = 0;
    bool writes_beside_ = true;
};

}  // namespace tresor::storage
