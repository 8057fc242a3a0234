#include <cstdio>

#include <tresor/safe.hpp>
#include <tresor/version.hpp>

int main() {
    using namespace tresor;
    auto keys = safe::derive_keys(Password("shootdeathstar"), ThreemaId("ECHOECHO"));
    auto opened =
        safe::open(safe::seal(as_bytes("{}"), keys.encryption_key()), keys.encryption_key());
    std::printf("%s %s %zu\n", version().data(), keys.backup_id().shard().c_str(),
                opened.json.size());
}
