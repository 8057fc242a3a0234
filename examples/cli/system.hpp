// What the tool asks of the operating system. The POSIX half is system_posix.cpp.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <tresor/io.hpp>
#include <tresor/secret.hpp>
#include <tresor/time.hpp>

namespace cli {

// Once, first of all. From here on Ctrl-C and the like only raise a flag, a file that cannot grow
// is an error, and the standard streams are open.
void prepare_process();
bool interrupted() noexcept;
bool terminated() noexcept;  // interrupted, and by SIGTERM
// Throws cancelled once Ctrl-C was pressed.
void stop_if_interrupted();
// Shorter if it is interrupted.
void sleep_for(std::chrono::milliseconds span) noexcept;

// All bytes of a file or, for "-", of standard input. Throws io, too_large over `most` bytes,
// cancelled. Nothing of it stays in a buffer.
tresor::SecretBytes read_input(const std::string& path, std::size_t most);
// The bytes before the first LF, without a CR right before it; at most `most` of them.
tresor::SecretBytes read_first_line(const std::string& path, std::size_t most);

// Standard input as bytes that can be read once.
std::unique_ptr<tresor::ByteSource> open_stdin();
// Standard output as bytes come: what was written cannot be taken back.
std::unique_ptr<tresor::ByteSink> open_stdout();

// Throws io unless every byte was taken, cancelled.
void write_stdout(std::string_view text);
// As much as standard output takes without waiting: the last words of a command that was cancelled.
void write_stdout_at_once(std::string_view text) noexcept;
void write_stderr(std::string_view text) noexcept;

bool stdin_is_terminal();
bool stderr_is_terminal();
// Asks on the terminal without echo; absent if there is none. Throws cancelled on Ctrl-C.
std::optional<tresor::SecretBytes> ask_secret(std::string_view question);
// Asks on the terminal; false for anything but "y", and if there is none.
bool ask_yes(std::string_view question);

// What the clocks on the walls of this machine show.
tresor::UtcOffset local_time_zone();

// Where state files are kept unless said otherwise.
std::filesystem::path state_folder();

}  // namespace cli
