// tresor, the command line tool: an example program over the public headers.

#include "options.hpp"
#include "shared/program.hpp"
#include "system.hpp"

namespace {

using cli::Json;
using cli::Tool;
using tresor::Error;

void show(const Tool& tool, cli::Report& report) {
    if (!tool.json) {
        for (const auto& [pointer, reason] : report.warnings)
            tool.warn("warning: " + pointer + (pointer.empty() ? "" : ": ") + reason);
        if (tool.talks()) cli::write_stdout(cli::harmless(report.text, "\n"));
        return;
    }
    // A list that is always there, so that scripts need not ask.
    if (report.json.contains("warnings")) {
        report.json["warnings"] = Json::array();
        for (const auto& [pointer, reason] : report.warnings)
            report.json["warnings"].push_back({{"pointer", pointer}, {"reason", reason}});
    }
    auto text = report.json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    cli::interrupted() ? cli::write_stdout_at_once(text) : cli::write_stdout(text);
}

int fail(const Tool& tool, cli::Report& report, const Error& error) {
    int code = static_cast<int>(error.code());
    Json wait = nullptr;
    if (error.retry_after) wait = error.retry_after->count();
    report.json["error"] = {{"code", code},
                            {"name", name_of(error.code())},
                            {"message", error.what()},
                            {"retry_after", wait}};
    try {
        show(tool, report);
    } catch (const Error&) {  // stdout is gone or nobody waits for it; the code still tells
    }
    tool.warn(error.what());
    return code;
}

int run(int count, char** arguments) {
    Tool tool;
    cli::Report report;
    try {
        cli::parse_options(count, arguments, tool);
        if (tool.command == nullptr) return 0;
        report = tool.command(tool);
        if (report.error) return fail(tool, report, *report.error);
        show(tool, report);
        return 0;
    } catch (...) {
        report = {};
        return fail(tool, report, program::current_error());
    }
}

}  // namespace

int main(int count, char** arguments) {
    cli::prepare_process();
    return run(count, arguments);
}
