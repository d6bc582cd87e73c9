#include "results/json.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <limits>
#include <sstream>

using namespace einsight::results;

namespace {

std::string approved(const std::string& name) {
  std::ifstream in(EINSIGHT_SOURCE_DIR "/tests/results/approved/" + name);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

Result smallRun() {
  Result result;
  result.workload = "attention/self";
  result.machine = "fusemax";
  result.mapping = "fusemax/pipelined";
  result.engine = "cycle";
  result.cycles = 1000;
  result.seconds = 1.25e-6;
  result.flops = 262144;
  result.units = {{"array_2d", 750, 0.75, {100, 50, 25, 50, 25}},
                  {"array_1d", 500, 0.5, {500, 0, 0, 0, 0}}};
  result.levels = {{"dram", 4096, 1024}, {"global_buffer", 9007199254740993, 0}};
  result.energy = {1234.5, {{"dram", 1000}, {"array_2d", 234.5}}, "unused"};
  result.areaUm2 = 1302951802.125;
  result.einsums = {{"QK", "array_2d", {{"macc", 131072}}, 600, 0.6},
                    {"SN", "array_1d", {{"exp", 2048}, {"sub", 2048}}, 500, 0.5}};
  result.criticalPath = {{"QK", 0.75}, {"load Q", 0.25}};
  result.limits = {{"array_2d", 0.75, 1.5}};
  result.validated = Validation{"fusemax", "attention", 0.004};
  result.inputs = {{"self.yaml", "00ff"}, {"fusemax.yaml", "11ee"}};
  result.version = "0.1.0";
  result.notes = {"steady state found, 99.9 % skipped exactly"};
  return result;
}

} // namespace

TEST_CASE("a run is written as the approved JSON, key by key", "[results]") {
  CHECK(toJson(smallRun()) == approved("run.json"));
}

TEST_CASE("waits for issue are written of units that have any", "[results]") {
  auto result = smallRun();
  CHECK(toJson(result).find("wait_issue") == std::string::npos);
  result.units[0].stalls.waitIssue = 12;
  const auto json = toJson(result);
  CHECK(json.find("\"wait_issue\": 12") != std::string::npos);
  CHECK(json.find("wait_issue") == json.rfind("wait_issue"));
}

TEST_CASE("what is not known is null with its reason", "[results]") {
  Result result;
  result.workload = "w";
  result.machine = "m";
  result.mapping = "p";
  result.engine = "analytic";
  result.energy.reason = "global_buffer: no table covers 3072 bits";
  result.areaReason = "no area table";
  result.version = "0.1.0";
  CHECK(toJson(result) == approved("unknown.json"));
}

TEST_CASE("a number that is not finite becomes null", "[results]") {
  auto result = smallRun();
  result.seconds = std::numeric_limits<double>::quiet_NaN();
  result.energy.total = std::numeric_limits<double>::infinity();
  result.energy.reason = "overflow";
  const auto json = toJson(result);
  CHECK(json.find("\"seconds\": null") != std::string::npos);
  CHECK(json.find("\"total\": null") != std::string::npos);
  CHECK(json.find("\"reason\": \"overflow\"") != std::string::npos);
}

TEST_CASE("text that is not UTF-8 does not break the JSON", "[results]") {
  auto result = smallRun();
  result.workload = "bad\xff";
  CHECK(toJson(result).find("\"workload\": \"bad\xEF\xBF\xBD\"") != std::string::npos);
}

TEST_CASE("byte counts above 2^53 keep every digit", "[results]") {
  CHECK(toJson(smallRun()).find("9007199254740993") != std::string::npos);
}

TEST_CASE("the values of a run with every PE are told with their seed", "[results]") {
  auto result = smallRun();
  CHECK(toJson(result).find("\"values\"") == std::string::npos);
  result.values = {7, 2.5e-16};
  CHECK(toJson(result).find(
            "\"values\": {\n    \"seed\": 7,\n    \"largest_difference\": 2.5e-16\n  }") !=
        std::string::npos);
}
