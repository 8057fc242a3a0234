// Every block of memory that is freed, by whomever in this process, is searched for secrets. free()
// is replaced here; libsodium, zlib, PCRE2 and the C++ library all end up in it.

#include <malloc.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <zlib.h>

#include <tresor/client.hpp>
#include <tresor/id_export.hpp>
#include <tresor/storage/memory.hpp>
#include <tresor/storage/retention.hpp>
#include <tresor/storage/safe_server.hpp>

#include "crypto/secretbox.hpp"

using namespace tresor;

extern "C" void __libc_free(void*);

namespace {

// The private key and what else must not stay behind, each as bytes and as it stands in texts.
constexpr char private_key[] =
    "\x11\x52\x93\xd4\x15\x56\x97\xd8\x19\x5a\x9b\xdc\x1d\x5e\x9f\xe0"
    "\x21\x62\xa3\xe4\x25\x66\xa7\xe8\x29\x6a\xab\xec\x2d\x6e\xaf\xf0";
constexpr char private_key_text[] = "EVKT1BVWl9gZWpvcHV6f4CFio+QlZqfoKWqr7C1ur/A=";
constexpr char password_text[] = "a password nobody may find";
constexpr char store_password[] = "words that only the server knows";
constexpr char store_login[] =
    "YWxpY2U6d29yZHMgdGhhdCBvbmx5IHRoZSBzZXJ2ZXIga25vd3M=";  // with alice:
// Derived by main() from the password and the ID ECHOECHO, before the scan begins. The first half
// is the name of the backup, which is no secret.
unsigned char master_key[64];
char master_key_text[129];

struct Needle {
    const void* bytes;
    std::size_t size;
};
// Parts of the secrets, so that one cut by the bookkeeping of a freed block is found, too.
const Needle needles[] = {{private_key + 8, 20},      {private_key_text + 8, 28},
                          {password_text + 4, 18},    {master_key + 36, 24},
                          {master_key_text + 72, 48}, {store_password + 6, 22},
                          {store_login + 16, 30}};

bool scanning = false;
std::size_t blocks = 0, found = 0;

void scan(void* block) {
    if (!scanning || block == nullptr) return;
    ++blocks;
    for (const Needle& needle : needles)
        if (memmem(block, malloc_usable_size(block), needle.bytes, needle.size) != nullptr) {
            ++found;
            return;
        }
}

}  // namespace

extern "C" void free(void* block) {
    scan(block);
    __libc_free(block);
}

extern "C" void* realloc(void* old, std::size_t size) {
    void* fresh = std::malloc(size);
    if (fresh == nullptr || old == nullptr) return fresh;
    std::size_t before = malloc_usable_size(old);
    std::memcpy(fresh, old, before < size ? before : size);
    free(old);
    return fresh;
}

