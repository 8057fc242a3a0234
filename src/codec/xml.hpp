// A bounded reader of XML 1.0 with namespaces (expat), told element by element.
//
// A document type is refused, and with it every entity of a document's own. Elements lie at most 32
// deep; the text right in one is at most 64 KiB, a tag or comment at most 256 KiB; there are at
// most 1000 names of elements, attributes and prefixes, for expat keeps those. The size of the
// document is the caller's to bound: nothing else of it is kept.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include <tresor/bytes.hpp>

namespace tresor::codec {

class XmlReader {
public:
    // Names are `namespace|local name`, such as "DAV:|href", or the local name alone.
    using Open = std::function<void(std::string_view name)>;
    using Close = std::function<void(std::string_view name, std::string_view text)>;

    XmlReader(Open open, Close close);
    XmlReader(const XmlReader&) = delete;
    XmlReader& operator=(const XmlReader&) = delete;
    ~XmlReader();

    // Throws malformed, and what the functions throw.
    void feed(ByteView bytes);
    void finish();  // the document is at its end

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tresor::codec
