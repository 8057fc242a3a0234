// A transport that answers what a function says, and remembers what it was asked.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <tresor/http.hpp>

#include "support.hpp"

namespace test {

struct Asked {
    std::string method, target, authorization, body;
    tresor::net::Headers headers;
};

using Answering = std::function<tresor::net::Response(const Asked& asked)>;

class Scripted final : public tresor::net::Transport {
public:
    Scripted(std::vector<Asked>& asked, Answering answer)
        : asked_(asked), answer_(std::move(answer)) {}

    tresor::net::Response send(const tresor::net::Request& request,
                               tresor::ByteSink* into) override {
        Asked asked{request.method, request.target, text_of(request.authorization.expose()), "",
                    request.headers};
        if (request.body != nullptr) {
            tresor::MemorySink body;
            tresor::copy(*request.body, body);
            asked.body = text_of(body.bytes());
        }
        asked_.push_back(asked);
        auto response = answer_(asked);
        if (into != nullptr && response.ok()) {
            into->write(response.body);
            response.body.clear();
        }
        return response;
    }

private:
    std::vector<Asked>& asked_;
    Answering answer_;
};

}  // namespace test
