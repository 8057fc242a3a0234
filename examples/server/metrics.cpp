#include "metrics.hpp"

#include <algorithm>
#include <cstdio>
#include <string_view>

#include <tresor/version.hpp>

namespace safe_server {
namespace {

// One family after the other.
class Page {
public:
    void family(std::string_view name, std::string_view type, std::string_view help) {
        name_ = std::string("tresor_").append(name);
        text_.append("# HELP ").append(name_).append(" ").append(help).append("\n");
        text_.append("# TYPE ").append(name_).append(" ").append(type).append("\n");
    }
    // `labels` with their braces, `suffix` of a histogram.
    void sample(const std::string& value, std::string_view labels = "",
                std::string_view suffix = "") {
        text_.append(name_).append(suffix).append(labels).append(" ").append(value).append("\n");
    }
    void one(std::string_view name, std::string_view type, std::string_view help,
             const std::string& value) {
        family(name, type, help);
        sample(value);
    }
    std::string take() { return std::move(text_); }

private:
    std::string name_, text_;
};

std::string number(double value) {
    char digits[32];
    int size = std::snprintf(digits, sizeof digits, "%.10g", value);
    return std::string(digits, static_cast<std::size_t>(size));
}

std::string number(const Metrics::Count& count) { return std::to_string(count.load()); }

}  // namespace

void Metrics::served(const Served& served) noexcept {
    std::size_t method = 0;
    while (method + 1 < methods.size() && served.method != methods[method]) ++method;
    auto status = static_cast<std::size_t>(std::clamp(served.status, 0, 599));
    ++requests_[method][status];
    auto place = std::lower_bound(bounds.begin(), bounds.end(), served.seconds) - bounds.begin();
    ++within_[static_cast<std::size_t>(place)];
    microseconds_ += static_cast<std::uint64_t>(std::max(served.seconds, 0.0) * 1e6);
    bytes_in_ += served.bytes_in;
    bytes_out_ += served.bytes_out;
}

void Metrics::store_failed(tresor::Errc code) noexcept {
    auto number = static_cast<std::size_t>(code);
    ++store_errors_[number < codes ? number : 1];
}

void Metrics::swept(const tresor::storage::Swept& swept, tresor::Timestamp end) noexcept {
    ++sweeps_;
    examined_ += swept.examined;
    removed_ += swept.removed;
    freed_ += swept.bytes_freed;
    kept_ += swept.kept_changed;
    not_removed_ += swept.failed;
    last_sweep_ = end.time_since_epoch().count();
}

std::string Metrics::text(const ServerStats& server) const {
    Page page;
    page.family("build_info", "gauge", "The version of the server.");
    page.sample("1", "{version=\"" TRESOR_VERSION "\"}");
    page.one("start_time_seconds", "gauge", "When the server started, in seconds since 1970.",
             std::to_string(started_.time_since_epoch().count()));

    page.family("requests_total", "counter",
                "Requests by method and status; status 0: no answer could be given.");
    for (std::size_t method = 0; method < methods.size(); ++method)
        for (std::size_t status = 0; status < statuses; ++status)
            if (const Count& count = requests_[method][status]; count > 0)
                page.sample(number(count), std::string("{method=\"") + methods[method] +
                                               "\",status=\"" + std::to_string(status) + "\"}");

    page.family("request_seconds", "histogram",
                "From the first byte of a request to the last of its answer.");
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i <= bounds.size(); ++i) {
        sum += within_[i];
        std::string bound = i < bounds.size() ? number(bounds[i]) : "+Inf";
        page.sample(std::to_string(sum), "{le=\"" + bound + "\"}", "_bucket");
    }
    page.sample(number(static_cast<double>(microseconds_.load()) / 1e6), "", "_sum");
    page.sample(std::to_string(sum), "", "_count");

    page.one("received_bytes_total", "counter", "Bytes of bodies that came.", number(bytes_in_));
    page.one("sent_bytes_total", "counter", "Bytes of bodies that went.", number(bytes_out_));
    page.one("uploads", "gauge", "Uploads that are being put into the store.", number(uploads_now));

    page.one("connections_accepted_total", "counter", "Connections that were taken.",
             std::to_string(server.accepted));
    page.one("connections_refused_total", "counter", "Connections that found no room.",
             std::to_string(server.refused));
    page.one("connections", "gauge", "Connections that are open.",
             std::to_string(server.connections_now));
    page.one("connections_idle", "gauge", "Connections that wait for a request.",
             std::to_string(server.idle_now));
    page.one("body_memory_bytes", "gauge", "Bytes of bodies in memory.",
             std::to_string(server.body_bytes_now));
    page.one("bodies_spilled_total", "counter", "Bodies that went through a temporary file.",
             std::to_string(server.bodies_spilled));
    page.one("requests_waiting", "gauge", "Requests that wait for a worker.",
             std::to_string(server.waiting_now));
    page.one("workers_busy", "gauge", "Workers that do something.",
             std::to_string(server.working_now));

    page.one("wrong_passwords_total", "counter", "Passwords that were hashed and did not match.",
             number(wrong_passwords));
    page.family("throttled_total", "counter",
                "Requests answered 429, by what there was too much of.");
    page.sample(number(throttled_passwords), "{what=\"passwords\"}");
    page.sample(number(throttled_ids), "{what=\"unknown_ids\"}");

    page.family("store_errors_total", "counter",
                "What the store could not do, by the kind of error.");
    for (std::size_t code = 1; code < codes; ++code)
        page.sample(number(store_errors_[code]),
                    std::string("{error=\"")
                        .append(tresor::name_of(static_cast<tresor::Errc>(code)))
                        .append("\"}"));

    page.one("sweeps_total", "counter", "Sweeps that went through all backups.", number(sweeps_));
    page.one("sweeps_failed_total", "counter", "Sweeps that could not.", number(failed_sweeps));
    page.one("sweep_examined_total", "counter", "Backups that sweeps looked at.",
             number(examined_));
    page.one("sweep_removed_total", "counter", "Expired backups that were removed.",
             number(removed_));
    page.one("sweep_freed_bytes_total", "counter", "Bytes of them.", number(freed_));
    page.one("sweep_renewed_total", "counter", "Backups that were renewed during a sweep and kept.",
             number(kept_));
    page.one("sweep_not_removed_total", "counter", "Expired backups that could not be removed.",
             number(not_removed_));
    page.one("last_sweep_time_seconds", "gauge",
             "When the last sweep went through, in seconds since 1970; 0: none yet.",
             std::to_string(last_sweep_.load()));
    return page.take();
}

}  // namespace safe_server
