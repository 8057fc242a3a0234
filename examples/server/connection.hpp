// One client: its requests in order, one at a time.
//
//     handshake --> idle --> head --> [asking] --> [body] --> [working] --> answering --> idle
//                                 any of them --> answering --> draining --> closed
//
// asking and working: a worker has it. draining: a last answer was sent though the client may
// still be sending; what comes is dropped for a while, since to close at once could destroy the
// answer on its way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>

#include <event2/event.h>
#include <event2/event_struct.h>

#include "exchange.hpp"
#include "stream.hpp"

namespace safe_server {

class Loop;

// Belongs to a loop, and keeps a reference to it; used on its thread. Every call may end in
// closed(), upon which the loop lets it go.
class Connection {
public:
    Connection(Loop& loop, int socket, std::string peer, TlsSession session);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void begin(event_callback_fn on_ready);
    void turn_away();       // there are too many
    void ready();           // its socket is
    void worker_done();     // with authenticate() or answer()
    void tick(Moment now);  // looks at its time limits
    void stop();            // the server does
    void cut_off();         // whatever it does, unless a worker has it
    bool has_tls() const noexcept { return stream_.has_tls(); }

    bool closed() const noexcept { return state_ == State::closed; }
    bool idle() const noexcept { return state_ == State::idle && kept_.empty(); }
    Moment since() const noexcept { return since_; }  // it has been in its state, roughly
    Loop& loop() noexcept { return loop_; }

    // Where it stands among those of its loop.
    std::list<Connection>::iterator place;
    bool among_idle = false;
    bool among_later = false;

private:
    enum class State : unsigned char {
        handshake,
        idle,
        head,
        asking,
        body,
        working,
        answering,
        draining,
        closed
    };

    bool reading() const noexcept {
        return state_ == State::idle || state_ == State::head || state_ == State::body;
    }
    void watch(short what);
    void enter(State state);

    void receive();
    void take(tresor::ByteSpan bytes);
    void keep(tresor::ByteView bytes);
    void forget_kept();
    void resume();
    void begin_exchange();
    std::size_t take_head(tresor::ByteSpan bytes);
    std::size_t take_body(tresor::ByteView bytes);
    void append_to_body(tresor::ByteView bytes, std::uint64_t to_come);

    void head_is_here();
    void await_body();
    void body_is_here();
    void give_to_worker(void (Connection::*work)(unsigned worker));
    void authenticate(unsigned worker);
    void answer(unsigned worker);

    void fail(int status, std::string_view why);
    void respond(tresor::net::Response response, bool keep_alive);
    void flush();
    Stream::Moved write_some(tresor::ByteView head);
    tresor::ByteView rest_of_body();
    void wait_for_client();
    void finish();
    void report(bool whole);
    void release_exchange();
    void end();
    void drain();
    void lose();

    Loop& loop_;
    Stream stream_;
    event event_{};
    const std::string peer_;
    std::unique_ptr<Exchange> exchange_;
    tresor::SecretBytes kept_;  // the begin of a head, or what was sent ahead
    std::size_t kept_counted_ = 0;
    std::size_t drained_ = 0;
    unsigned requests_ = 0;  // begun in this turn
    Moment since_;
    short watched_ = 0;
    State state_;
    bool close_ = false;   // after this answer
    bool unread_ = false;  // a body was announced that nobody reads
};

}  // namespace safe_server
