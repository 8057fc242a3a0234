#include "metrics.hpp"

#include <sstream>

#include "metrics_service.hpp"
#include "support.hpp"

using namespace tresor;
using namespace safe_server;

namespace {

const Timestamp start = test::at("2026-12-01T12:00:00Z");

Served served(std::string_view method, int status, double seconds, std::uint64_t in = 0,
              std::uint64_t out = 0) {
    Served made;
    made.method = method;
    made.target =
        "/backups/"
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    made.peer = "192.0.2.1";
    made.status = status;
    made.seconds = seconds;
    made.bytes_in = in;
    made.bytes_out = out;
    return made;
}

// Samples by name and labels.
std::map<std::string, std::string> samples_of(const std::string& text) {
    std::map<std::string, std::string> samples;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("#")) continue;
        auto blank = line.rfind(' ');
        REQUIRE(blank != line.npos);
        CHECK(samples.emplace(line.substr(0, blank), line.substr(blank + 1)).second);
    }
    return samples;
}

}  // namespace

TEST_CASE("metrics: requests are counted by method and status, times by bucket") {
    Metrics metrics(start);
    metrics.served(served("PUT", 201, 0.004, 1000));
    metrics.served(served("PUT", 201, 0.005, 1000));
    metrics.served(served("GET", 404, 100));
    metrics.served(served("BREW", 405, 0));
    metrics.served(served("", 0, 0.3));
    auto samples = samples_of(metrics.text({}));
    CHECK(samples["tresor_requests_total{method=\"PUT\",status=\"201\"}"] == "2");
    CHECK(samples["tresor_requests_total{method=\"GET\",status=\"404\"}"] == "1");
    CHECK(samples["tresor_requests_total{method=\"other\",status=\"405\"}"] == "1");
    CHECK(samples["tresor_requests_total{method=\"other\",status=\"0\"}"] == "1");
    CHECK(samples["tresor_request_seconds_bucket{le=\"0.001\"}"] == "1");
    CHECK(samples["tresor_request_seconds_bucket{le=\"0.0025\"}"] == "1");
    CHECK(samples["tresor_request_seconds_bucket{le=\"0.005\"}"] == "3");
    CHECK(samples["tresor_request_seconds_bucket{le=\"0.5\"}"] == "4");
    CHECK(samples["tresor_request_seconds_bucket{le=\"30\"}"] == "4");
    CHECK(samples["tresor_request_seconds_bucket{le=\"+Inf\"}"] == "5");
    CHECK(samples["tresor_request_seconds_count"] == "5");
    CHECK(samples["tresor_request_seconds_sum"] == "100.309");
    CHECK(samples["tresor_received_bytes_total"] == "2000");
    CHECK(samples["tresor_start_time_seconds"] == std::to_string(start.time_since_epoch().count()));
}

TEST_CASE("metrics: errors, sweeps and connections") {
    Metrics metrics(start);
    metrics.store_failed(Errc::unavailable);
    metrics.store_failed(Errc::unavailable);
    metrics.store_failed(Errc::cancelled);
    storage::Swept swept;
    swept.examined = 10;
    swept.removed = 3;
    swept.bytes_freed = 700;
    swept.kept_changed = 1;
    swept.failed = 2;
    metrics.swept(swept, start + Seconds(5));
    ++metrics.throttled_ids;
    ServerStats stats;
    stats.accepted = 12;
    stats.connections_now = 4;
    stats.idle_now = 3;
    stats.refused = 2;
    auto samples = samples_of(metrics.text(stats));
    CHECK(samples["tresor_store_errors_total{error=\"unavailable\"}"] == "2");
    CHECK(samples["tresor_store_errors_total{error=\"cancelled\"}"] == "1");
    CHECK(samples["tresor_store_errors_total{error=\"io\"}"] == "0");
    CHECK(samples["tresor_sweeps_total"] == "1");
    CHECK(samples["tresor_sweep_examined_total"] == "10");
    CHECK(samples["tresor_sweep_removed_total"] == "3");
    CHECK(samples["tresor_sweep_freed_bytes_total"] == "700");
    CHECK(samples["tresor_sweep_renewed_total"] == "1");
    CHECK(samples["tresor_sweep_not_removed_total"] == "2");
    CHECK(samples["tresor_last_sweep_time_seconds"] ==
          std::to_string(start.time_since_epoch().count() + 5));
    CHECK(samples["tresor_throttled_total{what=\"unknown_ids\"}"] == "1");
    CHECK(samples["tresor_connections_accepted_total"] == "12");
    CHECK(samples["tresor_connections_refused_total"] == "2");
    CHECK(samples["tresor_connections"] == "4");
    CHECK(samples["tresor_connections_idle"] == "3");
}

TEST_CASE("metrics: each family has its help and its type once, before its samples and no ids") {
    Metrics metrics(start);
    for (int status : {200, 404}) metrics.served(served("GET", status, 0.1));
    std::istringstream lines(metrics.text({}));
    std::string family, type;
    std::map<std::string, int> seen;
    for (std::string line; std::getline(lines, line);) {
        CAPTURE(line);
        CHECK(line.find("0123456789") == line.npos);
        CHECK(line.find("192.0.2.1") == line.npos);
        std::istringstream words(line);
        std::string hash, what, name;
        if (line.starts_with("# HELP ")) {
            words >> hash >> what >> family;
            CHECK(++seen[family] == 1);
            CHECK(line.back() == '.');
            continue;
        }
        if (line.starts_with("# TYPE ")) {
            words >> hash >> what >> name >> type;
            CHECK(name == family);
            CHECK((type == "counter" || type == "gauge" || type == "histogram"));
            CHECK(family.ends_with("_total") == (type == "counter"));
            continue;
        }
        CHECK(line.starts_with(family));
    }
    CHECK(seen.size() > 20);
}

TEST_CASE("metrics: one path, one method") {
    Metrics metrics(start);
    MetricsService service(metrics, [] { return ServerStats(); });
    net::Request asked;
    asked.method = "GET";
    asked.target = "/metrics?a";
    CHECK(service.admit(asked).next == Admission::Next::answer_here);
    auto answer = service.answer(asked, 0);
    CHECK(answer.status == 200);
    CHECK(net::header_of(answer.headers, "Content-Type") ==
          "text/plain; version=0.0.4; charset=utf-8");
    CHECK(test::text_of(answer.body).starts_with("# HELP tresor_build_info "));
    asked.method = "POST";
    CHECK(service.admit(asked).refusal.status == 405);
    asked.target = "/config";
    CHECK(service.admit(asked).refusal.status == 404);
}
