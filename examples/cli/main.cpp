// tresor, the command line tool: an example program over the public headers.

#include <new>

#include "options.hpp"
#include "system.hpp"

namespace {

using cli::Json;
using cli::Tool;
using tresor::Errc;
using tresor::Error;

void show(const Tool& tool, const cli::Report& report) {
    if (tool.json) {
        cli::write_stdout(report.json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
        return;
    }
    for (const auto& [pointer, reason] : report.warnings)
        tool.note("warning: " + pointer + (pointer.empty() ? "" : ": ") + reason);
    if (tool.talks()) cli::write_stdout(report.text);
}

int fail(const Tool& tool, const Error& error, cli::Report report = {}) {
    int code = static_cast<int>(error.code());
    if (tool.json) {
        Json wait = nullptr;
        if (error.retry_after) wait = error.retry_after->count();
        report.json["error"] = {{"code", code},
                                {"name", name_of(error.code())},
                                {"message", error.what()},
                                {"retry_after", wait}};
    }
    try {
        if (tool.json || !report.text.empty() || !report.warnings.empty()) show(tool, report);
    } catch (const Error&) {  // stdout is gone; the code still tells
    }
    cli::write_stderr("tresor: " + cli::harmless(error.what()) + "\n");
    return code;
}

// The value of a member is always there, so that scripts need not ask.
void add_warnings(cli::Report& report) {
    if (!report.json.contains("warnings") && report.warnings.empty()) return;
    report.json["warnings"] = Json::array();
    for (const auto& warning : report.warnings)
        report.json["warnings"].push_back(
            {{"pointer", warning.pointer}, {"reason", warning.reason}});
}

int run(int count, char** arguments) {
    Tool tool;
    try {
        cli::parse_options(count, arguments, tool);
        if (tool.command == nullptr) return 0;
        cli::Report report = tool.command(tool);
        add_warnings(report);
        show(tool, report);
        return 0;
    } catch (cli::Failed& failed) {
        add_warnings(failed.report);
        return fail(tool, failed.error, std::move(failed.report));
    } catch (const Error& error) {
        return fail(tool, error);
    } catch (const std::bad_alloc&) {
        return fail(tool, Error(Errc::out_of_memory, "out of memory"));
    } catch (const std::exception& error) {
        return fail(tool, Error(Errc::internal, error.what()));
    }
}

}  // namespace

int main(int count, char** arguments) {
    cli::catch_interrupts();
    return run(count, arguments);
}
