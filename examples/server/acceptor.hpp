// Takes new connections and gives each to the loop that has the fewest.
//
// When there are as many as there may be, the one that has been idle longest makes room; if none
// is idle, the new one is turned away with 503.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "address.hpp"
#include "loop.hpp"

namespace safe_server {

// Keeps references to all it is given; on the thread of the first loop.
class Acceptor {
public:
    Acceptor(Shared& shared, std::vector<ListeningSocket>& sockets,
             std::vector<std::unique_ptr<Loop>>& loops);
    void stop();

private:
    static void on_ready(evutil_socket_t socket, short, void* self);
    static void on_rest(evutil_socket_t, short, void* self);
    void accept_some(int socket);
    void hand_over(int socket, std::string peer);
    bool make_room();
    void rest();

    Shared& shared_;
    std::vector<ListeningSocket>& sockets_;
    std::vector<std::unique_ptr<Loop>>& loops_;
    std::vector<EventPtr> events_;
    EventPtr rest_event_;
};

}  // namespace safe_server
