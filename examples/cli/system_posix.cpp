#include "system.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <tresor/error.hpp>

namespace cli {
namespace {

using tresor::Errc;
using tresor::Error;
using tresor::SecretBytes;

volatile std::sig_atomic_t interrupt_flag = 0;

[[noreturn]] void fail(const std::string& what, const std::string& path, int code = errno) {
    throw Error(Errc::io, what + " " + path + ": " + std::generic_category().message(code));
}

class Descriptor {
public:
    explicit Descriptor(int handle, bool owned = true) : handle_(handle), owned_(owned) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (owned_ && handle_ >= 0) ::close(handle_);
    }
    int get() const { return handle_; }

    // Returns at most into.size() bytes, 0 at the end.
    std::size_t read(tresor::ByteSpan into, const std::string& path) const {
        for (;;) {
            ssize_t size = ::read(handle_, into.data(), into.size());
            if (size >= 0) return static_cast<std::size_t>(size);
            if (errno != EINTR) fail("could not read", path);
            stop_if_interrupted();
        }
    }

private:
    int handle_;
    bool owned_;
};

Descriptor open_input(const std::string& path) {
    if (path == "-") return Descriptor(STDIN_FILENO, false);
    int handle;
    do {
        stop_if_interrupted();
        handle = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    } while (handle < 0 && errno == EINTR);
    if (handle < 0) fail("could not read", path);
    return Descriptor(handle);
}

void write_all(int handle, std::string_view text) {
    while (!text.empty()) {
        ssize_t size = ::write(handle, text.data(), text.size());
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) fail("could not write to", "standard output");
        text.remove_prefix(static_cast<std::size_t>(size));
    }
}

// One line from the terminal, without its line end. Byte by byte: nothing is read ahead.
SecretBytes read_terminal_line(const Descriptor& terminal) {
    SecretBytes line;
    std::array<tresor::Byte, 1> byte;
    while (terminal.read(byte, "the terminal") == 1 && byte[0] != '\n') line.push_back(byte[0]);
    return line;
}

// Switches the echo off, and on again whatever happens.
class NoEcho {
public:
    explicit NoEcho(int handle) : handle_(handle), changed_(::tcgetattr(handle, &before_) == 0) {
        if (!changed_) return;
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(handle_, TCSAFLUSH, &quiet);
    }
    NoEcho(const NoEcho&) = delete;
    NoEcho& operator=(const NoEcho&) = delete;
    ~NoEcho() {
        if (changed_) ::tcsetattr(handle_, TCSAFLUSH, &before_);
    }

private:
    int handle_;
    termios before_{};
    bool changed_;
};

}  // namespace

void catch_interrupts() {
    struct sigaction action {};
    action.sa_handler = [](int) { interrupt_flag = 1; };
    ::sigemptyset(&action.sa_mask);  // and no SA_RESTART: a read that waits is to return
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
    // A file over the limit of the process is an error like a full disk, not an end without a word.
    std::signal(SIGXFSZ, SIG_IGN);
}

bool interrupted() noexcept { return interrupt_flag != 0; }

void stop_if_interrupted() {
    if (interrupted()) throw Error(Errc::cancelled, "cancelled");
}

SecretBytes read_input(const std::string& path, std::size_t most) {
    Descriptor input = open_input(path);
    SecretBytes bytes;
    std::size_t end = 0;
    for (;;) {
        if (end == bytes.size()) bytes.resize(std::max<std::size_t>(65536, 2 * end));
        std::size_t size = input.read(bytes.expose().subspan(end), path);
        stop_if_interrupted();
        end += size;
        if (end > most)
            throw Error(Errc::too_large,
                        path + " has more than " + std::to_string(most) + " bytes");
        if (size == 0) break;
    }
    bytes.resize(end);
    return bytes;
}

SecretBytes read_first_line(const std::string& path, std::size_t most) {
    Descriptor input = open_input(path);
    SecretBytes line;
    std::array<tresor::Byte, 1> byte;
    while (input.read(byte, path) == 1 && byte[0] != '\n') {
        if (line.size() == most)
            throw Error(Errc::invalid_argument, "the first line of " + path + " is too long");
        line.push_back(byte[0]);
    }
    stop_if_interrupted();
    return line;
}

void write_stdout(std::string_view text) { write_all(STDOUT_FILENO, text); }

void write_stderr(std::string_view text) noexcept {
    try {
        write_all(STDERR_FILENO, text);
    } catch (const Error&) {  // nobody is left to tell
    }
}

bool stdin_is_terminal() { return ::isatty(STDIN_FILENO) == 1; }

std::optional<SecretBytes> ask_secret(std::string_view question) {
    Descriptor terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
    if (terminal.get() < 0) return std::nullopt;
    NoEcho no_echo(terminal.get());
    write_all(terminal.get(), question);
    try {
        SecretBytes line = read_terminal_line(terminal);
        write_all(terminal.get(), "\n");
        return line;
    } catch (const Error&) {
        write_all(terminal.get(), "\n");
        throw;
    }
}

bool ask_yes(std::string_view question) {
    Descriptor terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
    if (terminal.get() < 0) return false;
    write_all(terminal.get(), question);
    SecretBytes answer = read_terminal_line(terminal);
    return answer.size() == 1 && (answer.expose()[0] == 'y' || answer.expose()[0] == 'Y');
}

std::filesystem::path state_folder() {
    const char* states = std::getenv("XDG_STATE_HOME");
    if (states != nullptr && states[0] == '/') return std::filesystem::path(states) / "tresor";
    const char* home = std::getenv("HOME");
    if (home == nullptr || home[0] == '\0')
        throw Error(Errc::invalid_argument, "there is no home folder (give --state)");
    return std::filesystem::path(home) / ".local" / "state" / "tresor";
}

}  // namespace cli
