#include "report/read_document.hpp"
#include "results/json.hpp"
#include "results/store.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

using namespace einsight;
using report::Input;

namespace {

/// A folder of its own for one test, removed at the end.
class Scratch {
public:
  Scratch() {
    auto pattern = (std::filesystem::temp_directory_path() / "einsight-document-XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    path_ = pattern;
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] std::string file(const std::string& name) const { return (path_ / name).string(); }
  [[nodiscard]] Input write(const std::string& name, const std::string& text) const {
    std::ofstream(file(name), std::ios::binary) << text;
    return {file(name), "0123", {}, {}};
  }

private:
  std::filesystem::path path_;
};

results::Result runOf(const std::string& mapping, double seconds) {
  results::Result run;
  run.workload = "bert";
  run.machine = "tiny";
  run.mapping = mapping;
  run.engine = "cycle";
  run.cycles = 1000;
  run.seconds = seconds;
  run.flops = 4e6;
  run.units = {{"array", 800, 0.8, {100, 0, 50, 25, 25}}, {"dram", 100, 0.1, {0, 900, 0, 0, 0}}};
  run.levels = {{"buffer", 1000, 1000}, {"dram", 3000, 1000}};
  run.energy = {2e12, {{"array", 1.5e12}, {"dram", 0.5e12}}, {}};
  run.areaUm2 = 2e6;
  run.einsums = {{"AB", "array", {{"macc", 2000000}}, 800, 0.8}};
  run.limits = {{"array", 0.8, 1.5}, {"dram", 0.1, 1.0}};
  run.roofs = {{"dram", true, 1e6}, {"array", false, 4e9}, {"exp on array", false, 3e9}};
  run.version = "9.8";
  run.notes = {"a </script> note"};
  return run;
}

std::string withSettings(const results::Result& run, const std::string& length) {
  auto json = nlohmann::ordered_json::parse(results::toJson(run));
  json["provenance"]["command"] = "einsight run -m " + run.mapping;
  json["provenance"]["settings"] = {{"L", length}};
  return json.dump();
}

double number(const report::Document& document, const std::string& table, const std::string& column,
              std::size_t row) {
  REQUIRE(document.table(table) != nullptr);
  REQUIRE(document.table(table)->column(column) != nullptr);
  return document.table(table)->column(column)->numbers.at(row);
}

std::string text(const report::Document& document, const std::string& table,
                 const std::string& column, std::size_t row) {
  REQUIRE(document.table(table) != nullptr);
  REQUIRE(document.table(table)->column(column) != nullptr);
  return document.table(table)->column(column)->texts.at(row);
}

const report::Chart* chart(const report::Document& document, const std::string& id) {
  for (const auto& section : document.sections) {
    for (const auto& each : section.charts) {
      if (each.id == id) {
        return &each;
      }
    }
  }
  return nullptr;
}

} // namespace

TEST_CASE("a run's tables have the numbers of its JSON", "[report]") {
  const Scratch scratch;
  const auto run = runOf("plain", 2e-3);
  const auto document = report::readDocument({scratch.write("a.json", withSettings(run, "4K"))},
                                             {"einsight report a.json", "9.8", {}});
  REQUIRE(document);
  CHECK(document->title == "bert on tiny");
  CHECK(number(*document, "runs", "seconds", 0) == 2e-3);
  CHECK(number(*document, "runs", "flops_per_second", 0) == Approx(2e9));
  CHECK(number(*document, "runs", "energy_j", 0) == Approx(2));
  CHECK(number(*document, "runs", "area_mm2", 0) == Approx(2));
  CHECK(number(*document, "runs", "L", 0) == 4096);
  CHECK(text(*document, "runs", "limited_by", 0) == "array");
  CHECK(document->table("units")->rows() == 12);
  CHECK(number(*document, "units", "share", 0) == 0.8);
  CHECK(text(*document, "units", "state", 1) == "waits for transfers");
  CHECK(number(*document, "units", "cycles", 1) == 25);
  CHECK(number(*document, "energy", "share", 0) == 0.75);
  CHECK(number(*document, "traffic", "bytes", 2) == 3000);
  CHECK(document->inputs.at(0).kind == "run");
  CHECK(document->inputs.at(0).version == "9.8");
  CHECK(document->sections.at(0).command == "einsight run -m plain");
  CHECK(document->sections.at(0).notes.at(0) == "a </script> note");
}

TEST_CASE("a roofline's points are under the lowest of slope, level and exponentials", "[report]") {
  const Scratch scratch;
  const auto document = report::readDocument(
      {scratch.write("a.json", withSettings(runOf("plain", 2e-3), "4K"))}, {"", "", {}});
  REQUIRE(document);
  CHECK(text(*document, "roofline", "memory", 1) == "dram");
  CHECK(number(*document, "roofline", "intensity", 1) == 1000);
  CHECK(number(*document, "roofline", "performance", 1) == Approx(2e9));
  CHECK(number(*document, "roofline", "bound", 1) == Approx(1e9)); // 1e6 B/s * 1000
  CHECK(number(*document, "roofline", "bound", 0) == Approx(3e9)); // no bandwidth: exponentials
  CHECK(document->table("roofline-roofs")->rows() == 3);
  CHECK(text(*document, "roofline-roofs", "kind", 0) == "compute");
  CHECK(text(*document, "roofline-roofs", "kind", 1) == "bandwidth");
  CHECK(text(*document, "roofline-roofs", "kind", 2) == "exponentials");
}

TEST_CASE("runs are named by what differs, and held against the baseline", "[report]") {
  const Scratch scratch;
  const std::vector<Input> inputs{scratch.write("a.json", withSettings(runOf("slow", 8e-3), "4K")),
                                  scratch.write("b.json", withSettings(runOf("fast", 2e-3), "4K"))};
  const auto first = report::readDocument(inputs, {"", "", {}});
  REQUIRE(first);
  CHECK(text(*first, "runs", "run", 1) == "fast");
  CHECK(number(*first, "runs", "speedup", 1) == Approx(4));
  const auto chosen = report::readDocument(inputs, {"", "", report::Baseline{"mapping", "fast"}});
  REQUIRE(chosen);
  CHECK(number(*chosen, "runs", "speedup", 0) == Approx(0.25));
  CHECK(chart(*chosen, "runs-speedup") != nullptr);
}

TEST_CASE("a baseline that no input has is refused with what there is", "[report]") {
  const Scratch scratch;
  const std::vector<Input> inputs{scratch.write("a.json", withSettings(runOf("slow", 8e-3), "4K"))};
  const auto value = report::readDocument(inputs, {"", "", report::Baseline{"mapping", "slw"}});
  REQUIRE_FALSE(value);
  CHECK(core::render(value.error()) == "error: --baseline: no point has 'slw' as its mapping\n"
                                       "  help: did you mean 'slow'? (one of: slow)\n");
  const auto column = report::readDocument(inputs, {"", "", report::Baseline{"maping", "slow"}});
  REQUIRE_FALSE(column);
  CHECK(core::render(column.error()) ==
        "error: --baseline: no point has 'maping'\n"
        "  help: did you mean 'mapping'? (one of: L, command, engine, file, limited_by, machine, "
        "mapping, run, workload)\n");
}

TEST_CASE("files that are no answers are refused, all at once, with their places", "[report]") {
  const Scratch scratch;
  const auto broken = scratch.write("broken.json", "{\n  \"units\": oops\n}\n");
  const auto other = scratch.write("other.json", "{\"a\": 1}");
  const auto half = scratch.write("half.json", "{\"units\": {}, \"levels\": {}}");
  const Input missing{scratch.file("missing.json"), {}, {}, {}};
  const auto document = report::readDocument({broken, other, half, missing}, {"", "", {}});
  REQUIRE_FALSE(document);
  const std::string kinds =
      "  help: a report is made of the JSON of run, compare, plan, validate, gna and measure, and "
      "the database of sweep\n";
  CHECK(core::render(document.error()) ==
        broken.file + ":2:12: error: is neither JSON nor a database\n" + kinds + other.file +
            ": error: is JSON, but no answer that a report shows\n" + kinds + missing.file +
            ": error: cannot be read\n" + kinds + half.file +
            ": error: is not what einsight run writes: key 'workload' not found\n"
            "  help: make the file again with this version\n");
}

TEST_CASE("points of a suite stand with the worst first, and families with their means",
          "[report]") {
  const Scratch scratch;
  const auto input = scratch.write("v.json", R"({"suites": [{"name": "some", "points": [
    {"id": "a/1", "metric": "time", "group": "a", "engine": "cycle", "reference": 1, "simulated": 1.02,
     "relative_error": 0.02, "tolerance": 0.1, "verdict": "within", "reason": null},
    {"id": "a/2", "metric": "time", "group": "a", "engine": "cycle", "reference": 1, "simulated": 0.9,
     "relative_error": -0.1, "tolerance": 0.1, "verdict": "within", "reason": "because"},
    {"id": "b/1", "metric": "time", "group": "b", "engine": null, "reference": 1, "simulated": null,
     "relative_error": null, "tolerance": null, "verdict": "not covered", "reason": "no model"}],
    "summary": {"count": 3, "not_covered": 1, "informative": 0, "outside": 0, "mean_abs_rel_error": 0.06,
     "max_abs_rel_error": 0.1, "kendall_tau": null, "passed": true},
    "tables": [{"title": "T", "columns": ["x"], "rows": [["1"]], "notes": ["n"]}]}]})");
  const auto document = report::readDocument({input}, {"", "", {}});
  REQUIRE(document);
  CHECK(text(*document, "validate-1", "id", 0) == "a/2");
  CHECK(text(*document, "validate-1", "id", 2) == "b/1");
  CHECK(document->table("validate-1-worst")->rows() == 2);
  CHECK(text(*document, "validate-1-worst", "reason", 0) == "because");
  CHECK(number(*document, "validate-1-families", "mean", 0) == Approx(0.06));
  CHECK(number(*document, "validate-1-families", "bias", 0) == Approx(-0.04));
  CHECK(number(*document, "validate-1-families", "missing", 1) == 1);
  CHECK(document->table("validate-1")->command(0) == "einsight validate some");
  CHECK(document->sections.at(0).facts.at(0).value == "2");
  CHECK(text(*document, "validate-1-table-1", "column_1", 0) == "1");
}

