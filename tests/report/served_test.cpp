#include "tests/report/answer.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>

using namespace einsight;
using namespace einsight::report::test;

namespace {

constexpr const char* kUnits = R"("units": {
   "gpu0": {"busy_cycles": 750, "utilization": 0.75, "stalls": {"wait_data": 150, "wait_space": 0,
            "wait_sync": 0, "wait_bandwidth": 0, "idle": 100}},
   "link": {"busy_cycles": 200, "utilization": 0.2, "stalls": {"wait_data": 0, "wait_space": 0,
            "wait_sync": 0, "wait_bandwidth": 0, "idle": 800}}},
  "levels": {"link": {"read_bytes": 4096, "write_bytes": 2048}}, "energy_pj": {"total": null, "by": {}},
  "limits": [{"unit": "gpus", "utilization": 0.75, "speedup_if_doubled": 1.5}], "notes": ["n"])";

std::string head(const std::string& mapping) {
  return R"({"workload": "model", "machine": "cluster", "mapping": ")" + mapping +
         R"(", "engine": "cycle", "cycles": null, "seconds": 10, "flops": 1e12, "area_um2": null,
  "provenance": {"command": "einsight run -w model", "version": "9.8"}, )" +
         kUnits;
}

std::string served(const std::string& mapping) {
  return head(mapping) + R"(, "serving": {"ttft_s": 1, "ttft_quantiles_s": {"mean": 1.5, "p50": 1,
    "p90": 2, "p99": 3}, "tbt_s": {"mean": 0.05, "p50": 0.04, "p90": 0.05, "p99": 0.06},
    "tokens_per_s": 500, "usd_per_mtoken": 4, "usd_per_hour": 7.2, "requests": 20, "tokens": 5000,
    "iterations": 100, "preemptions": 0, "mean_batch": 12, "kv_capacity_tokens": 1000,
    "kv_peak_tokens": 250, "limited_by": "gpus"}})";
}

} // namespace

TEST_CASE("a run that serves shows throughput, price and the times that users see", "[report]") {
  const auto document = documentOf(served("split"));
  CHECK(document.title == "model served by cluster");
  CHECK(document.inputs.at(0).kind == "run");
  CHECK(number(document, "serving", "tokens_per_s", 0) == 500);
  CHECK(number(document, "serving", "usd_per_mtoken", 0) == 4);
  CHECK(number(document, "serving", "memory", 0) == 0.25);
  CHECK(text(document, "serving", "limited_by", 0) == "gpus");
  CHECK(document.table("serving")->command(0) == "einsight run -w model");
  CHECK(document.table("serving-times")->rows() == 6);
  CHECK(number(document, "serving-times", "seconds", 2) == 0.06);
  CHECK(number(document, "serving-times", "seconds", 3) == 1);
  CHECK(chart(document, "serving-times") != nullptr);
  CHECK(chart(document, "serving-rates") == nullptr);
  CHECK(document.sections.at(0).facts.at(1).value == "$4");
  CHECK(document.sections[0].facts.at(2).note == "99 % within 60 ms");
}

TEST_CASE("several runs that serve stand side by side", "[report]") {
  const auto path = std::filesystem::temp_directory_path() / "einsight-served-test.json";
  std::ofstream(path) << served("split");
  const auto document = report::readDocument(
      {{path.string(), {}, {}, {}}, {path.string(), {}, {}, {}}}, {{}, {}, {}, {}});
  std::filesystem::remove(path);
  REQUIRE(document);
  CHECK(document->sections.at(0).title == "2 ways to serve");
  CHECK(chart(*document, "serving-rates") != nullptr);
  CHECK(document->table("serving-times")->rows() == 12);
}

TEST_CASE(
    "shares of devices and links are those of the whole time, and bytes are sent and received",
    "[report]") {
  const auto document = documentOf(head("ring") + "}");
  CHECK(number(document, "units", "share", 0) == Approx(0.75));
  CHECK(number(document, "units", "share", 6) == Approx(0.2));
  CHECK(std::isnan(number(document, "units", "cycles", 0)));
  CHECK(text(document, "traffic", "direction", 0) == "sent");
  CHECK(number(document, "traffic", "bytes", 1) == 2048);
  CHECK(document.table("traffic")->title() == "Bytes per link");
  REQUIRE(chart(document, "runs-traffic") != nullptr);
  CHECK(chart(document, "runs-traffic")->specification == "bars");
  CHECK(chart(document, "runs-utilisation")->title ==
        "Where the time of each device and link goes");
}
