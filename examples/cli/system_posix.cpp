#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <ctime>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sys/select.h>
#include <termios.h>
#include <unistd.h>

#include <tresor/error.hpp>

#include "shared/program.hpp"
#include "system.hpp"

namespace cli {
namespace {

using tresor::Errc;
using tresor::Error;
using tresor::SecretBytes;

volatile std::sig_atomic_t interrupt_flag = 0;  // Ctrl-C and the like
volatile std::sig_atomic_t suspend_flag = 0;    // Ctrl-Z at a prompt

constexpr std::array interrupts = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

[[noreturn]] void fail(const std::string& what, const std::string& path, int code = errno) {
    throw Error(Errc::io, what + " " + path + ": " + std::generic_category().message(code));
}

// What a descriptor takes without waiting once it is writable (POSIX's PIPE_BUF).
constexpr std::size_t never_blocks = 512;

enum class Until { readable, writable };

// From now on signals wait until `before` is set again.
void hold_signals(sigset_t& before) noexcept {
    sigset_t ours;
    ::sigemptyset(&ours);
    for (int signal : interrupts) ::sigaddset(&ours, signal);
    ::sigaddset(&ours, SIGTSTP);
    ::sigprocmask(SIG_BLOCK, &ours, &before);
}

// Waits for the descriptor or for a signal. Signals are let in only while it waits, so that none is
// missed between a look at its flag and the wait. Throws cancelled.
void wait(int handle, Until until) {
    sigset_t before;
    hold_signals(before);
    int result = 0, code = 0;
    if (interrupt_flag == 0 && suspend_flag == 0) {
        fd_set handles;
        FD_ZERO(&handles);
        FD_SET(handle, &handles);
        bool reads = until == Until::readable;
        result = ::pselect(handle + 1, reads ? &handles : nullptr, reads ? nullptr : &handles,
                           nullptr, nullptr, &before);
        code = errno;
    }
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    stop_if_interrupted();
    if (result < 0 && code != EINTR) fail("could not wait for", "a file", code);
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
            wait(handle_, Until::readable);
            ssize_t size = ::read(handle_, into.data(), into.size());
            if (size >= 0) return static_cast<std::size_t>(size);
            if (errno != EINTR && errno != EAGAIN) fail("could not read", path);
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
    if (handle >= FD_SETSIZE) ::close(handle);
    if (handle < 0 || handle >= FD_SETSIZE)
        fail("could not read", path, handle < 0 ? errno : EMFILE);
    return Descriptor(handle);
}

Descriptor open_terminal() { return Descriptor(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)); }

void write_all(int handle, std::string_view text) {
    while (!text.empty()) {
        ssize_t size = ::write(handle, text.data(), text.size());
        if (size >= 0) text.remove_prefix(static_cast<std::size_t>(size));
        if (size < 0 && errno != EINTR) fail("could not write to", "the terminal");
    }
}

// While it lives the terminal has no echo, if that is wanted, and Ctrl-Z only raises its flag.
class Prompt {
public:
    Prompt(int handle, bool echo) : handle_(handle), changed_(::tcgetattr(handle, &before_) == 0) {
        struct sigaction action {};
        action.sa_handler = [](int) { suspend_flag = 1; };
        ::sigemptyset(&action.sa_mask);
        ::sigaction(SIGTSTP, &action, &suspend_before_);
        if (!changed_ || echo) return;
        termios quiet = before_;
        quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        ::tcsetattr(handle_, TCSAFLUSH, &quiet);
    }
    Prompt(const Prompt&) = delete;
    Prompt& operator=(const Prompt&) = delete;
    ~Prompt() {
        if (changed_) ::tcsetattr(handle_, TCSAFLUSH, &before_);
        ::sigaction(SIGTSTP, &suspend_before_, nullptr);
    }

private:
    int handle_;
    termios before_{};
    struct sigaction suspend_before_ {};
    bool changed_;
};

// One line, read byte by byte so that nothing is read ahead; absent after Ctrl-Z.
std::optional<SecretBytes> read_line(int terminal) {
    SecretBytes line;
    for (;;) {
        wait(terminal, Until::readable);
        if (suspend_flag != 0) return std::nullopt;
        tresor::Byte byte = 0;
        ssize_t size = ::read(terminal, &byte, 1);
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0 || byte == '\n') return line;
        line.push_back(byte);
    }
}

SecretBytes ask(int terminal, std::string_view question, bool echo) {
    for (;;) {
        {
            Prompt prompt(terminal, echo);
            write_all(terminal, question);
            auto line = read_line(terminal);
            if (!echo) write_all(terminal, "\n");
            if (line) return std::move(*line);
        }
        suspend_flag = 0;
        ::raise(SIGTSTP);  // stops here, with the terminal as it was, until it is continued
    }
}

}  // namespace

void prepare_process() {
    program::prepare_streams();
    for (int signal : interrupts) {
        struct sigaction action {};
        ::sigaction(signal, nullptr, &action);
        if (action.sa_handler == SIG_IGN) continue;  // as nohup and shells ask for
        action = {};
        action.sa_handler = [](int number) { interrupt_flag = number; };
        ::sigemptyset(&action.sa_mask);  // and no SA_RESTART: what waits is to return
        ::sigaction(signal, &action, nullptr);
    }
}

