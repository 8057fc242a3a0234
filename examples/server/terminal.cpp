#include "terminal.hpp"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <tresor/error.hpp>

namespace safe_server {

using tresor::Errc;
using tresor::Error;
using tresor::SecretBytes;

namespace {

constexpr std::size_t longest_line = 65536;

[[noreturn]] void fail(const std::string& what, const std::string& path, int code = errno) {
    throw Error(Errc::io, what + " " + path + ": " + std::generic_category().message(code));
}

class Descriptor {
public:
    explicit Descriptor(int handle, bool owned = true) : handle_(handle), owned_(owned) {}
    ~Descriptor() {
        if (owned_ && handle_ >= 0) ::close(handle_);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int get() const { return handle_; }

private:
    int handle_;
    bool owned_;
};

// Byte by byte, so that nothing is read ahead and stays in a buffer.
SecretBytes read_line(int handle, const std::string& path) {
    SecretBytes line;
    for (;;) {
        tresor::Byte byte = 0;
        ssize_t size = ::read(handle, &byte, 1);
        if (size < 0 && errno == EINTR) continue;
        if (size < 0) fail("could not read", path);
        if (size == 0 || byte == '\n') break;
        if (line.size() == longest_line)
            throw Error(Errc::invalid_argument, "the first line of " + path + " is too long");
        line.push_back(byte);
    }
    if (!line.empty() && line.expose().back() == '\r') line.resize(line.size() - 1);
    return line;
}

void write_all(int handle, std::string_view text) {
    while (!text.empty()) {
        ssize_t size = ::write(handle, text.data(), text.size());
        if (size < 0 && errno != EINTR) fail("could not write to", "standard output");
        if (size > 0) text.remove_prefix(static_cast<std::size_t>(size));
    }
}

// While it lives nothing typed is shown, and Ctrl-C is a character, so that the terminal is never
// left without echo.
class Quiet {
public:
    explicit Quiet(int handle) : handle_(handle), changed_(::tcgetattr(handle, &before_) == 0) {
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO | ISIG);
        if (changed_) ::tcsetattr(handle_, TCSAFLUSH, &quiet);
    }
    ~Quiet() {
        if (changed_) ::tcsetattr(handle_, TCSAFLUSH, &before_);
    }
    Quiet(const Quiet&) = delete;
    Quiet& operator=(const Quiet&) = delete;

private:
    int handle_;
    termios before_{};
    bool changed_;
};

SecretBytes ask(int terminal, std::string_view question) {
    write_all(terminal, question);
    SecretBytes line;
    {
        Quiet quiet(terminal);
        line = read_line(terminal, "the terminal");
    }
    write_all(terminal, "\n");
    constexpr tresor::Byte interrupt = 3;
    for (tresor::Byte byte : line.expose())
        if (byte == interrupt) throw Error(Errc::cancelled, "cancelled");
    return line;
}

}  // namespace

SecretBytes read_first_line(const std::string& path) {
    bool standard = path == "-";
    Descriptor file(standard ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC),
                    !standard);
    if (file.get() < 0) fail("could not read", path);
    auto line = read_line(file.get(), path);
    if (line.empty())
        throw Error(Errc::invalid_argument, "there is no password in the first line of " +
                                                (standard ? "standard input" : path));
    return line;
}

tresor::Password new_password() {
    if (::isatty(STDIN_FILENO) != 1)
        return tresor::Password(tresor::as_text(read_first_line("-").expose()));
    Descriptor terminal(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
    if (terminal.get() < 0) fail("could not open", "the terminal");
    auto first = ask(terminal.get(), "Password: ");
    if (!(ask(terminal.get(), "The same again: ") == first))
        throw Error(Errc::invalid_argument, "the two entries differ");
    return tresor::Password(tresor::as_text(first.expose()));
}

void write_stdout(std::string_view text) { write_all(STDOUT_FILENO, text); }

void write_stderr(std::string_view text) noexcept {
    try {
        write_all(STDERR_FILENO, text);
    } catch (const Error&) {  // nobody is left to tell
    }
}

}  // namespace safe_server
