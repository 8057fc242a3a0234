// The file of a message, its poll.
#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "data_backup/html_message.hpp"
#include "data_backup/safe_name.hpp"

namespace tresor::data_backup {

namespace {

std::string extension_in_small(std::string_view path) {
    std::string extension(parts_of(path.substr(path.rfind('/') + 1)).extension);
    for (char& c : extension)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return extension;
}

// Whether any browser shows it.
bool shows(std::string_view path) {
    constexpr std::array<std::string_view, 8> known{".apng", ".avif", ".bmp", ".gif",
                                                    ".jpeg", ".jpg",  ".png", ".webp"};
    return std::find(known.begin(), known.end(), extension_in_small(path)) != known.end();
}

// width and height as they are shown, so that the page does not jump when the picture comes.
void add_size(std::string& html, const File& file) {
    double most_wide = file.sticker ? 180 : 380, most_high = file.sticker ? 180 : 420;
    if (!file.width || !file.height || *file.width < 1 || *file.height < 1) return;
    auto width = static_cast<double>(*file.width), height = static_cast<double>(*file.height);
    double factor = std::min({1.0, most_wide / width, most_high / height});
    auto pixels = [&](double size) {
        return std::to_string(std::lround(std::max(1.0, size * factor)));
    };
    html.append(" width=\"").append(pixels(width)).append("\" height=\"");
    html.append(pixels(height)).append("\"");
}

// One file of one message on a page.
struct FileHtml {
    std::string& html;
    const HtmlTools& tools;
    const Shown& shown;
    const File& file;
    unsigned up;

    std::string name() const { return label(file.name, 250); }
    std::string described() const {
        std::string text = tools.phrases.kind(file);
        return file.name.empty() ? text : text.append(": ").append(name());
    }

    void add_image(std::string_view path) const {
        html.append("<img src=\"").append(reference(path, up)).append("\" alt=\"");
        add_escaped(html, described());
        html += "\" loading=\"lazy\" decoding=\"async\"";
        add_size(html, file);
        html += ">";
    }

    void add_picture() const {
        html.append("<a class=\"picture\" data-show href=\"").append(reference(shown.media, up));
        html.append("\" title=\"").append(html_text(name())).append("\">");
        // A GIF moves, its thumbnail does not.
        bool moves = (file.kind == FileKind::gif || file.animated) && !shown.thumbnail.empty();
        if (moves)
            html.append("<picture><source media=\"(prefers-reduced-motion: reduce)\" srcset=\"")
                .append(reference(shown.thumbnail, up))
                .append("\">");
        add_image(moves || shown.thumbnail.empty() ? shown.media : shown.thumbnail);
        html += moves ? "</picture></a>\n" : "</a>\n";
    }

    void add_thumbnail(bool linked) const {
        if (shown.thumbnail.empty()) return;
        if (linked)
            html.append("<a class=\"picture\" href=\"")
                .append(reference(shown.media, up))
                .append("\">");
        else
            html += "<div class=\"picture\">";
        add_image(shown.thumbnail);
        html += linked ? "</a>\n" : "</div>\n";
    }

    void add_player(std::string_view element) const {
        html.append("<").append(element).append(" controls preload=\"none\" src=\"");
        html.append(reference(shown.media, up)).append("\" aria-label=\"");
        html.append(html_text(described())).append("\"");
        if (element == "video") add_size(html, file);
        if (element == "video" && !shown.thumbnail.empty())
            html.append(" poster=\"").append(reference(shown.thumbnail, up)).append("\"");
        html.append("></").append(element).append(">\n");
    }

    // "PDF" and the name; a link if the file is there.
    void add_name() const {
        bool there = !shown.media.empty();
        if (there) {
            html.append("<a class=\"file\" href=\"").append(reference(shown.media, up));
            std::string_view written = shown.media;
            written.remove_prefix(written.rfind('/') + 1);
            html.append("\" download=\"").append(html_text(written)).append("\">");
        } else {
            html += "<div class=\"file\">";
        }
        std::string extension = extension_in_small(there ? shown.media : file.name);
        if (extension.size() > 1 && extension.size() <= 5)
            html.append("<span class=\"badge\" aria-hidden=\"true\">")
                .append(html_text(label(extension.substr(1))))
                .append("</span> ");
        html.append("<span class=\"name\"><bdi>")
            .append(html_text(file.name.empty() ? tools.phrases.kind(file) : name()))
            .append("</bdi></span>");
        std::string more = details();
        if (!more.empty()) html.append(" <span class=\"details\">").append(more).append("</span>");
        html += there ? "</a>\n" : "</div>\n";
    }

