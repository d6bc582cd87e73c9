#include "tests/validation/scratch_file.hpp"
#include "validation/offload/distributed.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace einsight;
using namespace einsight::validation;
using validation::test::ScratchFile;

namespace {

const Outcome& at(const offload::Part& part, const std::string& id) {
  const auto found = std::find_if(part.points.begin(), part.points.end(),
                                  [&](const Outcome& out) { return out.id == id; });
  REQUIRE(found != part.points.end());
  return *found;
}

} // namespace

TEST_CASE("distributed attention agrees with published rates to 10 percent in the mean",
          "[validation]") {
  const auto part = offload::runDistributed(SuiteOptions{});
  REQUIRE(part.has_value());
  const auto summary = summarize(part->points);
  CHECK(summary.outside == 0);
  CHECK(summary.meanAbsoluteError < 0.1);
  CHECK(summary.count - summary.informative - summary.notCovered > 40);
  for (const auto& out : part->points) {
    INFO(out.id);
    CHECK_FALSE(out.reason.empty());
    CHECK((out.verdict == Verdict::NotCovered) != out.simulated.has_value());
  }
  const auto& ring = at(*part, "distributed/h800-fwd-ring");
  const auto& zigzag = at(*part, "distributed/h800-fwd-zigzag");
  const auto& stripe = at(*part, "distributed/h800-fwd-stripe");
  CHECK(*ring.simulated < *stripe.simulated);
  CHECK(*stripe.simulated < *zigzag.simulated);
}

TEST_CASE("the suite can be stopped", "[validation]") {
  SuiteOptions options;
  options.progress = [](double) { return false; };
  const auto part = offload::runDistributed(options);
  REQUIRE_FALSE(part.has_value());
  CHECK(part.error().front().what == "stopped");
}

TEST_CASE("what distributed.yaml names must be there", "[validation]") {
  const ScratchFile file("distributed.yaml",
                         "version: 1\nsuite: offload\npublished: rows.csv\n"
                         "runs: {ring: {workload: attention, machine: a100-node, mapping: ring}}\n"
                         "classes: {rate: {tolerance: 0.1, reason: none}}\n"
                         "points: {a: {value: 1/rings, class: rates}}\n");
  const auto part = offload::runDistributed(file.path(), {});
  REQUIRE_FALSE(part.has_value());
  REQUIRE(part.error().size() == 2);
  CHECK(part.error()[0].what == "there is no class 'rates'");
  CHECK(part.error()[0].help == "did you mean 'rate'? (one of: rate)");
  CHECK(part.error()[1].what == "there is no run 'rings'");
}
