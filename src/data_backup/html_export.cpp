#include <optional>
#include <utility>
#include <vector>

#include "data_backup/html_chat.hpp"

namespace tresor::data_backup {

namespace {

// Chats become pages, the pages an index.
class HtmlWriter final : public ChatWriter {
public:
    HtmlWriter(OutputFolder& folder, const Lookup& lookup, const ExportOptions& options)
        : folder_(folder), tools_(lookup, options), frame_(tools_.words) {}

    void begin(const Chat& chat, std::string_view file_name, std::string_view picture) override {
        pages_.emplace(folder_, tools_, frame_, chat, file_name, picture);
    }
    void add(const Shown& shown) override { pages_->add(shown); }
    void end(const ChatResult& result) override {
        chats_.push_back(pages_->end(result));
        pages_.reset();
    }
    void finish() override { write_index(folder_, tools_, frame_, std::move(chats_)); }

private:
    OutputFolder& folder_;
    HtmlTools tools_;
    HtmlFrame frame_;
    std::optional<ChatPages> pages_;
    std::vector<HtmlChat> chats_;
};

}  // namespace

std::unique_ptr<ChatWriter> html_writer(OutputFolder& folder, const Lookup& lookup,
                                        const ExportOptions& options) {
    return std::make_unique<HtmlWriter>(folder, lookup, options);
}

}  // namespace tresor::data_backup
