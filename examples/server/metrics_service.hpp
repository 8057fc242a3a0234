// GET /metrics, for whoever may reach its address.
#pragma once

#include <functional>
#include <string>

#include "metrics.hpp"
#include "refusal.hpp"
#include "service.hpp"

namespace safe_server {

// Keeps the reference.
class MetricsService final : public Service {
public:
    MetricsService(const Metrics& metrics, std::function<ServerStats()> stats)
        : metrics_(metrics), stats_(std::move(stats)) {}

    Admission admit(const tresor::net::Request& head) override {
        using Next = Admission::Next;
        if (head.target.substr(0, head.target.find('?')) != "/metrics")
            return {Next::refuse, refusal(404, "not found")};
        if (head.method == "GET") return {Next::answer_here, {}};
        return {Next::refuse, refusal(405, "method not allowed", {{"Allow", "GET"}})};
    }
    std::optional<tresor::net::Response> authenticate(const tresor::net::Request&) override {
        return std::nullopt;
    }
    tresor::net::Response answer(const tresor::net::Request&, unsigned) override {
        std::string text = metrics_.text(stats_());
        return {200,
                {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"},
                 {"Content-Length", std::to_string(text.size())},
                 {"Cache-Control", "no-store"}},
                tresor::Bytes(text.begin(), text.end())};
    }
    void done(const Served&) override {}

private:
    const Metrics& metrics_;
    std::function<ServerStats()> stats_;
};

}  // namespace safe_server
