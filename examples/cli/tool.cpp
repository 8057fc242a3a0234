#include "tool.hpp"

#include <algorithm>
#include <filesystem>
#include <thread>

#include <tresor/safe/password.hpp>

#include "system.hpp"

namespace cli {

using tresor::Errc;
using tresor::Error;
using tresor::Password;
using tresor::SecretBytes;

namespace {

constexpr std::size_t most_password_bytes = std::size_t{1} << 20;

std::string list_of(const std::vector<tresor::safe::PasswordIssue>& issues) {
    std::string text;
    for (auto issue : issues) text.append(text.empty() ? "" : "; ").append(describe(issue));
    return text;
}

}  // namespace

void Report::line(std::string_view label, std::string_view value) {
    text.append(label).append(std::max<std::size_t>(label.size() + 2, 18) - label.size(), ' ');
    text.append(value).append("\n");
}

Password Tool::password(const std::string& file, bool confirm, const std::string& question) {
    if (!file.empty())
        return Password(tresor::as_text(read_first_line(file, most_password_bytes).expose()));
    auto first = ask_secret(question);
    if (!first)
        throw Error(Errc::invalid_argument,
                    "there is no terminal to ask for the password (give --password-file)");
    auto second = confirm ? ask_secret("The same again: ") : first->clone();
    if (!second || !(*second == *first))
        throw Error(Errc::invalid_argument, "the two entries differ");
    return Password(tresor::as_text(first->expose()));
}

Password Tool::password_of(const std::string& whom, const std::string& file) const {
    return password(file, false, "Password of " + whom + ": ");
}

Password Tool::new_password(const std::string& file, const tresor::safe::PasswordPolicy& policy,
                            const std::string& question) const {
    using namespace tresor::safe;
    Password chosen = password(file, true, question);
    WordList words = WordList::built_in();
    auto verdict = check_password(chosen.expose(), policy, {.words = &words});
    if (!verdict.ok())
        throw Error(Errc::invalid_argument,
                    "the password cannot be used: " + list_of(verdict.errors) + " (it needs " +
                        std::to_string(policy.min_length) +
                        (policy.max_utf16_units > 0
                             ? " to " + std::to_string(policy.max_utf16_units) + " characters)"
                             : " characters to " + std::to_string(policy.max_bytes) + " bytes)"));
    if (verdict.warnings.empty()) return chosen;
    warn("warning: the password is weak: " + list_of(verdict.warnings));
    if (stdin_is_terminal() && !ask_yes("Use it all the same? [y/N] "))
        throw Error(Errc::invalid_argument, "choose another password");
    return chosen;
}

void Tool::check_input() const {
    int readers = 0;
    for (const std::string* file :
         {&password_file, &given.new_password_file, &given.safe_password_file,
          &given.store_password_file, &given.second_password_file, &given.identity_password_file,
          &given.in, &given.key_file})
        readers += *file == "-";
    if (readers > 1) throw Error(Errc::invalid_argument, "standard input can be read once only");
}

void Tool::check_files() const {
    if (given.out == "-" && json)
        throw Error(Errc::invalid_argument, "- and --json would both write to standard output");
    if (given.out != "-") check_output(given.out);
}

void Tool::check_distinct(std::initializer_list<std::string> outputs,
                          std::initializer_list<std::string> inputs) {
    auto same = [](const std::string& a, const std::string& b) {
        std::error_code ignored;
        auto plain = [](const std::string& path) {
            std::error_code none;
            return std::filesystem::weakly_canonical(path, none);
        };
        return !a.empty() && !b.empty() && a != "-" &&
               (std::filesystem::equivalent(a, b, ignored) || plain(a) == plain(b));
    };
    for (auto output = outputs.begin(); output != outputs.end(); ++output) {
        for (const std::string& input : inputs)
            if (same(*output, input))
                throw Error(Errc::invalid_argument,
                            *output + " is read and cannot be written, too");
        for (auto other = outputs.begin(); other != output; ++other)
            if (same(*output, *other))
                throw Error(Errc::invalid_argument, *output + " is named for two things");
    }
}

void Tool::check_output(const std::string& path) const {
    if (path == "-") throw Error(Errc::invalid_argument, "this goes into a file, not to -");
    if (path.empty() || given.force) return;
    if (std::filesystem::exists(std::filesystem::symlink_status(path)))
        throw Error(Errc::conflict, path + " exists already (--force replaces it)");
}

std::unique_ptr<tresor::FileSink> Tool::open_output(const std::string& path) const {
    using tresor::Existing;
    std::filesystem::path target = path;
    if (given.force && std::filesystem::exists(target)) target = std::filesystem::canonical(target);
    return std::make_unique<tresor::FileSink>(
        target, given.force ? Existing::replace : Existing::refuse, 0600);
}

void Tool::write_output(tresor::ByteView bytes) const {
    stop_if_interrupted();
    if (given.out == "-") return write_stdout(tresor::as_text(bytes));
    write_file(given.out, bytes);
}

void Tool::write_file(const std::string& path, tresor::ByteView bytes) const {
    auto sink = open_output(path);
    sink->write(bytes);
    stop_if_interrupted();
    sink->commit();
}

void Tool::warn(std::string_view text) const { write_stderr("tresor: " + harmless(text) + "\n"); }

Error with_hint(const Error& error, const std::string& hint) {
    Error hinted(error.code(), std::string(error.what()) + " (" + hint + ")");
    hinted.retry_after = error.retry_after;
    hinted.http_status = error.http_status;
    return hinted;
}

unsigned jobs_of(const Given& given) {
    constexpr std::int64_t most = 1024;
    if (!given.jobs) return std::max(1u, std::thread::hardware_concurrency());
    if (*given.jobs < 1 || *given.jobs > most)
        throw Error(Errc::invalid_argument, "--jobs is between 1 and 1024");
    return static_cast<unsigned>(*given.jobs);
}

Json time_or_null(std::optional<tresor::Timestamp> time) {
    return time ? Json(tresor::format_rfc3339(*time)) : Json(nullptr);
}

std::string hex(tresor::ByteView bytes) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (tresor::Byte byte : bytes) text.append({digits[byte >> 4], digits[byte & 15]});
    return text;
}

