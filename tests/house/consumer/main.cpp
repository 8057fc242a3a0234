#include <cstdio>
#include <string>

#include <tresor/id_export.hpp>
#include <tresor/safe.hpp>
#include <tresor/version.hpp>

using namespace tresor;

// An official code of the scheme argon2id: who it is of, or why it does not open.
static std::string owner() {
    try {
        return std::string(id_export::decode("AHCV-YVN5-MZF6-H47E-BFDA-XPQ4-523T-QEJ7-Q7TB-5O2G-"
                                             "U3LM-IPAY-PMO3-RWYJ-FZ5F-VRAH-5MHT-IP2E-ODYI-GXW4-"
                                             "4NAF-EOCO-OZPR-NZK4-CHVE-LYVL",
                                             Password("ThisIsABadPassword"))
                               .identity.text());
    } catch (const Error& error) {
        return std::string(name_of(error.code()));
    }
}

int main() {
    auto keys = safe::derive_keys(Password("shootdeathstar"), ThreemaId("ECHOECHO"));
    auto opened =
        safe::open(safe::seal(as_bytes("{}"), keys.encryption_key()), keys.encryption_key());
    std::printf("%s %s %zu %s\n", version().data(), keys.backup_id().shard().c_str(),
                opened.json.size(), owner().c_str());
}
