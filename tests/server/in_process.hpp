// A transport that leads straight into the handlers of the Safe server.
#pragma once

#include <exception>

#include <tresor/http.hpp>
#include <tresor/server.hpp>

#include "support.hpp"

namespace test {

// Keeps the references.
class InProcess final : public tresor::net::Transport {
public:
    InProcess(tresor::storage::Storage& storage, tresor::server::Throttle& throttle,
              std::string base = "https://safe.example/")
        : storage_(storage), throttle_(throttle), base_(std::move(base)) {}

    tresor::net::Response send(const tresor::net::Request& request,
                               tresor::ByteSink* into) override {
        REQUIRE(request.target.starts_with(base_));
        tresor::net::Request received;
        received.method = request.method;
        received.target = request.target.substr(base_.size() - 1);
        received.headers = request.headers;
        received.peer = "192.0.2.1";
        // What is sent from here must tell its failures here, too.
        struct Body final : tresor::ByteSource {
            explicit Body(tresor::ByteSource* source) : source_(source) {}
            std::optional<std::uint64_t> size() const override { return source_->size(); }
            std::size_t read(tresor::ByteSpan into) override {
                try {
                    return source_->read(into);
                } catch (...) {
                    failure = std::current_exception();
                    throw;
                }
            }
            void rewind() override { source_->rewind(); }
            tresor::ByteSource* source_;
            std::exception_ptr failure;
        } body(request.body);
        if (request.body != nullptr) {
            received.body = &body;
            received.headers.push_back(
                {"Content-Length", std::to_string(request.body->size().value())});
        }
        auto response = tresor::server::handle(received, storage_, throttle_, tresor::now());
        if (body.failure) std::rethrow_exception(body.failure);
        if (into != nullptr && response.ok()) {
            into->write(response.body);
            response.body.clear();
        }
        return response;
    }

private:
    tresor::storage::Storage& storage_;
    tresor::server::Throttle& throttle_;
    std::string base_;
};

}  // namespace test
