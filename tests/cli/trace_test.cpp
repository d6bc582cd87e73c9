#include "program.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

using namespace einsight::cli::test;
using Json = nlohmann::json;

namespace {

/// A trace that the program wrote.
struct Trace {
  Folder folder;
  Json answer;
  std::map<std::string, std::vector<std::pair<double, double>>> counters; ///< time, value
  std::map<std::string, std::set<std::string>> tiles;                     ///< of slices, per name
  std::map<std::string, int> slices;                                      ///< per name
  std::size_t bytes = 0;                                                  ///< of the file

  explicit Trace(const std::string& arguments) {
    const auto file = (folder.path() / "trace.json").string();
    const auto outcome = program("run " + arguments + " --json - --trace " + file);
    REQUIRE(outcome.status == 0);
    answer = Json::parse(outcome.out);
    const auto text = contentOf(file);
    bytes = text.size();
    const auto written = Json::parse(text);
    for (const auto& event : written.at("traceEvents")) {
      if (event.at("ph") == "X") {
        ++slices[event.at("name")];
        tiles[event.at("name")].insert(event.at("args").value("tile", ""));
      } else if (event.at("ph") == "C") {
        counters[event.at("name")].emplace_back(event.at("ts"), event.at("args").begin().value());
      }
    }
  }

  [[nodiscard]] double most(const std::string& counter) const {
    double most = 0;
    for (const auto& [time, value] : counters.at(counter)) {
      most = std::max(most, value);
    }
    return most;
  }
};

constexpr double kKiB = 1024, kMiB = 1024 * kKiB;

} // namespace

TEST_CASE("a trace has tasks, bandwidths and what every memory holds", "[cli]") {
  const std::string point = "-w bert -a fusemax --set B=1,H=2";
  const Trace trace(point);
  CHECK(trace.slices.at("load_BK") == 2 * 4);       // heads, tiles of keys
  CHECK(trace.tiles.at("BQK").size() == 2 * 4 * 4); // each tile once
  CHECK(trace.tiles.at("BQK").count("b=0 h=1 p2=0 m1=3 p1=2") == 1);
  CHECK(trace.counters.count("dram bandwidth") == 1);
  CHECK(trace.counters.count("array_2d use") == 1);
  const std::string buffer = "global_buffer held (capacity 16 MiB)";
  CHECK(trace.most(buffer) > 256 * 64 * 2); // more than one tile of BQ
  CHECK(trace.most(buffer) <= 16 * kMiB);
  CHECK(trace.counters.at(buffer).back().second == 0);
  CHECK(trace.most("registers_2d held (capacity 32 B of one PE)") <= 32);
  CHECK(trace.most("registers_1d held (capacity 64 B of one PE)") <= 64);
  const auto without = Json::parse(program("run " + point + " --json -").out);
  CHECK(trace.answer.at("cycles") == without.at("cycles"));
  CHECK(trace.answer.at("units") == without.at("units"));
  CHECK(trace.answer.at("energy_pj") == without.at("energy_pj"));
}

TEST_CASE("a trace of a long run stays small, and its parts show how full memories are", "[cli]") {
  const Trace trace("-w attention-1pass-causal:bert -a fusemax --set L=32K --trace-cycles 20000");
  const auto notes = trace.answer.at("notes").dump();
  CHECK(notes.find("holds 20000 cycles each of the start, the middle and the end") !=
        std::string::npos);
  CHECK(static_cast<double>(trace.bytes) < 4 * kMiB);
  const double seconds = trace.answer.at("seconds");
  const auto& held = trace.counters.at("global_buffer held (capacity 16 MiB)");
  const auto inMiddle = std::count_if(held.begin(), held.end(), [&](const auto& value) {
    return value.first > 0.25e6 * seconds && value.first < 0.75e6 * seconds && value.second > 0;
  });
  CHECK(inMiddle > 0);
  CHECK(std::all_of(held.begin(), held.end(), [](const auto& value) {
    return 0 <= value.second && value.second <= 16 * kMiB;
  }));
}

TEST_CASE("a trace of a GPU shows what its SM holds in shared memory and registers", "[cli]") {
  const Trace trace("-w attention -m flash-attention-3 -a h100 --set L=2K");
  const auto& kernel = trace.answer.at("kernels").at(0);
  const auto given = kernel.at("occupancy").at("shared_bytes_per_cta").get<double>() *
                     kernel.at("occupancy").at("ctas_per_sm").get<double>();
  const auto shared = trace.most("attention shared_memory held (capacity 228 KiB)");
  CHECK(shared > 0);
  CHECK(shared <= given);
  CHECK(given <= 228 * kKiB);
  CHECK(trace.most("attention copy bandwidth") > 0); // from L2
  const auto registers = trace.most("attention registers held (capacity 256 KiB)");
  CHECK(registers > 0);
  CHECK(registers <= 256 * kKiB);
}

TEST_CASE("a trace that cannot be had is refused", "[cli]") {
  const auto bound = program("run -w bert -a fusemax --engine analytic --trace t.json");
  CHECK(bound.status == 2);
  CHECK(bound.err == "error: --trace: the analytic engine has no tasks that begin and end\n"
                     "  help: --engine cycle or --engine pe\n");
  for (const std::string point : {"-w attention-causal -a h100-node -m zigzag-ring-attention",
                                  "-w llama-3-8b -a h100-node --set trace=azure-conv,requests=2"}) {
    const auto cluster = program("run " + point + " --trace /tmp/t.json --vcd /tmp/t.vcd");
    CHECK(cluster.status == 2);
    CHECK(cluster.err == "error: --vcd: 'h100-node' is a cluster, whose signals are not written\n"
                         "  help: --vcd goes with spatial machines\n"
                         "error: --trace: 'h100-node' is a cluster, whose tasks are not written\n"
                         "  help: --trace goes with spatial machines and single GPUs\n");
  }
  const auto nothing = program("run -w bert -a fusemax --trace-cycles 0");
  CHECK(nothing.status == 2);
  CHECK(nothing.err == "error: --trace-cycles: must be at least 1\n"
                       "error: --trace-cycles: there is no trace\n"
                       "  help: goes with --trace FILE\n");
}