TEST_CASE("strides of a mask are points with their bound", "[report]") {
  const Scratch scratch;
  const auto input = scratch.write("g.json", R"({"layout": "8x8", "window": "4x4", "stride": "1x1",
    "q_tile": "2x2", "kv_tile": "2x2", "sim_speedup": 2, "mean_speedup": 3, "flop_speedup": 4,
    "wasted_fraction": 0.5, "waste": {"padding": 0.1, "misaligned": 0.3, "borders": 0.1},
    "strides": [{"stride": "1x1", "sim_speedup": 2, "visited_max": 8, "fully_block_sparse": false},
                {"stride": "2x2", "sim_speedup": 4, "visited_max": 4, "fully_block_sparse": true}],
    "provenance": {"command": "einsight gna --layout 8x8"}})");
  const auto document = report::readDocument({input}, {"", "", {}});
  REQUIRE(document);
  CHECK(number(*document, "gna-1-strides", "speedup", 1) == 4);
  CHECK(text(*document, "gna-1-strides", "sparse", 1) == "no tile needs one");
  CHECK(document->table("gna-1-strides")->command(0) == "einsight gna --layout 8x8");
  CHECK(number(*document, "gna-1-losses", "share", 1) == 0.3);
}

TEST_CASE("a sweep's rows are points with their settings, speedups and commands", "[report]") {
  const Scratch scratch;
  const auto file = scratch.file("s.db");
  {
    auto store =
        results::SweepStore::create(file, {"shapes", "1", "9.8", "latency energy", 5, {}, {}});
    REQUIRE(store);
    std::vector<results::SweepRow> rows;
    for (int i = 0; i < 5; ++i) {
      results::SweepRow row;
      row.number = i + 1;
      row.workload = "bert";
      row.machine = "tiny";
      row.mapping = i % 2 == 0 ? "slow" : "fast";
      row.engine = "cycle";
      row.settings = {{"L", i < 2 ? "1024" : "4096"}};
      row.meets = true;
      if (i == 4) {
        row.status = results::RowStatus::Refused;
        row.reason = "no room";
      } else {
        results::fill(row, runOf(row.mapping, i % 2 == 0 ? 4e-3 : 2e-3 * (i + 1)));
      }
      rows.push_back(row);
    }
    REQUIRE(store->write(rows));
  }
  const auto document = report::readDocument({{file, "12", {}, {}}}, {"", "", {}});
  REQUIRE(document);
  const auto* points = document->table("sweep-1");
  REQUIRE(points != nullptr);
  CHECK(points->rows() == 4);
  CHECK(text(*document, "sweep-1", "design", 1) == "fast");
  CHECK(number(*document, "sweep-1", "L", 2) == 4096);
  CHECK(number(*document, "sweep-1", "dram.bytes", 0) == 4000);
  CHECK(number(*document, "sweep-1", "dram.intensity", 0) == 1000);
  CHECK(number(*document, "sweep-1", "array.utilization", 0) == 0.8);
  CHECK(number(*document, "sweep-1", "speedup", 1) == Approx(1));
  CHECK(number(*document, "sweep-1", "speedup", 3) == Approx(0.5));
  CHECK(points->command(3) == "einsight run -w bert -a tiny -m fast --engine cycle --set L=4096");
  CHECK(text(*document, "sweep-1", "pareto", 0) == "yes");
  CHECK(text(*document, "sweep-1", "pareto", 3) == "no");
  CHECK(document->sections.at(0).notes.at(0) == "1 not simulated, refused: no room");
  CHECK(chart(*document, "sweep-1-explorer") != nullptr);
  CHECK(chart(*document, "sweep-1-roofline") != nullptr);
  CHECK(chart(*document, "sweep-1-energy") != nullptr);
}

TEST_CASE("several inputs of several kinds are one report", "[report]") {
  const Scratch scratch;
  const auto run = scratch.write("a.json", withSettings(runOf("slow", 8e-3), "4K"));
  const auto suite = scratch.write("v.json", R"({"suites": [{"name": "s", "points": [], "summary":
    {"count": 0, "not_covered": 0, "informative": 0, "outside": 0, "mean_abs_rel_error": 0,
     "max_abs_rel_error": 0, "kendall_tau": null, "passed": true}}]})");
  const auto document = report::readDocument({suite, run}, {"", "", {}});
  REQUIRE(document);
  REQUIRE(document->sections.size() == 2);
  CHECK(document->title == "bert on tiny, Validation: s");
  CHECK(document->inputs.size() == 2);
}
