#include "peers.hpp"

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "http_load.hpp"

namespace fs = std::filesystem;

namespace bench {
namespace {

std::uint16_t free_port() {
    int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::socklen_t size = sizeof address;
    bool found = ::bind(socket, reinterpret_cast<::sockaddr*>(&address), size) == 0 &&
                 ::getsockname(socket, reinterpret_cast<::sockaddr*>(&address), &size) == 0;
    ::close(socket);
    if (!found) throw std::runtime_error("no free port");
    return ntohs(address.sin_port);
}

std::string write_config(const Site& site, const std::string& text) {
    fs::create_directories(site.folder / "run");
    fs::path path = site.folder / "run/server.conf";
    std::ofstream(path) << text;
    return path;
}

[[noreturn]] void become(const std::vector<std::string>& command, const fs::path& output,
                         int core) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    pin_to_core(core);
    int log = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, 0);
    ::dup2(log, 1);
    ::dup2(log, 2);
    std::vector<char*> words;
    for (auto& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    ::execv(words[0], words.data());
    ::_exit(127);
}

bool can_connect(std::uint16_t port) {
    try {
        return ::close(connect_to(port)) == 0;
    } catch (const std::runtime_error&) {
        return false;
    }
}

// It runs as root for root, as Apache does not.
void give_to(const char* user, const fs::path& folder) {
    const ::passwd* found = ::geteuid() == 0 ? ::getpwnam(user) : nullptr;
    if (found == nullptr) return;
    auto give = [&](const fs::path& path) {
        if (::chown(path.c_str(), found->pw_uid, found->pw_gid) != 0) std::abort();
    };
    give(folder);
    for (auto& entry : fs::recursive_directory_iterator(folder)) give(entry.path());
}

}  // namespace

Ground::Ground()
    : path_(fs::read_symlink("/proc/self/exe").parent_path() /
            ("servers-" + std::to_string(::getpid()))) {
    fs::create_directories(path_);
}

Ground::~Ground() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

Site Ground::site(const std::string& name, std::size_t objects, std::size_t size) const {
    Site site{.folder = path_ / name, .users = "", .certificate = "", .key = ""};
    fs::create_directories(site.folder / "root/backups");
    fs::create_directories(site.folder / "run");
    std::ofstream(site.folder / "root/config")
        << R"({"maxBackupBytes":524288,"retentionDays":180})";
    std::string content(size, 'x');
    for (std::size_t i = 0; i < objects; ++i)
        std::ofstream(site.folder / ("root" + target_of(i)), std::ios::binary) << content;
    return site;
}

std::string target_of(std::size_t number) {
    std::string digits = std::to_string(number);
    std::string target = "/backups/";
    return target.append(64 - digits.size(), '0').append(digits);
}

Peer::Peer(std::string name, const std::vector<std::string>& command, std::uint16_t port,
           const Site& site)
    : name_(std::move(name)),
      port_(port),
      pid_(start_command(command, site.folder / "run/output", server_core)) {
    int status = 0;
    for (int tries = 0; tries < 500 && ::waitpid(pid_, &status, WNOHANG) == 0; ++tries) {
        if (can_connect(port_)) return;
        ::usleep(10000);
    }
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, &status, 0);
    throw std::runtime_error(name_ + " did not start");
}

Peer::~Peer() {
    int status = 0;
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, &status, 0);
}

double Peer::memory_kib() const {
    std::ifstream file("/proc/" + std::to_string(pid_) + "/status");
    for (std::string line; std::getline(file, line);)
        if (line.starts_with("VmRSS:")) return std::stod(line.substr(6));
    return 0;
}

