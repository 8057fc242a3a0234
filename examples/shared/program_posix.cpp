#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include "program.hpp"

namespace program {

using tresor::SecretBytes;

void prepare_streams() {
    // What is opened later must not pass for a standard stream that is closed.
    int handle;
    do handle = ::open("/dev/null", O_RDWR);
    while (handle >= 0 && handle <= STDERR_FILENO);
    if (handle >= 0) ::close(handle);
    // libcurl would write the keys of its TLS sessions to a file of that name.
    ::unsetenv("SSLKEYLOGFILE");
    std::signal(SIGXFSZ, SIG_IGN);
}

std::optional<tresor::net::Credentials> access_key() {
    auto value = [](const char* name) {
        const char* text = std::getenv(name);
        return std::string_view(text != nullptr ? text : "");
    };
    std::string_view id = value("AWS_ACCESS_KEY_ID"), secret = value("AWS_SECRET_ACCESS_KEY");
    if (id.empty() || secret.empty()) return std::nullopt;
    return tresor::net::Credentials{std::string(id), SecretBytes(tresor::as_bytes(secret)),
                                    SecretBytes(tresor::as_bytes(value("AWS_SESSION_TOKEN")))};
}

}  // namespace program
