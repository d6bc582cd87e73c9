#include "tests/report/answer.hpp"

#include <fmt/format.h>

#include <cmath>

using namespace einsight;
using namespace einsight::report::test;

namespace {

std::string point(const std::string& phase, const std::string& mechanism,
                  const std::string& machine, int length, const std::string& seconds,
                  const std::string& cache = "1024") {
  return fmt::format(R"({{"phase": "{0}", "mechanism": "{1}", "workload": "{1}", "machine": "{2}",
    "mapping": "m", "L": {3}, "seconds": {4}, "cache_bytes": {5}, "operations": 100,
    "busiest": "dram", "utilization": 0.5, "reason": "", "command": "einsight run -w {1}"}})",
                     phase, mechanism, machine, length, seconds, cache);
}

std::string answer(const std::string& points, const std::string& crossovers = "") {
  return R"({"parameter": "L", "engine": "cycle", "points": [)" + points + R"(], "crossovers": [)" +
         crossovers +
         R"(], "provenance": {"command": "einsight compare -w a,b -a m", "version": "9.8"}})";
}

} // namespace

TEST_CASE("a comparison is one picture with its points and where they cross", "[report]") {
  // a is proportional to the square, b to the length: both take 4 s at 2048
  const auto document = documentOf(answer(
      point("prefill", "a", "m", 1024, "1") + "," + point("prefill", "b", "m", 1024, "2") + "," +
          point("prefill", "a", "m", 4096, "16") + "," + point("prefill", "b", "m", 4096, "8"),
      R"({"phase": "prefill", "machine": "m", "faster": "b", "slower": "a", "between": [1024, 4096],
          "at": 2048})"));
  CHECK(document.title == "a, b compared");
  CHECK(document.inputs.at(0).kind == "compare");
  CHECK(document.sections.at(0).command == "einsight compare -w a,b -a m");
  REQUIRE(chart(document, "compare-1") != nullptr);
  CHECK(chart(document, "compare-1")->more == "compare-1-crossings");
  CHECK(number(document, "compare-1", "L", 2) == 4096);
  CHECK(document.table("compare-1")->command(0) == "einsight run -w a");
  CHECK(number(document, "compare-1-crossings", "seconds", 0) == Approx(4));
  CHECK(document.table("compare-1-crossings")->command(0) == "einsight compare -w a,b -a m");
  CHECK(document.sections.at(0).notes ==
        std::vector<std::string>{
            "prefill on m: b is faster than a from L = 2,048 on (between 1K and 4K)"});
}

TEST_CASE("each machine of a comparison has a picture, one workload on several one for all",
          "[report]") {
  const auto two = documentOf(
      answer(point("prefill", "a", "m", 1, "1") + "," + point("prefill", "b", "m", 1, "1") + "," +
             point("prefill", "a", "n", 1, "1") + "," + point("prefill", "b", "n", 1, "1")));
  REQUIRE(two.sections.at(0).charts.size() == 2);
  CHECK(two.sections[0].charts[1].title == "Mechanisms over L on n");
  CHECK(two.table("compare-1-2")->rows() == 2);
  const auto one = documentOf(
      answer(point("prefill", "a", "m", 1, "1") + "," + point("prefill", "a", "n", 1, "1")));
  REQUIRE(one.sections.at(0).charts.size() == 1);
  CHECK(one.sections[0].charts[0].placeholders.at(1) ==
        std::pair<std::string, std::string>{"colour", "machine"});
  CHECK(one.sections[0].notes ==
        std::vector<std::string>{"no two of them change places over this range of L"});
}

TEST_CASE("a point without a time or a cache has none in the table", "[report]") {
  const auto document = documentOf(answer(point("decode", "a", "m", 1, "null", "0")));
  CHECK(std::isnan(number(document, "compare-1", "seconds", 0)));
  CHECK(std::isnan(number(document, "compare-1", "cache_bytes", 0)));
}
