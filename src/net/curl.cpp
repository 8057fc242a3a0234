// The transport over libcurl: the only file that knows it.

#include <array>
#include <charconv>
#include <exception>

#include <curl/curl.h>

#include <tresor/http.hpp>

#include "base/file.hpp"
#include "codec/base64.hpp"
#include "codec/hex.hpp"
#include "net/text.hpp"

namespace tresor::net {
namespace {

constexpr std::size_t most_body = 65536, most_head = 262144;
constexpr std::uint64_t worth_asking = std::uint64_t{1} << 20;
// Slower than this for the time limit counts as no progress: a server cannot hold us by a drip.
constexpr long slowest_bytes_a_second = 1000;

// libcurl wants one call before any other, which is safe from many threads.
void ready() {
    static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (code != CURLE_OK) throw Error(Errc::internal, "libcurl could not start");
}

// As libcurl wants it.
std::string pin_for_curl(const std::string& pin) {
    std::array<Byte, 32> key;
    if (!codec::hex_decode(pin, key)) return "sha256//" + pin;
    SecretBytes base64;
    codec::base64_encode(key, base64);
    return std::string("sha256//").append(as_text(base64.expose()));
}

// Header lines as libcurl takes them; wiped, for one may hold a password.
class Lines {
public:
    Lines() = default;
    Lines(const Lines&) = delete;
    Lines& operator=(const Lines&) = delete;
    ~Lines() {
        for (curl_slist* line = first_; line != nullptr; line = line->next)
            wipe(line->data, std::char_traits<char>::length(line->data));
        curl_slist_free_all(first_);
    }

    void add(std::string_view name, std::string_view value) {
        add_line(name, value.empty() ? ";" : ": ", value);
    }
    // What libcurl would send by itself.
    void leave_out(std::string_view name) { add_line(name, ":", ""); }

    curl_slist* get() const noexcept { return first_; }

private:
    void add_line(std::string_view name, std::string_view colon, std::string_view value) {
        SecretBytes line;
        line.reserve(name.size() + colon.size() + value.size() + 1);
        for (std::string_view part : {name, colon, value}) line.append(as_bytes(part));
        line.push_back(0);
        curl_slist* longer =
            curl_slist_append(first_, reinterpret_cast<const char*>(line.expose().data()));
        if (longer == nullptr) throw Error(Errc::out_of_memory, "out of memory");
        first_ = longer;
    }

    curl_slist* first_ = nullptr;
};

Errc code_of(CURLcode code) {
    switch (code) {
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_SSL_INVALIDCERTSTATUS: return Errc::denied;
        case CURLE_URL_MALFORMAT: return Errc::invalid_argument;
        case CURLE_SSL_CACERT_BADFILE: return Errc::io;
        case CURLE_OUT_OF_MEMORY: return Errc::out_of_memory;
        case CURLE_ABORTED_BY_CALLBACK: return Errc::cancelled;
        case CURLE_BAD_FUNCTION_ARGUMENT:
        case CURLE_UNKNOWN_OPTION:
        case CURLE_NOT_BUILT_IN: return Errc::internal;
        default: return Errc::unavailable;
    }
}

// One request and what comes of it, as libcurl's callbacks see it. None lets an exception through.
class Exchange {
public:
    // `tidying`: after a cancel, which is not told again.
    Exchange(const Request& request, ByteSink* into, const Progress& progress, bool tidying)
        : request_(request), into_(into), progress_(progress), tidying_(tidying) {
        if (request.body != nullptr) left_ = request.body->size();
    }

