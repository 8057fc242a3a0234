// A Safe server, as the official apps use it (safe.md 5).
//
//     GET config      GET | HEAD | PUT | DELETE backups/<64 lowercase hex>
//
// - It has no other names, does not list, knows no conditions, and its `config` is its own: each of
//   these is unsupported. It tells no versions and no clock.
// - stat() asks by HEAD. Servers that know no HEAD answer 404 to it, so a 404 is asked again by GET
//   until a HEAD has found something.
// - Any plain WebDAV folder with `config` and `backups/` works as one. What becomes of an upload
// that
//   is cut short is up to the server; WebDav (webdav.hpp) takes care of that.
#pragma once

#include <memory>

#include <tresor/http.hpp>
#include <tresor/storage.hpp>
#include <tresor/url.hpp>

namespace tresor::net {
class Client;
}

namespace tresor::storage {

// Threema's own: 256 hosts, one for each first byte of a backup id.
inline constexpr std::string_view official_server = "https://safe-{backupIdPrefix8}.threema.ch/";

// One thread at a time.
class SafeServer final : public Storage {
public:
    // Throws invalid_argument if the URL has a placeholder left.
    SafeServer(net::BaseUrl base, std::unique_ptr<net::Transport> transport,
               std::string user_agent = net::Options().user_agent);
    ~SafeServer() override;

    std::string describe() const override;
    Abilities can() const override { return {}; }
    ObjectInfo put(const ObjectName& name, ByteSource& content, const Condition& = {}) override;
    std::optional<ObjectInfo> stat(const ObjectName& name) override;
    std::optional<ObjectInfo> get(const ObjectName& name, ByteSink& into) override;
    bool remove(const ObjectName& name, const Condition& = {}) override;

private:
    net::Request request(const char* method, const ObjectName& name) const;
    net::Response ask(net::Request asked, ByteSink* into = nullptr);

    std::string url_;
    std::unique_ptr<net::Client> client_;
    bool knows_head_ = false;
};

}  // namespace tresor::storage