    std::string details() const {
        std::string text;
        if (file.seconds && *file.seconds > 0) text = tools.phrases.duration(*file.seconds);
        std::uint64_t size = shown.media_bytes > 0 ? shown.media_bytes
                             : file.size > 0       ? static_cast<std::uint64_t>(file.size)
                                                   : 0;
        if (size > 0) text.append(text.empty() ? "" : " · ").append(tools.phrases.size(size));
        return text;
    }

    void add_absent() const {
        add_thumbnail(false);
        add_name();
        std::string_view why = !tools.options.media           ? tools.words.left_out
                               : !shown.message.media.empty() ? tools.words.damaged
                               : !shown.thumbnail.empty()     ? tools.words.only_thumbnail
                                                              : tools.words.missing;
        html.append("<p class=\"gone\">").append(why).append("</p>\n");
    }

    void add() const {
        if (shown.media.empty()) return add_absent();
        bool picture = file.kind == FileKind::image || file.kind == FileKind::gif || file.sticker;
        if (picture && shows(shown.media)) return add_picture();
        if (file.kind == FileKind::video)
            add_player("video");
        else if (file.kind == FileKind::audio || file.kind == FileKind::voice_message)
            add_player("audio");
        else
            add_thumbnail(true);
        add_name();
    }
};

constexpr std::size_t most_shown = 200;  // choices, and people of one

struct PollHtml {
    std::string& html;
    const HtmlTools& tools;
    const Poll& poll;

    void add_bar(std::uint64_t count, std::uint64_t of) const {
        double part = of == 0 ? 0 : 100.0 * static_cast<double>(count) / static_cast<double>(of);
        html +=
            "<svg class=\"share\" viewBox=\"0 0 100 1\" preserveAspectRatio=\"none\" "
            "aria-hidden=\"true\"><rect class=\"rest\" width=\"100\" height=\"1\"/><rect width=\"";
        html.append(std::to_string(std::lround(std::min(part, 100.0))));
        html += "\" height=\"1\"/></svg>\n";
    }

    void add_voters(std::int64_t choice) const {
        std::set<std::string_view> named;
        std::size_t more = 0;
        for (const Vote& vote : poll.votes) {
            if (vote.choice != choice || !vote.selected || named.count(vote.identity) > 0) continue;
            if (named.size() >= most_shown) {
                ++more;
                continue;
            }
            html += named.empty() ? "<p class=\"names\"><bdi>" : ", <bdi>";
            html.append(html_text(label(tools.phrases.person(vote.identity)))).append("</bdi>");
            named.insert(vote.identity);
        }
        if (more > 0) html.append(" + ").append(std::to_string(more));
        if (!named.empty()) html += "</p>\n";
    }

    void add_choices() const {
        auto counts = tally(poll);
        std::set<std::string_view> voters;
        for (const Vote& vote : poll.votes)
            if (vote.selected) voters.insert(vote.identity);
        std::uint64_t of = voters.size(), most = 0;
        for (auto count : counts) most = std::max(most, count);
        of = std::max(of, most);
        html += "<ol>\n";
        for (std::size_t i = 0; i < std::min(poll.choices.size(), most_shown); ++i) {
            html.append(counts[i] == most && most > 0 ? "<li class=\"most\">" : "<li>");
            html += "<p class=\"choice\"><span dir=\"auto\">";
            add_escaped(html, label(poll.choices[i].name, 1000));
            html.append("</span> <b>").append(tools.phrases.votes(counts[i])).append("</b></p>\n");
            add_bar(counts[i], of);
            add_voters(poll.choices[i].number);
            html += "</li>\n";
        }
        html += "</ol>\n";
    }

    void add(const Message& message, const PollNotice& notice) const {
        html += "<div class=\"poll\">\n<p class=\"kind\">";
        if (notice.action == PollAction::created)
            html.append(tools.words.poll);
        else
            add_escaped(html, label(tools.phrases.notice(message, notice), 400));
        html.append(" · ").append(poll.closed ? tools.words.poll_closed : tools.words.poll_open);
        html.append(" · ").append(poll.multiple ? tools.words.poll_several : tools.words.poll_one);
        html += "</p>\n<p class=\"question\" dir=\"auto\">";
        add_escaped(html, label(poll.name, 2000));
        html += "</p>\n";
        add_choices();
        html += "</div>\n";
    }
};

}  // namespace

void add_file(std::string& html, const HtmlTools& tools, const Shown& shown, const File& file,
              unsigned up) {
    FileHtml{html, tools, shown, file, up}.add();
}

void add_poll(std::string& html, const HtmlTools& tools, const Message& message,
              const PollNotice& notice) {
    const Poll* poll = tools.lookup.poll(notice.poll);
    if (poll) return PollHtml{html, tools, *poll}.add(message, notice);
    html.append("<p class=\"gone\">").append(tools.words.poll_gone).append("</p>\n");
}

}  // namespace tresor::data_backup
