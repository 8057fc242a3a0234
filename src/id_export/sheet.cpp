#include <tresor/id_export/sheet.hpp>

#include <algorithm>
#include <cstdint>

#include <qrcodegen/qrcodegen.hpp>

#include "id_export/sheet_words.hpp"

namespace tresor::id_export {

namespace {

constexpr int quiet_zone = 4;
constexpr std::size_t groups_a_line = 4;

std::string number(double value) {
    std::string text = std::to_string(value);  // six digits behind the point
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text;
}

// Draws from top to bottom; in millimetres.
class Drawing {
public:
    Drawing(const SheetWords& words, std::string_view identity, std::string_view code) {
        add("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"210mm\" height=\"279mm\" "
            "viewBox=\"0 0 210 279\" lang=\"",
            words.language, "\">\n<title>", words.title, identity,
            // The code in one piece, for programs; on paper one page.
            "</title>\n<desc>", code,
            "</desc>\n<style>@page { margin: 0 }</style>\n<rect width=\"210\" height=\"279\" "
            "fill=\"#fff\"/>\n<g fill=\"#000\" "
            "font-family=\"Helvetica, Arial, 'DejaVu Sans', sans-serif\">\n");
    }

    void text(double x, double y, double size, std::string_view content,
              std::string_view more = "") {
        add("<text x=\"", number(x), "\" y=\"", number(y), "\" font-size=\"", number(size), "\"",
            more, ">", content, "</text>\n");
    }
    void heading(double x, double y, std::string_view content) {
        text(x, y, 4.6, content, " font-weight=\"bold\"");
    }
    void typed(double x, double y, double size, std::string_view content) {
        text(x, y, size, content,
             " font-family=\"'DejaVu Sans Mono', Menlo, Consolas, monospace\"");
    }
    // Returns where the next line would stand.
    double lines(double x, double y, const std::vector<std::string_view>& content) {
        for (auto line : content) {
            text(x, y, 3.8, line);
            y += 5.4;
        }
        return y;
    }
    double steps(double x, double y, const std::vector<std::string_view>& content) {
        int step = 0;
        for (auto line : content) {
            bool goes_on = line.starts_with('+');
            if (!goes_on) text(x, y, 3.8, std::to_string(++step) + ".");
            y = lines(x + 6, y, {goes_on ? line.substr(1) : line});
        }
        return y;
    }
    void rule(double y) {
        add("<path d=\"M18 ", number(y), "h174\" stroke=\"#000\" stroke-width=\"0.3\"/>\n");
    }

    // With its quiet zone it is `size` wide and high.
    void squares(double x, double y, double size, const std::vector<std::vector<bool>>& rows) {
        double module = size / static_cast<double>(rows.size() + 2 * quiet_zone);
        add("<path shape-rendering=\"crispEdges\" transform=\"translate(", number(x), " ",
            number(y), ") scale(", number(module), ")\" d=\"");
        for (std::size_t row = 0; row < rows.size(); ++row)
            for (std::size_t from = 0, to; from < rows.size(); from = to) {
                bool dark = rows[row][from];
                for (to = from; to < rows.size() && rows[row][to] == dark;) ++to;
                if (!dark) continue;
                std::string width = std::to_string(to - from);
                add("M", std::to_string(from + quiet_zone), " ", std::to_string(row + quiet_zone),
                    "h", width, "v1h-", width, "z");
            }
        add("\"/>\n");
    }

    std::string finish() {
        add("</g>\n</svg>\n");
        return std::move(svg_);
    }

private:
    template <class... Part>
    void add(const Part&... parts) {
        (svg_.append(parts), ...);
    }