    void listen(CURL* curl) {
        set(
            curl, CURLOPT_HEADERFUNCTION,
            +[](char* data, std::size_t, std::size_t size, void* self) {
                auto& exchange = *static_cast<Exchange*>(self);
                return exchange.take(size, [&] { exchange.head(std::string_view(data, size)); });
            });
        set(curl, CURLOPT_HEADERDATA, this);
        set(
            curl, CURLOPT_WRITEFUNCTION,
            +[](char* data, std::size_t, std::size_t size, void* self) {
                auto& exchange = *static_cast<Exchange*>(self);
                return exchange.take(size, [&] { exchange.body(std::string_view(data, size)); });
            });
        set(curl, CURLOPT_WRITEDATA, this);
        set(
            curl, CURLOPT_XFERINFOFUNCTION,
            +[](void* self, curl_off_t, curl_off_t got, curl_off_t, curl_off_t sent) {
                auto& exchange = *static_cast<Exchange*>(self);
                return exchange.take(0, [&] { exchange.tell(got, sent); }) == 0 ? 0 : 1;
            });
        set(curl, CURLOPT_XFERINFODATA, this);
        set(curl, CURLOPT_NOPROGRESS, 0L);
        if (request_.body == nullptr) return;
        set(
            curl, CURLOPT_READFUNCTION, +[](char* data, std::size_t, std::size_t size, void* self) {
                return static_cast<Exchange*>(self)->read(data, size);
            });
        set(curl, CURLOPT_READDATA, this);
        set(
            curl, CURLOPT_SEEKFUNCTION, +[](void* self, curl_off_t offset, int) {
                return static_cast<Exchange*>(self)->rewind(offset);
            });
        set(curl, CURLOPT_SEEKDATA, this);
    }

    // Throws unless there is a whole answer, or all of it that anybody wants.
    Response finish(CURLcode code, const char* text, long proxy_status) {
        if (proxy_status == 407)
            throw Error(Errc::denied, "the proxy does not accept user name and password");
        if (failure_) std::rethrow_exception(failure_);
        bool complete = code == CURLE_OK || enough_;
        // A server that refuses need not read all that is sent.
        bool refused = response_.status >= 400 && head_ended_ &&
                       (code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR);
        if (!complete && !refused) {
            // Some of libcurl's texts show a proxy with its password.
            if (*text == '\0' || std::string_view(text).find('@') != std::string_view::npos)
                text = curl_easy_strerror(code);
            throw Error(code_of(code), std::string("no answer from the server: ") + text);
        }
        if (!head_ended_) throw Error(Errc::unavailable, "the server gave no answer");
        return std::move(response_);
    }

    template <class Value>
    static void set(CURL* curl, CURLoption option, Value value) {
        if (CURLcode code = curl_easy_setopt(curl, option, value); code != CURLE_OK)
            throw Error(code_of(code), std::string("libcurl: ") + curl_easy_strerror(code));
    }

private:
    // `size`, or another number, which tells libcurl to stop.
    template <class Work>
    std::size_t take(std::size_t size, const Work& work) noexcept {
        try {
            work();
            if (!enough_) return size;
        } catch (...) {
            failure_ = std::current_exception();
        }
        return size + 1;
    }

    // A line at a time. Answers that only announce another (100) are forgotten.
    void head(std::string_view line) {
        head_size_ += line.size();
        if (head_size_ > most_head)
            throw Error(Errc::malformed, "the head of the server's answer is too long");
        line = trimmed(line);
        if (line.starts_with("HTTP/")) {
            response_ = {};
            head_ended_ = false;
            std::string_view digits = line.substr(std::min(line.find(' '), line.size()));
            digits = trimmed(digits);
            std::from_chars(digits.data(), digits.data() + digits.size(), response_.status);
        } else if (line.empty()) {
            head_ended_ = response_.status >= 200;
        } else if (std::size_t colon = line.find(':'); colon != line.npos) {
            response_.headers.push_back({std::string(trimmed(line.substr(0, colon))),
                                         std::string(trimmed(line.substr(colon + 1)))});
        }
    }

