#include "storage/propfind.hpp"

#include <tresor/error.hpp>
#include <tresor/http.hpp>

#include "net/text.hpp"
#include "net/url.hpp"
#include "storage/remote.hpp"

namespace tresor::storage {
namespace {

// "HTTP/1.1 200 OK"
bool is_success(std::string_view status) {
    std::size_t space = status.find(' ');
    return space != status.npos && status.substr(space + 1, 1) == "2";
}

std::string path_of(std::string_view href) {
    if (href.find("://") != href.npos) href.remove_prefix(net::origin_of(href).size());
    auto path = net::percent_decode(href.substr(0, href.find_first_of("?#")));
    if (!path || !path->starts_with('/')) return {};
    while (path->size() > 1 && path->ends_with('/')) path->pop_back();
    return *path;
}

}  // namespace

std::string_view propfind_body() noexcept {
    return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
           "<propfind xmlns=\"DAV:\"><prop><resourcetype/><getcontentlength/><getlastmodified/>"
           "<getetag/></prop></propfind>\n";
}

void PropfindSink::restart() {
    entries_.clear();
    bytes_ = kept_ = 0;
    depth_ = propstat_ = 0;
    multistatus_ = false;
    reader_.emplace([this](std::string_view name) { open(name); },
                    [this](std::string_view name, std::string_view text) { close(name, text); });
}

void PropfindSink::write(ByteView bytes) {
    if (bytes.size() > limits_.bytes - bytes_)
        throw Error(Errc::too_large, "a listing without end");
    bytes_ += bytes.size();
    reader_->feed(bytes);
}

std::vector<DavEntry> PropfindSink::finish() {
    reader_->finish();
    if (!multistatus_) throw Error(Errc::malformed, "the answer of the server is no multistatus");
    return std::move(entries_);
}

// multistatus (1) > response (2) > href, status, propstat (3) > status, prop (4) > property (5)
void PropfindSink::open(std::string_view name) {
    ++depth_;
    if (depth_ == 1) multistatus_ = name == "DAV:|multistatus";
    if (depth_ == 2) {
        entry_ = {};
        good_ = true;
    }
    if (depth_ == 3 && name == "DAV:|propstat") {
        propstat_ = depth_;
        propstat_good_ = true;
        stated_ = {};
    }
}

void PropfindSink::close(std::string_view name, std::string_view text) {
    std::size_t depth = depth_--;
    text = net::trimmed(text);
    if (depth == 2 && name == "DAV:|response") return close_response();
    if (depth == 3 && name == "DAV:|href") entry_.path = path_of(text);
    if (depth == 3 && name == "DAV:|status") good_ = is_success(text);
    if (propstat_ == 0) return;
    if (depth == propstat_) return close_propstat();
    if (depth == 4 && name == "DAV:|status") propstat_good_ = is_success(text);
    if (depth == 6 && name == "DAV:|collection") stated_.folder = true;
    if (depth != 5) return;
    if (name == "DAV:|getcontentlength") stated_.size = parse_size(text);
    if (name == "DAV:|getlastmodified") stated_.modified = net::parse_http_date(text);
    if (name == "DAV:|getetag") stated_.etag = text;
}

void PropfindSink::close_propstat() {
    propstat_ = 0;
    if (!propstat_good_) return;
    if (stated_.folder) entry_.folder = true;
    if (stated_.size) entry_.size = stated_.size;
    if (stated_.modified) entry_.modified = stated_.modified;
    if (!stated_.etag.empty()) entry_.etag = stated_.etag;
}

void PropfindSink::close_response() {
    constexpr std::size_t longest = 4096, most_kept = std::size_t{128} << 20;
    if (entry_.etag.size() > longest) entry_.etag.clear();
    if (!multistatus_ || !good_ || entry_.path.empty() || entry_.path.size() > longest) return;
    kept_ += entry_.path.size() + entry_.etag.size();
    if (entries_.size() == limits_.entries || kept_ > most_kept)
        throw Error(Errc::too_large,
                    "a listing of over " + std::to_string(limits_.entries) + " files");
    entries_.push_back(std::move(entry_));
}

}  // namespace tresor::storage
