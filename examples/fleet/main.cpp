// fleet: how much work a Safe server has with so many accounts, and whether it loses a backup.
// An example program over tresor's public headers.

#include <filesystem>
#include <iostream>

#include <unistd.h>

#include <tresor/error.hpp>
#include <tresor/io.hpp>

#include "chart.hpp"
#include "options.hpp"
#include "result.hpp"
#include "shared/program.hpp"
#include "simulation.hpp"

namespace {

using fleet::Json;
using fleet::Options;
using tresor::Errc;
using tresor::Error;

fleet::Watch watch(const Options& options) {
    if (options.quiet || isatty(STDERR_FILENO) == 0) return {};
    return [](std::uint64_t done, std::uint64_t all) {
        std::cerr << "\r" << 100 * done / all << " % " << (done == all ? "\r\x1b[K" : "")
                  << std::flush;
    };
}

tresor::FileSink open_chart(const Options& options) {
    auto existing = options.force ? tresor::Existing::replace : tresor::Existing::refuse;
    return {options.chart, existing, 0644};
}

// Before the long work: whether there will be a place for the chart.
void check_chart(const Options& options) {
    if (!options.force && std::filesystem::exists(options.chart))
        throw Error(Errc::conflict, options.chart + " exists (--force replaces it)");
    open_chart(options);
}

void write_chart(const Options& options, const fleet::Result& result) {
    auto file = open_chart(options);
    std::string svg = fleet::chart_of(result);
    file.write(tresor::as_bytes(svg));
    file.commit();
}

int run(const Options& options) {
    if (!options.chart.empty()) check_chart(options);
    fleet::Result result(options.model,
                         fleet::simulate(options.model, options.jobs, watch(options)));
    if (!options.chart.empty()) write_chart(options, result);
    std::cout << (options.json ? fleet::json_of(result).dump() + "\n" : fleet::table_of(result));
    if (!std::cout.flush()) throw Error(Errc::io, "standard output cannot be written");
    if (result.ok()) return 0;
    std::cerr << "fleet: accounts have lost a backup that they should have kept\n";
    return static_cast<int>(Errc::not_found);
}

int fail(const Error& error, bool json) {
    int code = static_cast<int>(error.code());
    Json told = {{"code", code},
                 {"name", name_of(error.code())},
                 {"message", error.what()},
                 {"retry_after", nullptr}};
    if (json) std::cout << Json({{"error", told}}).dump() << "\n";
    std::cerr << "fleet: " << error.what() << "\n";
    return code;
}

}  // namespace

int main(int count, char** arguments) {
    Options options;
    const bool& json = options.json;
    try {
        return fleet::parse(count, arguments, options) ? run(options) : 0;
    } catch (...) {
        return fail(program::current_error(), json);
    }
}
