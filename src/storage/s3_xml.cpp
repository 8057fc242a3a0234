#include "storage/s3_xml.hpp"

#include <tresor/error.hpp>

#include "net/text.hpp"
#include "net/url.hpp"
#include "storage/remote.hpp"

namespace tresor::storage {
namespace {

constexpr std::string_view name_space = "http://s3.amazonaws.com/doc/2006-03-01/";

// As a form is encoded: a plus is a space, too. What is not encoded well is left as it is.
std::string url_decoded(std::string text) {
    std::string spaced = text;
    for (char& c : spaced)
        if (c == '+') c = ' ';
    return net::percent_decode(spaced).value_or(std::move(text));
}

}  // namespace

std::string_view local_name(std::string_view name) noexcept {
    return name.substr(name.rfind('|') + 1);
}

std::string xml_escaped(std::string_view text) {
    std::string escaped;
    for (char c : text) {
        if (c == '&')
            escaped += "&amp;";
        else if (c == '<')
            escaped += "&lt;";
        else if (c == '>')
            escaped += "&gt;";
        else if (c == '\r')
            escaped += "&#13;";
        else
            escaped += c;
    }
    return escaped;
}

void S3PageSink::restart() {
    page_ = {};
    bytes_ = depth_ = 0;
    listing_ = encoded_ = false;
    reader_.emplace([this](std::string_view name) { open(name); },
                    [this](std::string_view name, std::string_view text) { close(name, text); });
}

void S3PageSink::write(ByteView bytes) {
    constexpr std::size_t most = std::size_t{16} << 20;
    if (bytes.size() > most - bytes_)
        throw Error(Errc::too_large, "a page of a listing is too large");
    bytes_ += bytes.size();
    reader_->feed(bytes);
}

S3Page S3PageSink::finish() {
    reader_->finish();
    if (!listing_) throw Error(Errc::malformed, "the answer of the store is no listing");
    if (page_.truncated && page_.next.empty())
        throw Error(Errc::malformed, "a listing goes on, but does not say where");
    if (encoded_)
        for (S3Entry& entry : page_.entries) entry.key = url_decoded(std::move(entry.key));
    return std::move(page_);
}

// ListBucketResult (1) > IsTruncated, NextContinuationToken, EncodingType, Contents (2) > Key,
// Size, LastModified, ETag (3)
void S3PageSink::open(std::string_view name) {
    ++depth_;
    if (depth_ == 1) listing_ = local_name(name) == "ListBucketResult";
    if (depth_ == 2) entry_ = {};
}

void S3PageSink::close(std::string_view full_name, std::string_view text) {
    std::size_t depth = depth_--;
    std::string_view name = local_name(full_name), trimmed = net::trimmed(text);
    if (depth == 3) {
        if (name == "Key") entry_.key = text;
        if (name == "Size") entry_.size = parse_size(trimmed);
        if (name == "LastModified") entry_.modified = parse_rfc3339(trimmed);
        if (name == "ETag" && trimmed.size() <= 256) entry_.etag = trimmed;
        return;
    }
    if (depth != 2) return;
    if (name == "IsTruncated") page_.truncated = trimmed == "true";
    if (name == "NextContinuationToken") page_.next = trimmed;
    if (name == "EncodingType") encoded_ = trimmed == "url";
    if (name != "Contents" || entry_.key.empty()) return;
    if (page_.entries.size() == most_entries)
        throw Error(Errc::too_large, "a page of a listing holds more than it was asked for");
    page_.entries.push_back(std::move(entry_));
}

std::optional<std::string> text_in(ByteView document, std::string_view outer,
                                   std::string_view inner) {
    std::optional<std::string> found;
    std::size_t depth = 0;
    bool right = false;
    codec::XmlReader reader(
        [&](std::string_view name) {
            if (++depth == 1) right = local_name(name) == outer;
        },
        [&](std::string_view name, std::string_view text) {
            if (depth-- == 2 && right && local_name(name) == inner) found = net::trimmed(text);
        });
    try {
        reader.feed(document);
        reader.finish();
    } catch (const Error&) {
        return std::nullopt;
    }
    return found;
}

std::string complete_document(const std::vector<std::string>& etags) {
    std::string text = "<CompleteMultipartUpload xmlns=\"";
    text.append(name_space).append("\">");
    for (std::size_t i = 0; i < etags.size(); ++i)
        text.append("<Part><PartNumber>")
            .append(std::to_string(i + 1))
            .append("</PartNumber><ETag>")
            .append(xml_escaped(etags[i]))
            .append("</ETag></Part>");
    return text.append("</CompleteMultipartUpload>");
}

std::string location_document(std::string_view region) {
    std::string text = "<CreateBucketConfiguration xmlns=\"";
    return text.append(name_space)
        .append("\"><LocationConstraint>")
        .append(xml_escaped(region))
        .append("</LocationConstraint></CreateBucketConfiguration>");
}

}  // namespace tresor::storage