    std::string svg_;
};

std::string date_of(Timestamp time, const SheetWords& words) {
    std::string text = format_rfc3339(time);
    auto part = [&](std::size_t at, std::size_t size) { return std::stoul(text.substr(at, size)); };
    std::string date = std::to_string(part(8, 2));
    return date.append(words.after_day)
        .append(words.months[part(5, 2) - 1])
        .append(" ")
        .append(std::to_string(part(0, 4)));
}

// Four groups a line; a dash at the end says that it goes on.
std::vector<std::string_view> lines_of(std::string_view code) {
    constexpr std::size_t width = groups_a_line * 5;
    std::vector<std::string_view> lines;
    for (; !code.empty(); code.remove_prefix(std::min(width, code.size())))
        lines.push_back(code.substr(0, width));
    return lines;
}

}  // namespace

std::vector<std::vector<bool>> qr_code(std::string_view code) {
    using qrcodegen::QrCode;
    using qrcodegen::QrSegment;
    std::string text = find_code(code).text;
    QrCode made =
        QrCode::encodeSegments(QrSegment::makeSegments(text.c_str()), QrCode::Ecc::QUARTILE,
                               QrCode::MIN_VERSION, QrCode::MAX_VERSION, -1, false);
    auto size = static_cast<std::size_t>(made.getSize());
    std::vector<std::vector<bool>> rows(size, std::vector<bool>(size));
    for (std::size_t row = 0; row < size; ++row)
        for (std::size_t column = 0; column < size; ++column)
            rows[row][column] = made.getModule(static_cast<int>(column), static_cast<int>(row));
    return rows;
}

std::string sheet_svg(const Sheet& sheet) {
    const SheetWords& words = words_of(sheet.language);
    Code code = find_code(sheet.code);
    auto identity = sheet.identity.text();
    Drawing drawing(words, identity, code.text);
    drawing.text(18, 24, 8, std::string(words.title).append(identity), " font-weight=\"bold\"");
    double y = drawing.lines(18, 34, words.what);

    drawing.rule(y);
    drawing.text(18, y + 8, 3.6, words.identity);
    drawing.typed(18, y + 17, 9, identity);
    drawing.text(84, y + 8, 3.6, words.date);
    drawing.text(84, y + 17, 5.4, date_of(sheet.made_at, words));
    drawing.text(150, y + 8, 3.6, words.scheme);
    drawing.text(150, y + 17, 5.4, name_of(code.scheme));
    y += 23;
    if (code.scheme == Scheme::argon2id) {
        drawing.text(18, y + 2, 4, words.android_only, " font-weight=\"bold\"");
        y += 8;
    }
    drawing.rule(y);

    drawing.heading(18, y + 8, words.code);
    drawing.heading(132, y + 8, words.picture);
    drawing.squares(126.5, y + 10, 66, qr_code(code.text));
    double below_picture = y + 77;
    y += 20;
    for (auto line : lines_of(code.text)) {
        drawing.typed(18, y, 8.6, line);
        y += 10.8;
    }
    y = std::max(y - 4, below_picture);

    drawing.rule(y);
    drawing.heading(18, y + 9, words.needed_title);
    y = drawing.lines(18, y + 16, words.needed);
    drawing.heading(18, y + 3.5, words.use_title);
    y = drawing.steps(18, y + 10, words.use);
    drawing.heading(18, y + 3.5, words.keep_title);
    drawing.lines(18, y + 10, words.keep);
    return drawing.finish();
}

std::string sheet_html(const Sheet& sheet) {
    const SheetWords& words = words_of(sheet.language);
    std::string html = "<!DOCTYPE html>\n<html lang=\"";
    html.append(words.language).append("\">\n<head>\n<meta charset=\"utf-8\">\n<title>");
    html.append(words.title).append(sheet.identity.text());
    html.append(
        "</title>\n<style>\n@page { margin: 0 }\nbody { margin: 0; background: #fff }\n"
        "svg { display: block; margin: 0 auto }\n</style>\n</head>\n<body>\n");
    return html.append(sheet_svg(sheet)).append("</body>\n</html>\n");
}

}  // namespace tresor::id_export
