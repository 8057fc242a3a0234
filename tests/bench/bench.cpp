#include "bench.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace bench {
namespace {

// Linux counts the peak anew after this.
void reset_peak_memory() { std::ofstream("/proc/self/clear_refs") << 5; }

double peak_memory_mib() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / 1024;
    return 0;
}

double milliseconds(const std::function<void()>& run) {
    auto start = std::chrono::steady_clock::now();
    run();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
        .count();
}

double quantile(std::vector<double> sorted, double part) {
    return sorted[static_cast<std::size_t>(part * static_cast<double>(sorted.size() - 1) + 0.5)];
}

}  // namespace

void print_machine() {
    std::ifstream info("/proc/cpuinfo");
    std::string model, features;
    for (std::string line; std::getline(info, line);) {
        if (line.starts_with("model name") && model.empty())
            model = line.substr(line.find(':') + 2);
        if (!line.starts_with("flags") || !features.empty()) continue;
        std::istringstream flags(line.substr(line.find(':') + 2));
        for (std::string flag; flags >> flag;)
            for (auto wanted : {"aes", "avx2", "avx512f", "sha_ni", "vaes", "ssse3"})
                if (flag == wanted) features += " " + flag;
    }
    std::printf("%s,%s\n", model.c_str(), features.c_str());
}

void measure(const Job& job) {
    std::vector<std::vector<double>> times(job.contenders.size());
    std::vector<double> peaks(job.contenders.size());
    for (std::size_t i = 0; i < job.contenders.size(); ++i) {
        reset_peak_memory();
        job.contenders[i].run();
        peaks[i] = peak_memory_mib();
    }
    for (int round = 0; round < job.rounds; ++round)
        for (std::size_t i = 0; i < job.contenders.size(); ++i)
            times[i].push_back(milliseconds(job.contenders[i].run));
    for (auto& list : times) std::sort(list.begin(), list.end());

    std::printf("\n%s\n  %-44s %9s %19s %7s %9s %9s\n", job.name.c_str(), "", "median", "quartiles",
                "ratio", "rate", "peak");
    double base = quantile(times[0], 0.5);
    for (std::size_t i = 0; i < job.contenders.size(); ++i) {
        double median = quantile(times[i], 0.5);
        char rate[32] = "";
        if (job.bytes > 0) std::snprintf(rate, sizeof rate, "%.0f MB/s", job.bytes / median / 1000);
        std::printf("  %-44s %6.3f ms %8.3f %7.3f ms %7.2f %9s %5.0f MiB\n",
                    job.contenders[i].name.c_str(), median, quantile(times[i], 0.25),
                    quantile(times[i], 0.75), median / base, rate, peaks[i]);
    }
}

double median(int rounds, const std::function<void()>& run) {
    run();
    std::vector<double> times;
    for (int round = 0; round < rounds; ++round) times.push_back(milliseconds(run));
    std::sort(times.begin(), times.end());
    return quantile(times, 0.5);
}

}  // namespace bench

void bench_id_export();
void bench_safe(const char* sample);
void bench_seal();
void bench_server(const std::string& ours);
void bench_storage();
void bench_sweep();
void bench_zip();

// tresor-server as the build leaves it, unless an argument names another one.
static std::string server_beside() {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "bin/tresor-server";
}

// ACCOUNT [safe|id|storage|sweep|zip|server|seal [SERVER]]
int main(int count, char** arguments) {
    if (count < 2) return 2;
    std::string which = count > 2 ? arguments[2] : "";
    if (which == "seal") return bench_seal(), 0;
    bench::print_machine();
    if (which.empty() || which == "safe") bench_safe(arguments[1]);
    if (which.empty() || which == "id") bench_id_export();
    if (which.empty() || which == "storage") bench_storage();
    if (which.empty() || which == "sweep") bench_sweep();
    if (which.empty() || which == "zip") bench_zip();
    if (which.empty() || which == "server")
        bench_server(count > 3 ? arguments[3] : server_beside());
}