    void body(std::string_view bytes) {
        if (into_ != nullptr && response_.ok()) return into_->write(as_bytes(bytes));
        std::size_t room = most_body - response_.body.size();
        std::size_t size = std::min(room, bytes.size());
        response_.body.insert(response_.body.end(), bytes.begin(),
                              bytes.begin() + static_cast<std::ptrdiff_t>(size));
        enough_ = bytes.size() > room;
    }

    void tell(curl_off_t got, curl_off_t sent) {
        if (!progress_) return;
        bool sends = request_.body != nullptr, gets = into_ != nullptr && response_.ok();
        auto done = static_cast<std::uint64_t>(sends ? sent : gets ? got : 0);
        auto length = header_of(response_.headers, "Content-Length");
        std::uint64_t size = 0;
        std::optional<std::uint64_t> total = sends ? request_.body->size() : std::nullopt;
        if (gets && length &&
            std::from_chars(length->data(), length->data() + length->size(), size).ec ==
                std::errc())
            total = size;
        if (request_.whole) total = request_.whole;
        bool goes_on = progress_(request_.before + done, total);
        if (!goes_on && !tidying_) throw Error(Errc::cancelled, "cancelled");
    }

    std::size_t read(char* data, std::size_t size) noexcept {
        std::size_t got = 0;
        std::size_t ok = take(0, [&] {
            got = request_.body->read({reinterpret_cast<Byte*>(data), size});
            if (!left_) return;
            if (got > *left_ || (got == 0 && *left_ > 0))
                throw Error(Errc::io, "what is to be sent has changed its size");
            *left_ -= got;
        });
        return ok == 0 ? got : CURL_READFUNC_ABORT;
    }

    int rewind(curl_off_t offset) noexcept {
        if (offset != 0) return CURL_SEEKFUNC_CANTSEEK;
        std::size_t ok = take(0, [&] {
            request_.body->rewind();
            left_ = request_.body->size();
        });
        return ok == 0 ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
    }

    const Request& request_;
    ByteSink* into_;
    const Progress& progress_;
    Response response_;
    std::exception_ptr failure_;
    std::optional<std::uint64_t> left_;
    std::size_t head_size_ = 0;
    bool tidying_, head_ended_ = false, enough_ = false;
};

class CurlTransport final : public Transport {
public:
    CurlTransport(const Options& options, Progress progress)
        : options_(options), progress_(std::move(progress)) {
        require_valid(options_);
        ready();
        if (!options_.pin.empty()) options_.pin = pin_for_curl(options_.pin);
        if (!options_.ca_file.empty() && !file::open(options_.ca_file))
            throw Error(Errc::io, options_.ca_file + " is no file that can be read");
        curl_ = curl_easy_init();
        if (curl_ == nullptr) throw Error(Errc::out_of_memory, "out of memory");
    }
    CurlTransport(const CurlTransport&) = delete;
    CurlTransport& operator=(const CurlTransport&) = delete;
    ~CurlTransport() override { curl_easy_cleanup(curl_); }