namespace {

int failures = 0;

template <class Work>
void expect_clean(const char* what, Work&& work) {
    blocks = found = 0;
    scanning = true;
    work();
    scanning = false;
    std::printf("%-62s %7zu blocks freed, %zu with a secret\n", what, blocks, found);
    if (found > 0 || blocks == 0) ++failures;
}

// The work must throw.
template <class Work>
void expect_clean_failure(const char* what, Work&& work) {
    expect_clean(what, [&] {
        try {
            work();
        } catch (const Error&) {
            return;
        }
        std::printf("no error: ");
        ++failures;
    });
}

// Document text in memory that wipes itself.
SecretBytes document(std::string_view before_key, std::string_view behind_key) {
    SecretBytes json;
    json.append(as_bytes(before_key));
    json.append(as_bytes(private_key_text));
    json.append(as_bytes(behind_key));
    return json;
}

constexpr std::string_view before =
    "{\"info\":{\"version\":1},\"user\":{\"nickname\":\"Zo\\u00eb\",\"privatekey\":\"";
constexpr std::string_view behind =
    "\"},\"contacts\":[{\"identity\":\"TESTAAA1\",\"verification\":0}],"
    "\"settings\":{\"syncContacts\":false,\"unknown\":{\"a\":[1,2,3]}}}";

ByteView view(const SecretBytes& bytes) { return bytes.expose(); }

void scan_documents() {
    expect_clean("import and export", [] {
        auto json = document(before, behind);
        auto imported = safe::import_backup(view(json));
        auto again = safe::export_backup(imported.backup);
        if (again.empty()) ++failures;
    });
    expect_clean("the key twice, and in places where it does not belong", [] {
        auto json = document("{\"info\":{\"version\":1},\"user\":{\"privatekey\":\"",
                             "\",\"privatekey\":\"");
        json.append(as_bytes(private_key_text));
        json.append(as_bytes("\",\"x\":{\"y\":\""));
        json.append(as_bytes(private_key_text));
        json.append(as_bytes("\"},\"temporaryDeviceGroupKeyTodoRemove\":\""));
        json.append(as_bytes(private_key_text));
        json.append(as_bytes("\"}}"));
        auto imported = safe::import_backup(view(json));
        safe::export_backup(imported.backup);
    });
    const std::string_view endings[] = {"",
                                        "\"",
                                        "\"}",
                                        "\\q\"}}",
                                        "\xFF\"}}",
                                        "\n\"}}",
                                        "\"},\"info\":{\"version\":2}}",
                                        "\"},\"info\":7}",
                                        "AAAA\"}}",
                                        "\"},\"x\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
                                        "\"},\"x\":1e}"};
    for (std::string_view ending : endings)
        expect_clean_failure("a document that breaks behind the key", [&] {
            auto json = document(before, ending);
            safe::import_backup(view(json));
        });
    expect_clean_failure("a key that is not base64", [] {
        auto json = document("{\"info\":{\"version\":1},\"user\":{\"privatekey\":\"-", behind);
        safe::import_backup(view(json));
    });
}

// A container of really compressed JSON, as older apps made it; made while nothing is scanned.
Bytes compressed_container(const safe::EncryptionKey& key) {
    auto json = document(before, behind);
    for (int i = 0; i < 200'000; ++i) json.push_back(static_cast<Byte>(' ' + i % 2 * ('\n' - ' ')));
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY);
    Bytes container(40 + 65536);
    stream.next_in = json.expose().data();
    stream.avail_in = static_cast<uInt>(json.size());
    stream.next_out = container.data() + 40;
    stream.avail_out = 65536;
    if (deflate(&stream, Z_FINISH) != Z_STREAM_END) ++failures;
    container.resize(40 + stream.total_out);
    deflateEnd(&stream);
    ByteSpan all = container;
    crypto::secretbox_seal(all.subspan(40), all.subspan<24, 16>(), all.first<24>(), key.expose());
    return container;
}

void scan_containers() {
    safe::EncryptionKey key(Bytes(32, 7));
    Bytes compressed = compressed_container(key);
    expect_clean("open a compressed one: the window of inflate", [&] {
        auto opened = safe::open(compressed, key);
        if (opened.json.size() < 200'000) ++failures;
    });
    expect_clean("seal and open", [&] {
        auto json = document(before, behind);
        auto opened = safe::open(safe::seal(view(json), key), key);
        safe::import_backup(view(opened.json));
    });
    expect_clean("open a large one: buffers that grow", [&] {
        auto json = document(before, behind);
        for (int i = 0; i < 200'000; ++i) json.push_back(' ');
        auto opened = safe::open(safe::seal(view(json), key), key);
        if (opened.json.size() < 200'000) ++failures;
    });
    expect_clean_failure("open a damaged one", [&] {
        auto json = document(before, behind);
        Bytes container = safe::seal(view(json), key);
        container[50] ^= 1;
        static_cast<void>(safe::open(container, key));
    });
}

struct States final : client::StateStore {
    std::unique_ptr<Lock> lock() override { return std::make_unique<Lock>(); }
    std::optional<client::State> load() override {
        if (text.empty()) return std::nullopt;
        return client::parse_state(text.expose());
    }
    void save(const client::State& state) override { text = client::format_state(state); }
    SecretBytes text;
};

void scan_a_life() {
    storage::Memory store;
    storage::put_limits(store, {});
    auto place = storage::place(store);
    expect_clean("enable, tick and restore", [&] {
        States states;
        client::SafeClient phone(place, states);
        Password password(password_text);
        auto json = document(before, behind);
        auto account = safe::import_backup(view(json)).backup;
        Timestamp now{Seconds(1'800'000'000)};
        phone.enable(password, ThreemaId("ECHOECHO"), account, now);
        account.user.nickname = "new";
        phone.tick(account, now + std::chrono::hours(24));
        auto restored = client::restore(place, password, ThreemaId("ECHOECHO"));
        if (safe::import_backup(view(restored.json)).backup.user.nickname != "new") ++failures;
    });
    expect_clean("a restore that goes on, the drill, another password and the end", [&] {
        States states;
        client::SafeClient phone(place, states);
        Timestamp now{Seconds(1'800'000'000)};
        auto restored = phone.restore(Password(password_text), ThreemaId("ECHOECHO"), now);
        if (phone.verify().differs) ++failures;
        auto unreadable = [](const ThreemaId&, const std::string&) -> safe::Backup {
            throw Error(Errc::io, "the account is gone");
        };
        phone.change_password(Password(password_text), unreadable, now);
        if (!phone.disable()) ++failures;
    });
    expect_clean_failure("a restore with another password", [&] {
        std::string_view text = password_text;
        Password password(text.substr(0, text.size() - 1));
        client::restore(place, password, ThreemaId("ECHOECHO"));
    });
}

void scan_moves() {
    expect_clean("secrets that move, grow and are assigned", [] {
        SecretBytes bytes;
        for (int i = 0; i < 100; ++i) bytes.append(as_bytes(private_key_text));
        SecretBytes moved = std::move(bytes), other{as_bytes(password_text)};
        other = std::move(moved);
        other.resize(5);
        Password password(password_text);
        Password taken = std::move(password);
        password = taken.clone();
        auto key = std::make_unique<PrivateKey>(as_bytes(std::string_view(private_key, 32)));
        auto next = std::make_unique<PrivateKey>(std::move(*key));
        key.reset();
    });
}

void scan_client() {
    expect_clean("derive keys", [] {
        Password password(password_text);
        safe::derive_keys(password, ThreemaId("ECHOECHO"));
        if (!safe::check_password(password.expose(), safe::library_policy()).ok()) ++failures;
    });
    expect_clean("the state of a client, to text and back", [] {
        client::State state(ThreemaId("ECHOECHO"));
        state.cycle.enabled = true;
        state.master_key.emplace(ByteView(master_key));
        auto text = client::format_state(state);
        auto again = client::parse_state(view(text));
        if (!(*again.master_key == *state.master_key)) ++failures;
    });
    expect_clean_failure("a damaged state", [] {
        client::State state(ThreemaId("ECHOECHO"));
        state.cycle.enabled = true;
        state.master_key.emplace(ByteView(master_key));
        auto text = client::format_state(state);
        text.resize(text.size() - 3);
        client::parse_state(view(text));
    });
}

// Of libcurl's own memory nothing is promised: here a transport of our own takes its place.
class Challenging final : public net::Transport {
public:
    net::Response send(const net::Request& request, ByteSink*) override {
        if (request.authorization.empty()) ++failures;
        return {401, {{"WWW-Authenticate", "Basic realm=\"x\""}}, {}};
    }
};

void scan_stores() {
    expect_clean("the password of a store: noted, kept, opened, sent", [] {
        auto opened = [](std::string_view, const storage::LocationOptions& options) {
            auto base = net::parse_base_url("https://safe.example/");
            base.credentials = options.credentials->clone();
            if (as_text(base.credentials->password.expose()) != store_password) ++failures;
            return std::make_unique<storage::SafeServer>(std::move(base),
                                                         std::make_unique<Challenging>());
        };
        client::State state(ThreemaId("ECHOECHO"));
        state.store.location = "own://alice@safe.example/";
        state.store.password = SecretBytes(as_bytes(store_password));
        state.cycle.enabled = true;
        state.master_key.emplace(ByteView(master_key));
        auto text = client::format_state(state);
        auto again = client::parse_state(view(text));
        storage::Registry registry;
        registry["own"] = opened;
        storage::Place place = client::opener(registry)(again.store), copy = place;
        BackupId id(again.master_key->expose().first<32>());
        try {
            copy(id)->stat(storage::ObjectName("config"));
            ++failures;
        } catch (const Error&) {
        }
    });
    std::string typed = "https://alice:words%20that%20only%20the%20server%20knows@safe.example/";
    expect_clean("an address with a password, taken apart", [&] {
        auto parted = storage::part(typed);
        if (as_text(parted.credentials->password.expose()) != store_password) ++failures;
        if (storage::with_user(parted) != "https://alice@safe.example/") ++failures;
    });
    wipe(typed.data(), typed.size());
}

// The scan must be able to find something.
void check_the_scan() {
    scanning = true;
    for (const Needle& needle : needles) {
        auto* block = static_cast<unsigned char*>(std::malloc(256));
        std::memset(block, 0, 256);
        std::memcpy(block + 100, needle.bytes, needle.size);
        asm volatile("" : : "r"(block) : "memory");
        free(block);
    }
    scanning = false;
    if (found != sizeof needles / sizeof needles[0]) {
        std::printf("the scan does not find what was left behind\n");
        ++failures;
    }
}

void scan_id_exports() {
    PrivateKey key(as_bytes(std::string_view(private_key, 32)));
    ThreemaId identity("ECHOECHO");
    Password password(password_text);
    for (auto scheme : {id_export::Scheme::classic, id_export::Scheme::argon2id}) {
        if (!id_export::can(scheme)) continue;
        std::string code;
        expect_clean("an ID export goes round", [&] {
            code = id_export::encode(identity, key, password, scheme);
            auto imported = id_export::decode(code, password);
            if (!(imported.private_key == key)) ++failures;
        });
        expect_clean_failure("an ID export with another password",
                             [&] { id_export::decode(code, Password("another one")); });
    }
    expect_clean("a private key to text and back", [&] {
        SecretBytes text = format_private_key(key);
        if (!(parse_private_key(text.expose()) == key.clone())) ++failures;
    });
}

}  // namespace

int main() {
    {
        auto keys = safe::derive_keys(Password(password_text), ThreemaId("ECHOECHO"));
        auto bytes = keys.master_key().expose();
        for (std::size_t i = 0; i < 64; ++i) {
            master_key[i] = bytes[i];
            std::snprintf(master_key_text + 2 * i, 3, "%02x", bytes[i]);
        }
    }
    check_the_scan();
    scan_documents();
    scan_containers();
    scan_client();
    scan_a_life();
    scan_stores();
    scan_moves();
    scan_id_exports();
    return failures == 0 ? 0 : 1;
}
