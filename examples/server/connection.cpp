// What comes in; connection_answer.cpp has what goes out.
#include "connection.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <tresor/error.hpp>

#include "address.hpp"
#include "header_name.hpp"
#include "loop.hpp"

namespace safe_server {

using tresor::ByteSpan;
using tresor::ByteView;
using tresor::SecretBytes;
using Clock = std::chrono::steady_clock;

namespace {

// Until others have the word, too: reads from the socket, and requests.
constexpr unsigned most_turns = 16, most_requests = 8;

// The client's address as a proxy tells it: the last one it has added.
std::string forwarded_for(const tresor::net::Request& request) {
    std::string_view last;
    for (const auto& [name, value] : request.headers)
        if (same_name(name, "x-forwarded-for")) last = value;
    last.remove_prefix(last.rfind(',') + 1);  // none: npos + 1 is 0
    last.remove_prefix(std::min(last.find_first_not_of(" \t"), last.size()));
    return numeric_address(last);
}

}  // namespace

Connection::Connection(Loop& loop, int socket, std::string peer, TlsSession session)
    : loop_(loop),
      stream_(socket, std::move(session)),
      peer_(std::move(peer)),
      since_(Clock::now()),
      state_(stream_.ready() ? State::idle : State::handshake) {}

Connection::~Connection() {
    if (watched_ != 0) event_del(&event_);
    release_exchange();
    forget_kept();
}

void Connection::begin(event_callback_fn on_ready) {
    event_assign(&event_, loop_.base(), stream_.socket(), EV_READ | EV_PERSIST, on_ready, this);
    watch(EV_READ);
}

void Connection::watch(short what) {
    if (what == watched_) return;
    if (watched_ != 0) event_del(&event_);
    watched_ = what;
    if (what == 0) return;
    event_assign(&event_, loop_.base(), stream_.socket(), static_cast<short>(what | EV_PERSIST),
                 event_get_callback(&event_), this);
    if (event_add(&event_, nullptr) != 0) lose();
}

void Connection::enter(State state) {
    state_ = state;
    since_ = Clock::now();
}

void Connection::ready() {
    requests_ = 0;
    switch (state_) {
        case State::idle:
            if (!kept_.empty()) return resume();
            return receive();
        case State::handshake:
        case State::head:
        case State::body: return receive();
        case State::asking:
        case State::working: return watch(0);  // it can wait
        case State::answering: flush(); return resume();
        case State::draining: return drain();
        case State::closed: return;
    }
}

void Connection::receive() {
    for (unsigned turn = 0; turn < most_turns; ++turn) {
        auto scratch = loop_.in_scratch();
        auto got = stream_.read(scratch);
        if (state_ == State::handshake && stream_.ready()) enter(State::idle);
        if (got.end == Stream::End::closed) return lose();
        if (got.end == Stream::End::again) return watch(stream_.wants_write() ? EV_WRITE : EV_READ);
        take(scratch.first(got.bytes));
        // Less than there is room for was all there is; the next event tells of more.
        bool later = state_ == State::idle && !kept_.empty();
        if (!reading() || later || (!stream_.has_tls() && got.bytes < scratch.size())) return;
    }
}

void Connection::take(ByteSpan bytes) {
    while (!bytes.empty() && reading()) {
        if (state_ == State::idle && requests_ >= most_requests) {
            keep(bytes);
            tresor::wipe(bytes.data(), bytes.size());
            return loop_.go_on_later(*this);
        }
        if (state_ == State::idle) begin_exchange();
        bytes = bytes.subspan(state_ == State::head ? take_head(bytes) : take_body(bytes));
    }
    bool later = state_ == State::asking || state_ == State::working || state_ == State::answering;
    if (bytes.empty() || !later) return;
    keep(bytes);
    tresor::wipe(bytes.data(), bytes.size());
}

// What a client has sent ahead may hold secrets, and is no longer than the loop's scratch. It
// counts as a body, but for what everybody may send, and where it is a worker that is waited for.
void Connection::keep(ByteView bytes) {
    kept_.append(bytes);
    constexpr std::size_t uncounted = 2048;
    std::size_t counted = kept_.size() - std::min(kept_.size(), uncounted);
    bool with_worker = state_ == State::asking || state_ == State::working;
    if (with_worker || counted <= kept_counted_) return;
    if (!loop_.shared().room.take(counted - kept_counted_)) return lose();
    kept_counted_ = counted;
}

void Connection::forget_kept() {
    kept_ = SecretBytes();
    loop_.shared().room.give_back(std::exchange(kept_counted_, 0));
}

// Goes on with what was sent ahead.
void Connection::resume() {
    if (kept_.empty() || (state_ != State::idle && state_ != State::body)) return;
    SecretBytes ahead = std::move(kept_);
    forget_kept();
    take(ahead.expose());
}

void Connection::begin_exchange() {
    ++requests_;
    exchange_ = loop_.take_exchange();
    exchange_->began = Clock::now();
    close_ = unread_ = false;
    state_ = State::head;
    since_ = exchange_->began;
}

std::size_t Connection::take_head(ByteSpan bytes) {
    std::size_t before = kept_.size();
    if (before > 0) keep(bytes);
    if (state_ != State::head) return bytes.size();
    ByteSpan all = before > 0 ? kept_.expose() : bytes;
    auto& reader = exchange_->reader;
    auto reading = reader.read(all, exchange_->request);
    if (reading == Reading::unfinished && before == 0) keep(bytes);
    std::size_t used = reading == Reading::whole ? reader.size() - before : bytes.size();
    if (reader.had_secret() || reading != Reading::whole) tresor::wipe(bytes.data(), used);
    if (reading == Reading::unfinished) return used;
    forget_kept();
    if (reading == Reading::whole) {
        head_is_here();
        return used;
    }
    unread_ = true;
    fail(reader.fault().status, reader.fault().why);
    return used;
}

void Connection::head_is_here() {
    auto& shared = loop_.shared();
    auto& request = exchange_->request;
    const auto& framing = exchange_->reader.framing();
    exchange_->requested = true;
    unread_ = framing.has_body();
    request.peer = peer_;
    if (!shared.options.behind_proxy.empty() && shared.options.behind_proxy == peer_)
        if (auto told = forwarded_for(request); !told.empty()) request.peer = told;
    auto admission = shared.service.admit(request);
    exchange_->next = admission.next;
    if (admission.next == Admission::Next::refuse)
        return respond(std::move(admission.refusal), true);
    if (framing.content_length.value_or(0) > shared.options.max_body_bytes())
        return fail(413, "too large");
    if (admission.next != Admission::Next::ask_worker_first) return await_body();
    enter(State::asking);
    give_to_worker(&Connection::authenticate);
}

void Connection::await_body() {
    const auto& framing = exchange_->reader.framing();
    if (!framing.has_body()) return body_is_here();
    // Of other requests it is read past, and costs nothing.
    if (exchange_->request.method == "PUT")
        exchange_->body = std::make_unique<Body>(loop_.shared().room);
    enter(State::body);
    watch(EV_READ);
    constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    if (!framing.expects_continue) return;
    // The first bytes after a head that was read find room, or the client is a strange one.
    auto sent = stream_.write(tresor::as_bytes(go_on), {});
    if (sent.end != Stream::End::some || sent.bytes != go_on.size()) lose();
}

std::size_t Connection::take_body(ByteView bytes) {
    auto& exchange = *exchange_;
    const auto& framing = exchange.reader.framing();
    if (loop_.shared().stopping) exchange.moved = Clock::now();
    if (!framing.chunked) {
        auto left = *framing.content_length - exchange.bytes_in;
        auto part =
            bytes.first(static_cast<std::size_t>(std::min<std::uint64_t>(left, bytes.size())));
        append_to_body(part, left);
        if (state_ == State::body && part.size() == left) body_is_here();
        return part.size();
    }
    auto step = exchange.chunks.read(bytes);
    if (exchange.bytes_in + step.data.size() > loop_.shared().options.max_body_bytes())
        fail(413, "too large");
    else if (exchange.chunks.state() == Reading::refused)
        fail(400, "the chunks are not well-formed");
    else
        append_to_body(step.data, std::numeric_limits<std::uint64_t>::max());
    if (state_ == State::body && exchange.chunks.state() == Reading::whole) body_is_here();
    return step.used;
}

void Connection::append_to_body(ByteView bytes, std::uint64_t to_come) {
    exchange_->bytes_in += bytes.size();
    if (!exchange_->body) return;
    try {
        exchange_->body->append(bytes, to_come);
    } catch (const std::exception&) {
        fail(503, "no room for the body");
    }
}

void Connection::body_is_here() {
    unread_ = false;
    exchange_->request.body = exchange_->body.get();
    if (exchange_->next == Admission::Next::answer_here)
        return respond(loop_.shared().service.answer(exchange_->request, 0), true);
    enter(State::working);
    give_to_worker(&Connection::answer);
}

// ---- workers ----

void Connection::give_to_worker(void (Connection::*work)(unsigned)) {
    bool taken = loop_.shared().workers.add([this, work](unsigned worker) {
        (this->*work)(worker);
        loop_.post([this] { loop_.worker_done(*this); });
    });
    if (!taken) fail(503, "too many requests wait");
}

void Connection::authenticate(unsigned) {
    exchange_->refusal = loop_.shared().service.authenticate(exchange_->request);
}

void Connection::answer(unsigned worker) {
    exchange_->response = loop_.shared().service.answer(exchange_->request, worker);
}

void Connection::worker_done() {
    if (state_ == State::working)
        respond(std::move(exchange_->response), true);
    else if (exchange_->refusal)
        respond(std::move(*exchange_->refusal), true);
    else {
        exchange_->next = Admission::Next::answer_on_worker;
        await_body();
    }
    resume();
}

}  // namespace safe_server