bool interrupted() noexcept { return interrupt_flag != 0; }
bool terminated() noexcept { return interrupt_flag == SIGTERM; }

void stop_if_interrupted() {
    if (interrupted()) throw Error(Errc::cancelled, "cancelled");
}

void sleep_for(std::chrono::milliseconds span) noexcept {
    sigset_t before;
    hold_signals(before);
    if (interrupt_flag == 0) {
        auto seconds = std::chrono::floor<std::chrono::seconds>(span);
        timespec time{};
        time.tv_sec = seconds.count();
        time.tv_nsec = std::chrono::nanoseconds(span - seconds).count();
        ::pselect(0, nullptr, nullptr, nullptr, &time, &before);
    }
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
}

namespace {

class Stdin final : public tresor::ByteSource {
public:
    std::optional<std::uint64_t> size() const override { return std::nullopt; }
    std::size_t read(tresor::ByteSpan into) override {
        read_ = true;
        return input_.read(into, "standard input");
    }
    void rewind() override {
        if (read_) throw Error(Errc::io, "standard input can be read once only");
    }

private:
    Descriptor input_{STDIN_FILENO, false};
    bool read_ = false;
};

}  // namespace

std::unique_ptr<tresor::ByteSource> open_stdin() { return std::make_unique<Stdin>(); }

namespace {

class Stdout final : public tresor::ByteSink {
public:
    void write(tresor::ByteView bytes) override {
        write_stdout(tresor::as_text(bytes));
        written_ = written_ || !bytes.empty();
    }
    void restart() override {
        if (written_) throw Error(Errc::io, "standard output can be written once only");
    }

private:
    bool written_ = false;
};

}  // namespace

std::unique_ptr<tresor::ByteSink> open_stdout() { return std::make_unique<Stdout>(); }

SecretBytes read_input(const std::string& path, std::size_t most) {
    Descriptor input = open_input(path);
    SecretBytes bytes;
    for (std::size_t end = 0;;) {
        if (end == bytes.size()) bytes.resize(std::max<std::size_t>(65536, 2 * end));
        std::size_t size = input.read(bytes.expose().subspan(end), path);
        end += size;
        if (end > most)
            throw Error(Errc::too_large,
                        path + " has more than " + std::to_string(most) + " bytes");
        if (size > 0) continue;
        bytes.resize(end);
        return bytes;
    }
}

SecretBytes read_first_line(const std::string& path, std::size_t most) {
    Descriptor input = open_input(path);
    SecretBytes line;
    std::array<tresor::Byte, 1> byte;
    while (input.read(byte, path) == 1) {
        if (byte[0] == '\n') {
            if (!line.empty() && line.expose().back() == '\r') line.resize(line.size() - 1);
            break;
        }
        if (line.size() == most)
            throw Error(Errc::invalid_argument, "the first line of " + path + " is too long");
        line.push_back(byte[0]);
    }
    return line;
}

namespace {

bool takes_more(int handle) noexcept {
    fd_set handles;
    FD_ZERO(&handles);
    FD_SET(handle, &handles);
    timeval no_time{};
    return ::select(handle + 1, nullptr, &handles, nullptr, &no_time) == 1;
}

}  // namespace

void write_stdout(std::string_view text) {
    while (!text.empty()) {
        // Ctrl-C ends the waiting, not the words of a command that has done its work.
        if (!takes_more(STDOUT_FILENO)) wait(STDOUT_FILENO, Until::writable);
        ssize_t size = ::write(STDOUT_FILENO, text.data(), std::min(text.size(), never_blocks));
        if (size >= 0) text.remove_prefix(static_cast<std::size_t>(size));
        if (size < 0 && errno != EINTR && errno != EAGAIN)
            fail("could not write to", "standard output");
    }
}

void write_stdout_at_once(std::string_view text) noexcept {
    while (!text.empty() && takes_more(STDOUT_FILENO)) {
        ssize_t size = ::write(STDOUT_FILENO, text.data(), std::min(text.size(), never_blocks));
        if (size < 0) return;
        text.remove_prefix(static_cast<std::size_t>(size));
    }
}

void write_stderr(std::string_view text) noexcept {
    try {
        write_all(STDERR_FILENO, text);
    } catch (const Error&) {  // nobody is left to tell
    }
}

bool stdin_is_terminal() { return ::isatty(STDIN_FILENO) == 1; }
bool stderr_is_terminal() { return ::isatty(STDERR_FILENO) == 1; }

std::optional<SecretBytes> ask_secret(std::string_view question) {
    Descriptor terminal = open_terminal();
    if (terminal.get() < 0) return std::nullopt;
    return ask(terminal.get(), question, false);
}

bool ask_yes(std::string_view question) {
    Descriptor terminal = open_terminal();
    if (terminal.get() < 0) return false;
    SecretBytes answer = ask(terminal.get(), question, true);
    return answer.size() == 1 && (answer.expose()[0] == 'y' || answer.expose()[0] == 'Y');
}

tresor::UtcOffset local_time_zone() {
    ::tzset();
    return [](tresor::Timestamp time) {
        auto seconds = static_cast<std::time_t>(time.time_since_epoch().count());
        std::tm civil{};
        bool known = ::localtime_r(&seconds, &civil) != nullptr;
        return tresor::Seconds(known ? civil.tm_gmtoff : 0);
    };
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
