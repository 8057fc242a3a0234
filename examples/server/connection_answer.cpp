// What goes out, and how a connection ends; connection.cpp has what comes in.
#include <algorithm>
#include <exception>
#include <utility>

#include "connection.hpp"
#include "loop.hpp"
#include "refusal.hpp"
#include "response_writer.hpp"

namespace safe_server {

using tresor::ByteView;
using Clock = std::chrono::steady_clock;

namespace {

// What a client may still send after its last answer, and for how long: a body of usual size
// passes, and nobody is kept busy.
constexpr std::size_t most_drained = 1024 * 1024;
constexpr auto drain_time = std::chrono::seconds(2);
// When the server stops, who sends nothing for so many seconds is not waited for.
constexpr unsigned most_stalled_at_stop = 3;

}  // namespace

void Connection::fail(int status, std::string_view why) {
    tresor::net::Headers headers;
    if (status == 503) headers.push_back({"Retry-After", "5"});
    respond(refusal(status, why, std::move(headers)), status == 503);
}

void Connection::respond(tresor::net::Response response, bool keep_alive) {
    auto& exchange = *exchange_;
    const auto& framing = exchange.reader.framing();
    close_ = !keep_alive || !framing.keep_alive || unread_ || loop_.shared().stopping;
    exchange.response = std::move(response);
    bool head_only = exchange.request.method == "HEAD";
    write_head(exchange.head, exchange.response, {head_only, !close_, framing.old, loop_.date()});
    if (head_only || exchange.response.status == 204 || exchange.response.status == 304)
        exchange.response.body.clear();
    exchange.body_size = exchange.response.body.size();
    exchange.body.reset();
    enter(State::answering);
    exchange.answer_began = exchange.moved = since_;
    flush();
}

void Connection::flush() {
    auto& exchange = *exchange_;
    while (exchange.sent < exchange.head.size() + exchange.body_size) {
        ByteView head = tresor::as_bytes(exchange.head);
        auto out = write_some(head.subspan(std::min(exchange.sent, head.size())));
        if (out.end == Stream::End::closed) return lose();
        if (out.end == Stream::End::again) return wait_for_client();
        exchange.sent += out.bytes;
        if (watched_ == EV_WRITE) exchange.moved = Clock::now();
    }
    finish();
}

Stream::Moved Connection::write_some(ByteView head) try {
    return stream_.write(head, rest_of_body());
} catch (const std::exception&) {  // the file of a parked body cannot be read
    return {Stream::End::closed, 0};
}

ByteView Connection::rest_of_body() {
    const auto& exchange = *exchange_;
    std::size_t done = exchange.sent - std::min(exchange.sent, exchange.head.size());
    if (!exchange.parked) return ByteView(exchange.response.body).subspan(done);
    auto scratch = loop_.out_scratch();
    return scratch.first(exchange.parked->read_at(done, scratch));
}

// The client is slower than its answer, which then counts as a body in memory, or becomes a file.
void Connection::wait_for_client() {
    auto& exchange = *exchange_;
    watch(stream_.wants_write() ? EV_WRITE : EV_READ);
    if (exchange.held > 0 || exchange.parked || exchange.body_size == 0) return;
    auto& room = loop_.shared().room;
    if (room.take(exchange.body_size)) {
        exchange.held = exchange.body_size;
        return;
    }
    try {
        exchange.parked = std::make_unique<Body>(room);
        exchange.parked->append(exchange.response.body, exchange.body_size);
        exchange.response.body = {};
    } catch (const std::exception&) {
        lose();
    }
}

void Connection::finish() {
    report(true);
    if (close_ || loop_.shared().stopping) return end();
    release_exchange();
    enter(State::idle);
    watch(EV_READ);
}

void Connection::report(bool whole) {
    const auto& exchange = *exchange_;
    auto sent_body = exchange.sent - std::min(exchange.sent, exchange.head.size());
    Served served;
    served.method = exchange.request.method;
    served.target = exchange.request.target;
    served.peer = exchange.requested ? std::string_view(exchange.request.peer) : peer_;
    served.status = exchange.head.empty() ? 0 : exchange.response.status;
    served.bytes_in = exchange.bytes_in;
    served.bytes_out = sent_body;
    served.seconds = std::chrono::duration<double>(Clock::now() - exchange.began).count();
    served.whole = whole;
    loop_.shared().requests.fetch_add(1, std::memory_order_relaxed);
    loop_.shared().service.done(served);
}

void Connection::release_exchange() {
    if (!exchange_) return;
    loop_.shared().room.give_back(std::exchange(exchange_->held, 0));
    loop_.give_back(std::move(exchange_));
}

// The last answer is on its way. If bytes are left unread, closing now could overtake it.
void Connection::end() {
    bool linger = unread_ || !kept_.empty() || stream_.has_unread();
    release_exchange();
    forget_kept();
    stream_.end_writing();
    if (!linger) {
        state_ = State::closed;
        return;
    }
    enter(State::draining);
    watch(EV_READ);
}

void Connection::drain() {
    while (drained_ < most_drained) {
        auto got = stream_.drain(loop_.in_scratch());
        if (got.end == Stream::End::again) return;
        if (got.end == Stream::End::closed) {
            state_ = State::closed;
            return;
        }
        drained_ += got.bytes;
    }
    watch(0);  // the rest of the time is for the client to read
}

// The client is gone, or as good as that.
void Connection::lose() {
    if (exchange_ && state_ != State::draining) report(false);
    state_ = State::closed;
}

void Connection::cut_off() {
    if (state_ == State::asking || state_ == State::working || state_ == State::closed) return;
    lose();
}

void Connection::turn_away() {
    if (state_ != State::idle) return cut_off();
    begin_exchange();
    unread_ = true;
    fail(503, "too many connections");
}

void Connection::stop() {
    if (state_ == State::handshake) return cut_off();
    if (state_ == State::body) exchange_->moved = Clock::now();
    if (state_ != State::idle) return;
    ready();  // a request that has come in the last moment is answered
    if (state_ == State::idle) cut_off();
}

// ---- time limits ----

void Connection::tick(Moment now) {
    const auto& options = loop_.shared().options;
    const bool stopping = loop_.shared().stopping;
    auto over = [&](Moment since, unsigned seconds) {
        return now - since > std::chrono::seconds(seconds);
    };
    // Less than the bytes a second that a body has to have, or more than the time for all of it.
    auto slow = [&](Moment since, std::uint64_t bytes) {
        auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - since).count();
        auto counted = std::max<std::int64_t>(seconds - options.body_grace_seconds, 0);
        return bytes < static_cast<std::uint64_t>(counted) * options.body_bytes_a_second ||
               over(since, options.body_seconds);
    };
    switch (state_) {
        case State::handshake:
            if (over(since_, options.head_seconds)) lose();
            return;
        case State::head:
            if (!over(since_, stopping ? most_stalled_at_stop : options.head_seconds)) return;
            unread_ = true;
            return fail(408, "the request took too long");
        case State::body:
            if (slow(since_, exchange_->bytes_in) ||
                (stopping && over(exchange_->moved, most_stalled_at_stop)))
                fail(408, "the body took too long");
            return;
        case State::answering:
            if (over(exchange_->moved, options.write_seconds) ||
                slow(exchange_->answer_began, exchange_->sent))
                lose();
            return;
        case State::draining:
            if (now - since_ > drain_time) state_ = State::closed;
            return;
        case State::idle:
        case State::asking:
        case State::working:
        case State::closed: return;
    }
}

}  // namespace safe_server