std::unique_ptr<Peer> start_nginx(const Site& site) {
    std::string program = program_path("nginx"), run = site.folder / "run";
    if (program.empty()) return nullptr;
    std::uint16_t port = free_port();
    bool tls = !site.certificate.empty();
    std::string text = "daemon off; master_process off; worker_processes 1; pid " + run + "/pid;\n";
    text += "error_log " + run + "/error.log crit; events { worker_connections 4096; }\n";
    text += "http { access_log off; client_max_body_size 16m; keepalive_requests 1000000000;\n";
    for (auto word : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
        text += std::string(word) + "_temp_path " + run + "/" + word + ";\n";
    text += "server { listen 127.0.0.1:" + std::to_string(port) + (tls ? " ssl;\n" : ";\n");
    if (tls)
        text += "ssl_certificate " + site.certificate + "; ssl_certificate_key " + site.key + ";\n";
    if (!site.users.empty()) text += "auth_basic safe; auth_basic_user_file " + site.users + ";\n";
    text += "root " + (site.folder / "root").string() + ";\n";
    text += "location / { dav_methods PUT DELETE; dav_access user:rw; create_full_put_path off; }";
    std::string config = write_config(site, text + "}}\n");
    return std::make_unique<Peer>(
        "nginx",
        std::vector{program, std::string("-e"), run + "/error.log", std::string("-c"), config},
        port, site);
}

std::unique_ptr<Peer> start_lighttpd(const Site& site) {
    std::string program = program_path("lighttpd"), run = site.folder / "run";
    if (program.empty()) return nullptr;
    std::uint16_t port = free_port();
    bool tls = !site.certificate.empty();
    std::string text = "server.modules = (\"mod_webdav\"";
    text += tls ? ",\"mod_openssl\")\n" : ")\n";
    text += "server.bind = \"127.0.0.1\"\nserver.port = " + std::to_string(port) + "\n";
    text += "server.document-root = \"" + (site.folder / "root").string() + "\"\n";
    text += "server.errorlog = \"" + run + "/error.log\"\nserver.upload-dirs = (\"" + run + "\")\n";
    text += "server.max-keep-alive-requests = 1000000000\nserver.max-connections = 4096\n";
    text += "server.max-fds = 8192\nmimetype.assign = (\"\" => \"application/octet-stream\")\n";
    text += "webdav.activate = \"enable\"\nwebdav.is-readonly = \"disable\"\n";
    if (tls)
        text += "ssl.engine = \"enable\"\nssl.pemfile = \"" + site.certificate +
                "\"\nssl.privkey = \"" + site.key + "\"\n";
    std::string config = write_config(site, text);
    return std::make_unique<Peer>(
        "lighttpd", std::vector{program, std::string("-D"), std::string("-f"), config}, port, site);
}

std::unique_ptr<Peer> start_apache(const Site& site) {
    std::string program = program_path("apache2"), run = site.folder / "run";
    if (program.empty()) return nullptr;
    std::uint16_t port = free_port();
    std::string text = "ServerRoot /usr/lib/apache2\n";
    for (auto module : {"mpm_event", "authz_core", "dav", "dav_fs"})
        text += std::string("LoadModule ") + module + "_module modules/mod_" + module + ".so\n";
    text += "ServerName localhost\nListen 127.0.0.1:" + std::to_string(port) + "\n";
    text += "User www-data\nGroup www-data\nDefaultRuntimeDir " + run + "\nPidFile " + run;
    text += "/pid\nErrorLog " + run + "/error.log\nDavLockDB " + run + "/davlock\n";
    text += "MaxKeepAliveRequests 0\nDocumentRoot " + (site.folder / "root").string() + "\n";
    text += "<Directory " + (site.folder / "root").string() + ">\nDav On\n</Directory>\n";
    std::string config = write_config(site, text);
    give_to("www-data", site.folder);
    return std::make_unique<Peer>(
        "Apache", std::vector{program, std::string("-f"), config, std::string("-DFOREGROUND")},
        port, site);
}

std::unique_ptr<Peer> start_rclone(const Site& site) {
    std::string program = program_path("rclone");
    if (program.empty()) return nullptr;
    std::uint16_t port = free_port();
    std::vector<std::string> command{program, "serve", "webdav", site.folder / "root", "--config"};
    for (auto word : {"/dev/null", "--dir-cache-time", "0", "--addr"}) command.emplace_back(word);
    command.push_back("127.0.0.1:" + std::to_string(port));
    return std::make_unique<Peer>("rclone", command, port, site);
}

std::unique_ptr<Peer> start_ours(const std::string& program, const Site& site) {
    if (!fs::exists(program)) return nullptr;
    std::uint16_t port = free_port();
    std::vector<std::string> command{program, "--store", "dir:" + (site.folder / "root").string(),
                                     "--listen", "127.0.0.1:" + std::to_string(port)};
    auto add = [&](const char* option, const std::string& value) {
        if (!value.empty()) command.insert(command.end(), {option, value});
    };
    add("--users", site.users);
    add("--tls-cert", site.certificate);
    add("--tls-key", site.key);
    return std::make_unique<Peer>("tresor-server", command, port, site);
}

std::string program_path(const std::string& name) {
    for (std::string folder : {"/usr/sbin/", "/usr/bin/", "/usr/local/sbin/", "/usr/local/bin/"})
        if (::access((folder + name).c_str(), X_OK) == 0) return folder + name;
    return "";
}

bool run_command(const std::vector<std::string>& command) {
    if (command[0].empty()) return false;
    int status = 0;
    ::pid_t pid = start_command(command, "/dev/null", load_core);
    return ::waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

::pid_t start_command(const std::vector<std::string>& command, const fs::path& output, int core) {
    ::pid_t pid = ::fork();
    if (pid < 0) throw std::runtime_error("no new process");
    if (pid == 0) become(command, output, core);
    return pid;
}

void pin_to_core(int core) {
    ::cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(core, &cores);
    ::sched_setaffinity(0, sizeof cores, &cores);  // with one core only there is no other
}

}  // namespace bench
