#include "tests/cli/program.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <nlohmann/json.hpp>

using namespace einsight::cli::test;
using Json = nlohmann::json;

namespace {

Json jsonOf(const std::string& arguments) {
  const auto outcome = program(arguments + " --json -");
  INFO(outcome.err);
  REQUIRE(outcome.status == 0);
  return Json::parse(outcome.out);
}

} // namespace

TEST_CASE("run answers with every key of the contract", "[cli]") {
  const auto json = jsonOf("run -w attention-1pass:bert -a fusemax -m fusemax-binding");
  for (const auto* key :
       {"workload", "machine", "mapping", "engine", "cycles", "seconds", "flops", "units", "levels",
        "energy_pj", "area_um2", "einsums", "critical_path", "limits", "validated", "provenance"}) {
    INFO(key);
    CHECK(json.contains(key));
  }
  CHECK(json["workload"] == "attention-1pass:bert");
  CHECK(json["engine"] == "cycle");
  CHECK(json["validated"]["suite"] == "fusemax");
  CHECK(json["validated"]["mean_error"].get<double>() < 0.01);
  CHECK(json["limits"].size() == json["units"].size());
  for (const auto& limit : json["limits"]) {
    CHECK(limit["speedup_if_doubled"].get<double>() > 0.99);
  }
  const double cycles = json["cycles"];
  for (const auto& [name, unit] : json["units"].items()) {
    double sum = unit["busy_cycles"];
    for (const auto& [cause, spent] : unit["stalls"].items()) {
      sum += spent.get<double>();
    }
    INFO(name);
    CHECK(sum == Approx(cycles).epsilon(1e-9));
  }
  bool model = false;
  for (const auto& [file, hash] : json["provenance"]["inputs"].items()) {
    CHECK(hash.get<std::string>().size() == 16);
    model = model || file.ends_with("models/bert.yaml");
  }
  CHECK(model);
}

TEST_CASE("the analytic engine is never slower than the cycle engine", "[cli]") {
  const std::string point = "run -w bert -a fusemax --set L=2K --engine ";
  const double bound = jsonOf(point + "analytic")["cycles"];
  const double simulated = jsonOf(point + "cycle")["cycles"];
  CHECK(bound <= simulated);
  CHECK(simulated < 1.1 * bound);
}

TEST_CASE("skipping repeated periods changes nothing", "[cli]") {
  auto skipped = jsonOf("run -w bert -a fusemax --set B=1,H=2,L=2K");
  auto whole = jsonOf("run -w bert -a fusemax --set B=1,H=2,L=2K --no-skip");
  skipped.erase("notes");
  whole.erase("notes");
  CHECK(skipped["provenance"]["command"] != whole["provenance"]["command"]);
  skipped["provenance"].erase("command");
  whole["provenance"].erase("command");
  CHECK(skipped == whole);
}

TEST_CASE("settings of all three files count", "[cli]") {
  const std::string point =
      "run -w bert -a array-family -m fusemax-binding --engine analytic --set ";
  const double small = jsonOf(point + "L=1K arch.PE=64 mapping.p1=2")["cycles"];
  const double large = jsonOf(point + "L=2K,arch.PE=64 --set mapping.p1=2")["cycles"];
  CHECK(large > 3.5 * small);
}

TEST_CASE("answers about changed machines are not called validated", "[cli]") {
  CHECK(jsonOf("run -w bert -a fusemax --set arch.clock_mhz=500")["validated"].is_null());
  const Folder folder;
  const auto mine = folder.write("mine.yaml", "version: 1\nextends: fusemax\nmachine: fusemax\n");
  CHECK(jsonOf("run -w bert -a " + mine)["validated"].is_null());
}

TEST_CASE("the text says what limits the run, how it is validated and what was read", "[cli]") {
  const auto outcome = program("run -w bert -a fusemax");
  CHECK(outcome.status == 0);
  CHECK(outcome.err.empty());
  for (const auto* part :
       {"\nWhat limits it\n", "limits this run.", "\nHow well such answers are validated\n",
        "\nInputs\n", "chosen from the catalogue"}) {
    INFO(part);
    CHECK(outcome.out.find(part) != std::string::npos);
  }
}

TEST_CASE("every mistake in the settings is named at once", "[cli]") {
  const auto outcome =
      program("run -w bert -a fusemax --engine cylce --set L=4Q,arhc.PE=3,L --set B=1..4");
  CHECK(outcome.status == 2);
  CHECK(outcome.out.empty());
  CHECK(outcome.err ==
        "error: --engine: there is no engine 'cylce'\n"
        "  help: did you mean 'cycle'? (one of: analytic, cycle, pe)\n"
        "error: --set L=4Q: '4Q' is not a number: column 1: '4Q' is not a number (K, M and G may "
        "follow one, and are binary)\n"
        "  help: write NAME=VALUE, such as L=4K, arch.PE=64 or mapping.p1=4\n"
        "error: --set arhc.PE=3: unknown prefix 'arhc'\n"
        "  help: did you mean 'arch'? (one of: arch, mapping)\n"
        "error: --set L: this sets nothing\n"
        "  help: write NAME=VALUE, such as L=4K, arch.PE=64 or mapping.p1=4\n"
        "error: --set B=1..4: a range has no place here\n"
        "  help: give one value\n");
}

