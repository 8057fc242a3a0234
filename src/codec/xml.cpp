#include "codec/xml.hpp"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <set>
#include <string>
#include <vector>

#include <expat.h>

#include <tresor/error.hpp>

namespace tresor::codec {
namespace {

constexpr std::size_t most_depth = 32, most_text = 65536, most_token = 262144, most_names = 1000;

[[noreturn]] void malformed(const std::string& why) { throw Error(Errc::malformed, "XML: " + why); }

}  // namespace

struct XmlReader::State {
    XML_Parser parser;
    Open open;
    Close close;
    std::vector<std::string> texts;            // of the elements that are open
    std::set<std::string, std::less<>> names;  // of all kinds, each as often as it likes
    std::exception_ptr failure;
    std::uint64_t fed = 0;

    void know(const XML_Char* name) {
        if (name == nullptr || names.contains(std::string_view(name))) return;
        if (names.size() == most_names) malformed("too many names");
        names.emplace(name);
    }

    // Runs inside expat, which knows no exceptions.
    template <class Work>
    void guarded(const Work& work) noexcept {
        if (failure) return;
        try {
            work();
        } catch (...) {
            failure = std::current_exception();
            XML_StopParser(parser, XML_FALSE);
        }
    }

    void parse(ByteView bytes, bool last) {
        auto status = XML_Parse(parser, reinterpret_cast<const char*>(bytes.data()),
                                static_cast<int>(bytes.size()), last ? 1 : 0);
        if (failure) std::rethrow_exception(failure);
        if (status == XML_STATUS_ERROR) malformed(XML_ErrorString(XML_GetErrorCode(parser)));
        // What expat holds of a tag or comment that does not end.
        fed += bytes.size();
        XML_Index at = XML_GetCurrentByteIndex(parser);
        if (!last && fed - static_cast<std::uint64_t>(std::max<XML_Index>(at, 0)) > most_token)
            malformed("a tag or comment does not end");
    }
};

XmlReader::XmlReader(Open open, Close close)
    : state_(new State{
          XML_ParserCreateNS(nullptr, '|'), std::move(open), std::move(close), {}, {}, {}}) {
    XML_Parser parser = state_->parser;
    if (parser == nullptr) throw Error(Errc::out_of_memory, "out of memory");
    XML_SetUserData(parser, state_.get());
    XML_SetElementHandler(
        parser,
        [](void* self, const XML_Char* name, const XML_Char** attributes) {
            auto& state = *static_cast<State*>(self);
            state.guarded([&] {
                state.know(name);
                for (; *attributes != nullptr; attributes += 2) state.know(*attributes);
                if (state.texts.size() == most_depth) malformed("nested too deep");
                state.texts.emplace_back();
                state.open(name);
            });
        },
        [](void* self, const XML_Char* name) {
            auto& state = *static_cast<State*>(self);
            state.guarded([&] {
                state.close(name, state.texts.back());
                state.texts.pop_back();
                // What stands around elements is line ends, and there are many of them.
                if (!state.texts.empty()) state.texts.back().clear();
            });
        });
    XML_SetCharacterDataHandler(parser, [](void* self, const XML_Char* text, int size) {
        auto& state = *static_cast<State*>(self);
        state.guarded([&] {
            std::string& into = state.texts.back();
            if (into.size() + static_cast<std::size_t>(size) > most_text)
                malformed("a text is too long");
            into.append(text, static_cast<std::size_t>(size));
        });
    });
    XML_SetStartNamespaceDeclHandler(parser,
                                     [](void* self, const XML_Char* prefix, const XML_Char*) {
                                         auto& state = *static_cast<State*>(self);
                                         state.guarded([&] { state.know(prefix); });
                                     });
    XML_SetStartDoctypeDeclHandler(
        parser, [](void* self, const XML_Char*, const XML_Char*, const XML_Char*, int) {
            static_cast<State*>(self)->guarded([] { malformed("a document type is refused"); });
        });
}

XmlReader::~XmlReader() { XML_ParserFree(state_->parser); }

void XmlReader::feed(ByteView bytes) {
    constexpr std::size_t at_once = std::size_t{1} << 16;
    for (; !bytes.empty(); bytes = bytes.subspan(std::min(at_once, bytes.size())))
        state_->parse(bytes.first(std::min(at_once, bytes.size())), false);
}

void XmlReader::finish() { state_->parse({}, true); }

}  // namespace tresor::codec
