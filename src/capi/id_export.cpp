// ID exports.

#include <algorithm>

#include <tresor/id_export/sheet.hpp>

#include "capi/border.hpp"
#include "codec/json_writer.hpp"

using namespace tresor;
using namespace tresor::capi;

namespace {

id_export::Scheme scheme_of(int scheme) {
    if (scheme != TRESOR_ID_CLASSIC && scheme != TRESOR_ID_ARGON2ID)
        throw Error(Errc::invalid_argument, "there is no such scheme");
    return static_cast<id_export::Scheme>(scheme);
}

id_export::Reading reading_of(int strict) {
    return strict != 0 ? id_export::Reading::strict : id_export::Reading::lenient;
}

id_export::Language language_of(std::string_view name) {
    auto language = id_export::language_named(name);
    if (!language) throw Error(Errc::invalid_argument, "a sheet is written in en or de");
    return *language;
}

}  // namespace

const char* tresor_id_scheme_name(int scheme) {
    if (scheme != TRESOR_ID_CLASSIC && scheme != TRESOR_ID_ARGON2ID) return "unknown";
    return id_export::name_of(static_cast<id_export::Scheme>(scheme)).data();
}

int tresor_id_scheme_supported(int scheme) {
    return scheme == TRESOR_ID_CLASSIC ||
           (scheme == TRESOR_ID_ARGON2ID && id_export::can(id_export::Scheme::argon2id));
}

int tresor_id_export_encode(tresor_buf* code, const char* identity,
                            const unsigned char* private_key, const char* password,
                            std::size_t password_size, int scheme) {
    return guard([&] {
        OutBuf out(code);
        PrivateKey key(bytes(&need(private_key), TRESOR_KEY_SIZE));
        Password word(as_text(bytes(password, password_size)));
        out.set(
            as_bytes(id_export::encode(ThreemaId(text(identity)), key, word, scheme_of(scheme))));
        out.release();
    });
}

int tresor_id_export_decode(char* identity, unsigned char* private_key, unsigned char* public_key,
                            int* scheme, const char* string, std::size_t size, int strict,
                            const char* password, std::size_t password_size) {
    return guard([&] {
        if (identity != nullptr) *identity = '\0';
        if (private_key != nullptr) std::fill_n(private_key, TRESOR_KEY_SIZE, Byte{0});
        if (public_key != nullptr) std::fill_n(public_key, TRESOR_KEY_SIZE, Byte{0});
        Out out(scheme, 0, true);
        need(identity);
        Password word(as_text(bytes(password, password_size)));
        auto imported =
            id_export::decode(as_text(bytes(&need(string), size)), word, reading_of(strict));
        copy_out(identity, imported.identity.text());
        if (private_key != nullptr) std::ranges::copy(imported.private_key.expose(), private_key);
        if (public_key != nullptr) std::ranges::copy(imported.public_key, public_key);
        out.set(static_cast<int>(imported.scheme));
    });
}

int tresor_id_export_find(tresor_buf* code, int* scheme, const char* string, std::size_t size,
                          int strict) {
    return guard([&] {
        Out kind(scheme, 0, true);
        OutBuf out(code);
        auto found = id_export::find_code(as_text(bytes(&need(string), size)), reading_of(strict));
        out.set(as_bytes(found.text));
        out.release();
        kind.set(static_cast<int>(found.scheme));
    });
}

int tresor_id_export_bad_characters(tresor_buf* json, const char* string, std::size_t size) {
    return guard([&] {
        OutBuf out(json);
        auto bad = id_export::bad_characters(as_text(bytes(&need(string), size)));
        codec::JsonWriter list;
        list.objects(bad, [&](const id_export::BadCharacter& one) {
            list.name("position");
            list.integer(static_cast<std::int64_t>(one.position));
            list.name("character");
            list.text(one.character);
            list.name("suggestions");
            list.text(one.suggestions);
        });
        out.set(list.take().expose());
        out.release();
    });
}

int tresor_id_export_sheet(tresor_buf* page, const char* identity, const char* code,
                           std::int64_t made_at, int format, const char* language) {
    return guard([&] {
        OutBuf out(page);
        id_export::Sheet sheet{ThreemaId(text(identity)), std::string(text(code)),
                               timestamp(made_at), language_of(text(language))};
        if (format != TRESOR_SHEET_SVG && format != TRESOR_SHEET_HTML)
            throw Error(Errc::invalid_argument, "a sheet is SVG or HTML");
        out.set(as_bytes(format == TRESOR_SHEET_SVG ? sheet_svg(sheet) : sheet_html(sheet)));
        out.release();
    });
}

int tresor_id_export_qr(tresor_buf* modules, std::size_t* width, const char* code) {
    return guard([&] {
        OutBuf out(modules, true);
        Out size(width, std::size_t{0});
        need(modules);
        auto rows = id_export::qr_code(text(code));
        Bytes all;
        for (const auto& row : rows)
            for (bool dark : row) all.push_back(dark ? 1 : 0);
        out.set(all);
        out.release();
        size.set(rows.size());
    });
}

int tresor_id_export_name(char* out, const char* identity, std::int64_t made_at) {
    return guard([&] {
        copy_out(&need(out), id_export::object_name(ThreemaId(text(identity)), timestamp(made_at)));
    });
}