TEST_CASE("setting what cannot be set names what can", "[cli]") {
  const auto outcome = program("run -w bert -a fusemax --set M=4K,arch.PF=3 --json never.json");
  CHECK(outcome.status == 2);
  CHECK(outcome.out.empty());
  CHECK_FALSE(std::filesystem::exists("never.json"));
  CHECK(outcome.err.find("'M' is derived (M = L) and cannot be set\n  help: set L instead\n") !=
        std::string::npos);
  CHECK(outcome.err.find("this machine has no parameter 'PF' to set\n  help: did you mean 'PE'?") !=
        std::string::npos);
}

TEST_CASE("wrong names of a workload and a machine are both answered with the nearest", "[cli]") {
  const auto outcome = program("run -w brt -a fusemx");
  CHECK(outcome.status == 2);
  CHECK(outcome.err.find("'brt'\n  help: did you mean 'bert'?") != std::string::npos);
  CHECK(outcome.err.find("'fusemx'\n  help: did you mean 'fusemax'?") != std::string::npos);
}

TEST_CASE("every PE of a small systolic machine takes as long as cycle says", "[cli]") {
  const std::string point =
      "run -w attention-1pass -a fusemax-systolic --set B=1,H=1,E=4,F=6,L=20,arch.PE=4";
  const auto pe = jsonOf(point + " --engine pe");
  const auto cycle = jsonOf(point);
  CHECK(pe["cycles"] == cycle["cycles"]);
  CHECK(pe["units"] == cycle["units"]);
  CHECK(pe["values"]["seed"] == 1);
  CHECK(pe["values"]["largest_difference"] < 1e-9);
  CHECK(cycle.count("values") == 0);
}

TEST_CASE("every PE of a machine that is too large or has no hops is refused", "[cli]") {
  const auto outcome = program("run -w bert -a fusemax --engine pe");
  CHECK(outcome.status == 2);
  CHECK(outcome.err.find("the engine 'pe' simulates arrays of at most 16x16 PEs, this one has "
                         "65536") != std::string::npos);
  CHECK(outcome.err.find("a hop_latency of 0 moves them nowhere") != std::string::npos);
}

TEST_CASE("run writes a waveform of every unit and port, and the same answer as without", "[cli]") {
  const Folder folder;
  const auto file = folder.path() / "w.vcd";
  const std::string point = "run -w bert -a fusemax --set B=1,H=2";
  const auto with = jsonOf(point + " --vcd " + file.string());
  CHECK(with["cycles"] == jsonOf(point)["cycles"]);
  const auto text = contentOf(file);
  for (const auto* unit : {"array_2d", "array_1d", "dram"}) {
    CHECK(text.find(std::string("$scope module ") + unit + " $end") != std::string::npos);
  }
  CHECK(text.find("\nsload_BK ") != std::string::npos);
  const double end = std::stod(text.substr(text.rfind('#') + 1)); // in thousandths of a cycle
  CHECK(std::abs(end - with["cycles"].get<double>() * 1000) <= 1);
}

TEST_CASE("a waveform that cannot be had is refused", "[cli]") {
  const auto bound = program("run -w bert -a fusemax --engine analytic --vcd w.vcd");
  CHECK(bound.status == 2);
  CHECK(bound.err == "error: --vcd: the analytic engine has no signals that change\n"
                     "  help: --engine cycle or --engine pe\n");
  const auto nowhere = program("run -w bert -a fusemax --set B=1,H=2 --vcd /nowhere/w.vcd");
  CHECK(nowhere.status == 2);
  CHECK(nowhere.err ==
        "error: --vcd: cannot write '/nowhere/w.vcd': there is no folder '/nowhere'\n"
        "  help: make the folder first, or give another file\n");
}

TEST_CASE("mistakes in options do not hide wrong names of files", "[cli]") {
  const auto outcome = program("run -w brt -a fusmax -m fusemax-bindin --engine cyle --set L");
  CHECK(outcome.status == 2);
  for (const auto* part : {"error: --engine: there is no engine 'cyle'\n", "error: --set L: ",
                           "error: unknown workload 'brt'\n", "error: unknown machine 'fusmax'\n",
                           "error: unknown mapping 'fusemax-bindin'\n"}) {
    INFO(outcome.err);
    CHECK(outcome.err.find(part) != std::string::npos);
  }
}
