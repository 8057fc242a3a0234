// The C library from eight threads, each with handles of its own.

#include <thread>
#include <vector>

#include "capi/c.hpp"

using namespace test::c;

TEST_SUITE_BEGIN("threads");

TEST_CASE("capi threads: eight lives of a Safe side by side share nothing, errors neither") {
    test::TemporaryFolder folder;
    std::vector<std::jthread> threads;
    std::atomic<int> good = 0;
    for (int number = 0; number < 8; ++number)
        threads.emplace_back([&, number] {
            std::string own = (folder.path() / std::to_string(number)).string();
            Place place(own);
            tresor_storage_options options = TRESOR_STORAGE_OPTIONS_INIT;
            options.create = 1;
            tresor_limits limits = TRESOR_LIMITS_INIT;
            Store store;
            States states;
            Client client;
            Keys keys;
            Buf sealed, json, lost;
            std::string state = own + ".state", identity = "PHONE00" + std::to_string(number);
            int status = tresor_storage_open(store.out(), &place, &options);
            status |= tresor_limits_put(store, &limits);
            status |= tresor_states_open(states.out(), state.c_str());
            status |= tresor_client_create(client.out(), states, nullptr, nullptr);
            status |=
                tresor_client_enable(nullptr, nullptr, client, password, 14, identity.c_str(),
                                     account.data(), account.size(), &place, nullptr, 0, start);
            for (int round = 1; round <= 5; ++round)
                status |= tresor_client_tick(nullptr, nullptr, client, account.data(),
                                             account.size(), 1, start + round);
            status |= tresor_keys_derive(keys.out(), password, 14, identity.c_str());
            status |= tresor_container_seal(sealed.out(), account.data(), account.size(), keys);
            status |=
                tresor_container_open(json.out(), nullptr, sealed.buf.data, sealed.buf.size, keys);
            status |= tresor_safe_restore(lost.out(), nullptr, nullptr, nullptr, store, password,
                                          14, identity.c_str());
            // Each thread has failed in its own way last.
            std::string words = "the words of " + std::to_string(number);
            tresor_error_set(-1 - number, words.c_str());
            std::this_thread::yield();
            if (status == TRESOR_OK && json.text() == account && lost.buf.size > 0 &&
                tresor_error_status() == -1 - number && words == tresor_error_text())
                ++good;
        });
    threads.clear();
    CHECK(good == 8);
}

TEST_CASE("capi threads: keys may be used by many at once") {
    Keys keys;
    derive(keys);
    std::vector<std::jthread> threads;
    std::atomic<int> good = 0;
    for (int number = 0; number < 8; ++number)
        threads.emplace_back([&] {
            for (int round = 0; round < 50; ++round) {
                Buf sealed, json;
                if (tresor_container_seal(sealed.out(), account.data(), account.size(), keys) ==
                        0 &&
                    tresor_container_open(json.out(), nullptr, sealed.buf.data, sealed.buf.size,
                                          keys) == 0 &&
                    json.text() == account)
                    ++good;
            }
        });
    threads.clear();
    CHECK(good == 400);
}

TEST_SUITE_END();
