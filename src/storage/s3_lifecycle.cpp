#include "storage/s3_lifecycle.hpp"

#include <algorithm>
#include <vector>

#include "codec/base64.hpp"
#include "codec/hex.hpp"
#include "crypto/hash.hpp"
#include "crypto/md5.hpp"
#include "net/text.hpp"
#include "storage/s3_bucket.hpp"
#include "storage/s3_error.hpp"
#include "storage/s3_xml.hpp"

namespace tresor::storage {
namespace {

constexpr std::string_view retention = "tresor-safe-retention",
                           unfinished = "tresor-unfinished-uploads";
constexpr std::int64_t days_to_finish = 7;

// A configuration has elements and texts, no attributes.
struct Element {
    std::string name, text;
    std::vector<Element> children;

    const Element* child(std::string_view wanted) const {
        auto found = std::find_if(children.begin(), children.end(),
                                  [&](const Element& one) { return one.name == wanted; });
        return found == children.end() ? nullptr : &*found;
    }
    std::string_view text_of(std::string_view wanted) const {
        const Element* found = child(wanted);
        return found != nullptr ? net::trimmed(found->text) : std::string_view();
    }
};

Element parse(ByteView document) {
    std::vector<Element> open(1);
    codec::XmlReader reader(
        [&](std::string_view name) {
            open.emplace_back();
            open.back().name = local_name(name);
        },
        [&](std::string_view, std::string_view text) {
            Element closed = std::move(open.back());
            open.pop_back();
            if (closed.children.empty()) closed.text = text;
            open.back().children.push_back(std::move(closed));
        });
    reader.feed(document);
    reader.finish();
    Element root = std::move(open.front().children.front());
    // An engine without rules may take the question for another, and answer with a listing.
    if (root.name != "LifecycleConfiguration")
        throw Error(Errc::unsupported, "the store answers something else than its lifecycle rules");
    return root;
}

void write(const Element& element, std::string& into) {
    into.append("<").append(element.name).append(">").append(xml_escaped(element.text));
    for (const Element& child : element.children) write(child, into);
    into.append("</").append(element.name).append(">");
}

Element days(const char* outer, const char* inner, std::int64_t count) {
    return {outer, "", {{inner, std::to_string(count), {}}}};
}

// An older form, which engines do not take beside the newer one, has no Filter around the prefix.
Element rule(std::string_view id, const std::string& prefix, bool older, Element action) {
    Element where{"Prefix", prefix, {}};
    if (!older) where = {"Filter", "", {std::move(where)}};
    return {"Rule",
            "",
            {{"ID", std::string(id), {}},
             std::move(where),
             {"Status", "Enabled", {}},
             std::move(action)}};
}

// An id stands for one rule, and a bucket may hold several stores. It has 255 characters at most.
std::string id_of(std::string_view kind, const std::string& prefix) {
    std::string id(kind);
    if (prefix.empty()) return id;
    crypto::Sha256 hash;
    hash.update(as_bytes(prefix));
    return id.append("-").append(codec::hex_encode(ByteView(hash.finish()).first(8)));
}

bool is(const Element& rule, std::string_view kind, const std::string& prefix) {
    return rule.name == "Rule" && rule.text_of("ID") == id_of(kind, prefix);
}

// Engines that have no such thing say so in one of many ways.
bool knows_none(const net::Response& response, std::string_view code) {
    return response.status == 405 || response.status == 501 || code == "NotImplemented" ||
           code == "MethodNotAllowed" || code == "UnsupportedOperation" || code == "MalformedXML";
}

// "" if there are none.
Bytes get_rules(S3Bucket& bucket) {
    MemorySink rules(std::size_t{8} << 20);
    auto response = bucket.send({.query = {{"lifecycle", ""}}}, &rules);
    if (response.ok()) return rules.take();
    std::string code = read_s3_error(response.body).value_or(S3ErrorBody()).code;
    if (code == "NoSuchLifecycleConfiguration") return {};
    if (knows_none(response, code))
        throw Error(Errc::unsupported, bucket.describe() + " knows no lifecycle rules");
    throw bucket.error_of(response);
}

void put_rules(S3Bucket& bucket, const std::string& document) {
    SecretBytes digest;
    codec::base64_encode(crypto::md5(as_bytes(document)), digest);
    auto response = bucket.send({.method = "PUT",
                                 .query = {{"lifecycle", ""}},
                                 .headers = {{"Content-MD5", std::string(as_text(digest.expose()))},
                                             {"Content-Type", "application/xml"}},
                                 .body = as_bytes(document)});
    if (response.ok()) return;
    std::string code = read_s3_error(response.body).value_or(S3ErrorBody()).code;
    if (knows_none(response, code))
        throw Error(Errc::unsupported, bucket.describe() + " takes no lifecycle rules");
    throw bucket.error_of(response);
}

}  // namespace

std::string with_our_rules(ByteView now, const std::string& prefix, std::int64_t retention_days) {
    Element root{"LifecycleConfiguration", "", {}};
    if (!now.empty()) root = parse(now);
    std::erase_if(root.children, [&](const Element& rule) {
        return is(rule, retention, prefix) || is(rule, unfinished, prefix);
    });
    bool older = std::any_of(root.children.begin(), root.children.end(), [](const Element& rule) {
        return rule.name == "Rule" && rule.child("Prefix") != nullptr;
    });
    root.children.push_back(rule(id_of(retention, prefix), prefix + "backups/", older,
                                 days("Expiration", "Days", retention_days)));
    root.children.push_back(
        rule(id_of(unfinished, prefix), prefix + "data-backups/", older,
             days("AbortIncompleteMultipartUpload", "DaysAfterInitiation", days_to_finish)));
    std::string text;
    write(root, text);
    constexpr std::string_view begin = "<LifecycleConfiguration";
    return text.insert(begin.size(), " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"");
}

bool has_our_rule(ByteView configuration, const std::string& prefix, std::int64_t retention_days) {
    if (configuration.empty()) return false;
    Element root = parse(configuration);
    return std::any_of(root.children.begin(), root.children.end(), [&](const Element& rule) {
        const Element* action = rule.child("Expiration");
        const Element* filter = rule.child("Filter");
        std::string_view where = (filter != nullptr ? *filter : rule).text_of("Prefix");
        return is(rule, retention, prefix) && rule.text_of("Status") == "Enabled" &&
               where == prefix + "backups/" && action != nullptr &&
               action->text_of("Days") == std::to_string(retention_days);
    });
}

void require_days(std::int64_t retention_days) {
    if (retention_days < 1 || retention_days > 36500)
        throw Error(Errc::invalid_argument, "backups are kept for 1 to 36500 days");
}

void set_lifecycle(S3Bucket& bucket, std::int64_t retention_days) {
    const std::string& prefix = bucket.prefix();
    put_rules(bucket, with_our_rules(get_rules(bucket), prefix, retention_days));
    // Some take whatever it is, and keep nothing.
    if (!has_our_rule(get_rules(bucket), prefix, retention_days))
        throw Error(Errc::unsupported, bucket.describe() + " did not keep the lifecycle rule");
}

}  // namespace tresor::storage
