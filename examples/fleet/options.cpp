#include "options.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <thread>

#include <tresor/error.hpp>
#include <tresor/version.hpp>

namespace fleet {
namespace {

[[noreturn]] void refuse(const std::string& why) {
    throw tresor::Error(tresor::Errc::invalid_argument, why);
}

// Fills the options; keeps them.
class Declared {
public:
    explicit Declared(Options& options) : options_(options), model_(options.model) {
        app_.description(
            "Simulates a fleet of accounts that keep their Safe on one server: the load, the\n"
            "sweep, and whether anybody loses a backup that should have been kept.");
        app_.set_version_flag("--version", "fleet " TRESOR_VERSION);
        app_.get_formatter()->column_width(36);
        app_.footer(
            "Ends with 7 if an account has lost a backup it should have kept.\n"
            "Example: fleet --accounts 1000000 --server-outage 300:4 --chart fleet.svg");
        // First, so that it counts also where another one is wrong.
        app_.add_flag("--json", options_.json, "One JSON object on standard output");
        add_size();
        add_server();
        add_phones();
        add_people();
    }

    CLI::App& app() { return app_; }

    void finish() {
        if (sweep_days_->count() == 0) model_.sweep_days = model_.retention_days;
        for (const std::string& text : outages_) add_outage(text);
        std::sort(model_.outages.begin(), model_.outages.end(),
                  [](const Outage& a, const Outage& b) { return a.from < b.from; });
        for (std::size_t i = 1; i < model_.outages.size(); ++i)
            if (model_.outages[i].from <= model_.outages[i - 1].to)
                refuse("--server-outage: two of them meet");
        if (options_.jobs == 0) options_.jobs = std::max(1u, std::thread::hardware_concurrency());
    }

private:
    template <class Number>
    CLI::Option* number(const char* name, Number& into, Number least, Number most, const char* type,
                        const char* what, const char* group) {
        return app_.add_option(name, into, what)
            ->check([least, most](const std::string& text) -> std::string {
                Number value{};
                const char* end = text.data() + text.size();
                auto [rest, error] = std::from_chars(text.data(), end, value);
                // Written this way round because a NaN is in no range.
                if (error == std::errc() && rest == end && value >= least && value <= most)
                    return {};
                std::ostringstream why;
                why << std::setprecision(12) << "wants a number from " << least << " to " << most;
                return why.str();
            })
            ->capture_default_str()
            ->type_name(type)
            ->group(group);
    }

    void add_size() {
        const char* group = "Size";
        number<std::uint64_t>("--accounts", model_.accounts, 1, 10000000000, "N",
                              "Accounts; beyond a million, results are scaled", group);
        number<std::int64_t>("--days", model_.days, 1, 3650, "N", "Days of the simulation", group);
        number<std::uint64_t>("--seed", model_.seed, 0, UINT64_MAX, "N", "Of all random numbers",
                              group);
        options_.jobs = 0;
        number<unsigned>("--jobs", options_.jobs, 0, 256, "N", "Threads; 0 is one for each core",
                         group);
        app_.add_option("--chart", options_.chart, "Draw a chart (SVG)")->type_name("FILE");
        app_.add_flag("--force", options_.force, "Replace an existing FILE");
        app_.add_flag("--quiet", options_.quiet, "No progress on standard error");
    }

    void add_server() {
        const char* group = "Server";
        number<std::int64_t>("--retention-days", model_.retention_days, 1, 36500, "N",
                             "What the config announces", group);
        sweep_days_ = number<std::int64_t>("--sweep-days", model_.sweep_days, 1, 36500, "N",
                                           "What the sweep goes by (default: the same)", group);
        sweep_days_->default_str("");
        app_.add_option("--server-outage", outages_,
                        "Out for HOURS from the start of DAY on; may be repeated")
            ->type_name("DAY:HOURS")
            ->group(group);
        number<std::int64_t>("--tls-bytes", model_.tls_bytes, 0, 1000000, "N",
                             "Bytes of a TLS handshake; 0: no TLS", group);
    }

    void add_phones() {
        const char* group = "Phones";
        number("--opened-share", model_.opened_share, 0.0, 1.0, "SHARE",
               "Run only when somebody opens the app", group);
        number("--opened-refresh", model_.opened_refresh_hours, 1.0, 8760.0, "HOURS",
               "So old a backup these renew, changed or not", group);
        number("--offline-share", model_.offline_share, 0.0, 0.95, "SHARE",
               "Phones without a network, at any time", group);
        number("--mean-offline", model_.mean_offline_days, 0.01, 1000.0, "DAYS",
               "How long that takes, on average", group);
        number("--skew", model_.skew_minutes, 0.0, 1000000.0, "MINUTES",
               "Clocks are off by this much at most", group);
        number("--jitter", model_.jitter_minutes, 0.0, 1440.0, "MINUTES",
               "The system runs what is due this much later at most", group);
    }

    void add_people() {
        const char* group = "People";
        number("--change-probability", model_.change_probability, 0.0, 0.999, "SHARE",
               "Accounts that change on a day; a fifth never does", group);
        number("--backup-bytes", model_.backup_bytes, 256.0, 524288.0, "N",
               "Size of a backup, the median", group);
        number("--now-per-year", model_.now_per_year, 0.0, 10000.0, "N",
               "Uploads by hand, of each account", group);
        number("--churn-per-year", model_.churn_per_year, 0.0, 20.0, "SHARE",
               "Accounts that go, and are followed by new ones", group);
        number("--lost-phones-per-year", model_.lost_phones_per_year, 0.0, 100.0, "SHARE",
               "Accounts whose phone is lost", group);
    }

    void add_outage(const std::string& text) {
        double day = 0, length = 0;
        char rest = 0;
        if (std::sscanf(text.c_str(), "%lf:%lf%c", &day, &length, &rest) != 2 ||
            !(day >= 0 && day < static_cast<double>(model_.days)) ||
            !(length > 0 && length <= 24.0 * 3650))
            refuse("--server-outage wants DAY:HOURS within the days of the simulation, as 300:4");
        auto from = beginning + Seconds(static_cast<std::int64_t>(day * 86400));
        auto to = from + Seconds(static_cast<std::int64_t>(std::ceil(length * 3600)));
        model_.outages.push_back({from, to});
    }

    Options& options_;
    Model& model_;
    CLI::App app_;
    CLI::Option* sweep_days_ = nullptr;
    std::vector<std::string> outages_;
};

}  // namespace

bool parse(int count, char** arguments, Options& options) {
    Declared declared(options);
    try {
        declared.app().parse(count, arguments);
        declared.finish();
        return true;
    } catch (const CLI::CallForHelp& call) {
        declared.app().exit(call);
    } catch (const CLI::CallForVersion& call) {
        declared.app().exit(call);
    } catch (const CLI::ParseError& error) {
        refuse(error.what());
    }
    return false;
}

}  // namespace fleet
