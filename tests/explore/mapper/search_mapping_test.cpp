#include "explore/mapper/search_mapping.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <chrono>

using namespace einsight;
using namespace einsight::explore;
using mappings::Objective;

namespace {

const std::string kLoose = EINSIGHT_SOURCE_DIR "/tests/explore/loose/";

/// A recurrence on small arrays whose words hop, so that the bound says little.
MapRequest loose(int iterations) {
  MapRequest request;
  request.workload = kLoose + "decay.yaml";
  request.machine = kLoose + "rectangular.yaml";
  request.workloadSettings = {{"T", iterations}};
  request.seconds = 20;
  return request;
}

} // namespace

TEST_CASE("energy that no table covers is refused, with the workload's mistakes, and nothing is "
          "searched",
          "[explore]") {
  for (const auto objective : {Objective::Energy, Objective::Edp}) {
    MapRequest request;
    request.workload = "matmul";
    request.machine = "flat-edge";
    request.objective = objective;
    request.mistakes = {{{{}, 0, 0, "--set"}, "known before", ""}};
    request.progress = [](double) {
      FAIL("something was searched");
      return true;
    };
    const auto answer = searchMapping(request);
    REQUIRE_FALSE(answer);
    REQUIRE(answer.error().size() == 2);
    CHECK(answer.error()[0].what == "known before");
    CHECK(answer.error()[1].what ==
          "the energy of 'matmul' on 'flat-edge' is unknown: no table covers read of "
          "global_buffer, write of global_buffer "
          "('sram' at 512 bits: 524288 B is beyond twice the table's range (32768 to 65536 B))");
  }
}

TEST_CASE("where the bound is loose more mappings are simulated, and the answer is better",
          "[explore]") {
  auto request = loose(6);
  request.steps = kShortSearch;
  const auto few = searchMapping(request);
  request.steps.reset();
  const auto begin = std::chrono::steady_clock::now();
  const auto many = searchMapping(request);
  const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - begin;
  REQUIRE(few);
  REQUIRE(many);
  CHECK(few->value > 1.5 * few->bound);
  CHECK(many->value < 0.8 * few->value);
  CHECK(many->simulated > few->simulated);
  CHECK(many->bound <= many->value);
  CHECK(many->seconds > 0);
  CHECK(many->seconds <= passed.count());
  const auto again = run(many->point);
  REQUIRE(again);
  CHECK(*again->cycles == many->value);
}

TEST_CASE("a requirement that the first finalists fail is met by a mapping further down",
          "[explore]") {
  auto request = loose(6);
  request.steps = kShortSearch;
  const auto few = searchMapping(request);
  REQUIRE(few);
  request.steps.reset();
  const auto less = static_cast<std::int64_t>(0.8 * few->value);
  request.requirements = {*core::Expression::parse(fmt::format("cycles <= {}", less))};
  const auto answer = searchMapping(request);
  REQUIRE(answer);
  CHECK(answer->value <= static_cast<double>(less));
  request.seconds = 5;
  request.requirements = {*core::Expression::parse(
      fmt::format("cycles <= {}", static_cast<std::int64_t>(few->bound * 1.001)))};
  const auto none = searchMapping(request);
  REQUIRE_FALSE(none);
  REQUIRE(none.error().size() == 1);
  CHECK(none.error().front().what.find(" mappings that were simulated: cycles is ") !=
        std::string::npos);
}

TEST_CASE("a small space is simulated to its end, and the answer says that it is optimal there",
          "[explore]") {
  MapRequest request;
  request.workload = "matmul";
  request.machine = kLoose + "rectangular.yaml";
  request.workloadSettings = {{"M", 3}, {"N", 4}, {"K", 2}};
  request.seconds = 3600; // it ends, however slow the machine
  const auto answer = searchMapping(request);
  REQUIRE(answer);
  REQUIRE(answer->value > answer->bound * 1.01);
  CHECK(answer->allSimulated);
  CHECK(answer->proven);
  CHECK(answer->optimal);
}

TEST_CASE("a search that requirements leave without a proof says whether it came to its end",
          "[explore]") {
  MapRequest request;
  request.workload = "matmul";
  request.machine = "fusemax";
  request.workloadSettings = {{"M", 70}, {"N", 50}, {"K", 20}};
  request.machineSettings = {{"PE", 8}};
  request.requirements = {*core::Expression::parse("global_buffer.used <= 600")};
  const auto whole = searchMapping(request);
  REQUIRE(whole);
  CHECK_FALSE(whole->optimal);
  CHECK_FALSE(whole->cut);
  CHECK(whole->unseen == 0);
  CHECK(whole->met == whole->evaluated + whole->excluded);
  request.steps = 50;
  const auto part = searchMapping(request);
  REQUIRE(part);
  CHECK_FALSE(part->optimal);
  CHECK(part->cut);
}

TEST_CASE("a search limited by time is never worse than the short one that run makes",
          "[explore]") {
  for (const std::string workload : {"linear-attention", "attention-2pass"}) {
    MapRequest request;
    request.workload = workload;
    request.machine = "fusemax-systolic";
    request.workloadSettings = {{"B", 1}, {"H", 1}, {"E", 5}, {"F", 6}, {"L", 21}};
    request.machineSettings = {{"PE", 4}};
    request.seconds = 30;
    const auto timed = searchMapping(request);
    request.steps = kShortSearch;
    const auto counted = searchMapping(request);
    INFO(workload);
    REQUIRE(counted);
    REQUIRE(timed);
    CHECK(timed->value <= counted->value * (1 + 1e-12));
  }
}