std::string plural(std::uint64_t count, const std::string& thing) {
    return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

std::string right(const std::string& text, std::size_t width) {
    return std::string(std::max(width, text.size()) - text.size(), ' ') + text;
}

std::string ago(tresor::Timestamp then, tresor::Timestamp now) {
    std::int64_t seconds = (now - then).count();
    auto distance = static_cast<std::uint64_t>(seconds < 0 ? -seconds : seconds);
    std::string text = distance >= 2 * 86400  ? plural(distance / 86400, "day")
                       : distance >= 2 * 3600 ? plural(distance / 3600, "hour")
                       : distance >= 60       ? plural(distance / 60, "minute")
                                              : plural(distance, "second");
    return seconds < 0 ? "in " + text : text + " ago";
}

namespace {

// Of the character that begins here; 0 if that is no UTF-8.
std::size_t utf8_size(std::string_view text) {
    auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    std::size_t size = byte(0) < 0x80                      ? 1
                       : byte(0) >= 0xC2 && byte(0) < 0xE0 ? 2
                       : byte(0) >= 0xE0 && byte(0) < 0xF0 ? 3
                       : byte(0) >= 0xF0 && byte(0) < 0xF5 ? 4
                                                           : 0;
    if (size > text.size()) return 0;
    for (std::size_t i = 1; i < size; ++i)
        if ((byte(i) & 0xC0) != 0x80) return 0;
    return size;
}

// What steers a terminal, or turns the direction of writing.
bool is_harmful(std::string_view character) {
    if (character.size() == 1) return character[0] < 0x20 || character[0] == 0x7F;
    if (character >= "\xC2\x80" && character < "\xC2\xA0") return true;     // U+0080 to U+009F
    for (auto [first, last] : {std::pair("\xD8\x9C", "\xD8\x9C"),           // U+061C
                               std::pair("\xE2\x80\x8E", "\xE2\x80\x8F"),   // U+200E, U+200F
                               std::pair("\xE2\x80\xA8", "\xE2\x80\xAE"),   // U+2028 to U+202E
                               std::pair("\xE2\x81\xA6", "\xE2\x81\xA9")})  // U+2066 to U+2069
        if (character >= first && character <= last) return true;
    return false;
}

}  // namespace

std::string harmless(std::string_view text, std::string_view may_stay) {
    std::string shown;
    while (!text.empty()) {
        std::size_t size = utf8_size(text);
        std::string_view character = text.substr(0, size);
        bool stays = size == 1 && may_stay.find(text[0]) != may_stay.npos;
        bool harmful = size == 0 || (is_harmful(character) && !stays);
        shown += harmful ? "?" : character;
        text.remove_prefix(std::max<std::size_t>(size, 1));
    }
    return shown;
}

}  // namespace cli