    Response send(const Request& request, ByteSink* into) override {
        Lines lines;
        for (const auto& [name, value] : request.headers) lines.add(name, value);
        if (!request.authorization.empty())
            lines.add("Authorization", as_text(request.authorization.expose()));
        if (!header_of(request.headers, "Accept")) lines.leave_out("Accept");
        // To be told in advance that a body is not wanted is worth waiting for if it is a large
        // one.
        if (request.body != nullptr && request.body->size().value_or(worth_asking) < worth_asking)
            lines.leave_out("Expect");
        std::array<char, CURL_ERROR_SIZE> text{};
        bool tidying = may_still_tidy();
        Exchange exchange(request, into, progress_, tidying);
        curl_easy_reset(curl_);
        set(CURLOPT_ERRORBUFFER, text.data());
        auto most = tidying ? left_to_tidy_ : time_to_tidy;
        if (tidying || request.brief) set(CURLOPT_TIMEOUT_MS, static_cast<long>(most.count()));
        reach(request.target);
        if (request.patience > options_.timeout)
            set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.patience.count()));
        ask(request);
        set(CURLOPT_HTTPHEADER, lines.get());
        exchange.listen(curl_);
        CURLcode code = curl_easy_perform(curl_);
        set(CURLOPT_ERRORBUFFER, static_cast<char*>(nullptr));
        if (tidying) count_time();
        long proxy_status = 0;
        curl_easy_getinfo(curl_, CURLINFO_HTTP_CONNECTCODE, &proxy_status);
        try {
            return exchange.finish(code, text.data(), proxy_status);
        } catch (const Error& error) {
            cancelled_ = cancelled_ || error.code() == Errc::cancelled;
            throw;
        }
    }

private:
    // Whether this request comes after a cancel that still stands; throws cancelled if those had
    // all their time.
    bool may_still_tidy() {
        if (!cancelled_) return false;
        if (progress_(0, std::nullopt)) {
            cancelled_ = false;
            left_to_tidy_ = time_to_tidy;
            return false;
        }
        if (left_to_tidy_.count() <= 0) throw Error(Errc::cancelled, "cancelled");
        return true;
    }

    void count_time() {
        curl_off_t took = 0;
        curl_easy_getinfo(curl_, CURLINFO_TOTAL_TIME_T, &took);
        left_to_tidy_ -= std::chrono::milliseconds(took / 1000 + 1);
    }
    template <class Value>
    void set(CURLoption option, Value value) {
        Exchange::set(curl_, option, value);
    }

    // Everything said: what libcurl would else take from the environment, too.
    void reach(const std::string& url) {
        set(CURLOPT_URL, url.c_str());
        set(CURLOPT_PROTOCOLS_STR, "http,https");
        set(CURLOPT_PATH_AS_IS, 1L);
        // One request at a time gains nothing by HTTP/2, and some servers reset its streams.
        set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
        set(CURLOPT_NOSIGNAL, 1L);
        set(CURLOPT_PROXY, options_.proxy.c_str());
        set(CURLOPT_NOPROXY, "");
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
        set(CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
        set(CURLOPT_FOLLOWLOCATION, 0L);
        auto limit = static_cast<long>(options_.timeout.count());
        set(CURLOPT_CONNECTTIMEOUT, std::max(limit / 2, 1L));
        set(CURLOPT_LOW_SPEED_TIME, limit);
        set(CURLOPT_LOW_SPEED_LIMIT, slowest_bytes_a_second);
        set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
        set(CURLOPT_SSL_VERIFYPEER, 1L);
        set(CURLOPT_SSL_VERIFYHOST, 2L);
        if (!options_.ca_file.empty()) {
            set(CURLOPT_CAINFO, options_.ca_file.c_str());
            set(CURLOPT_PROXY_CAINFO, options_.ca_file.c_str());
        }
        if (!options_.pin.empty()) set(CURLOPT_PINNEDPUBLICKEY, options_.pin.c_str());
    }

    void ask(const Request& request) {
        if (request.body != nullptr) {
            set(CURLOPT_UPLOAD, 1L);
            auto size = request.body->size();
            set(CURLOPT_INFILESIZE_LARGE,
                size ? static_cast<curl_off_t>(*size) : static_cast<curl_off_t>(-1));
        } else if (request.method == "HEAD") {
            set(CURLOPT_NOBODY, 1L);
        }
        set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    }

    static constexpr std::chrono::milliseconds time_to_tidy = std::chrono::seconds(5);

    Options options_;
    Progress progress_;
    CURL* curl_ = nullptr;
    bool cancelled_ = false;
    std::chrono::milliseconds left_to_tidy_ = time_to_tidy;
};

}  // namespace

std::unique_ptr<Transport> curl_transport(const Options& options, Progress progress) {
    return std::make_unique<CurlTransport>(options, std::move(progress));
}

}  // namespace tresor::net
