#include "tests/validation/scratch_file.hpp"
#include "validation/offload/serving.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::validation;

namespace {

const std::string kRuns =
    "version: 1\nsource: here\nruns:\n"
    "  small: {workload: llama-2-7b, machine: a100-80gb, mapping: eager, set: {batch: 1, context: "
    "1K}}\n"
    "  large: {workload: llama-2-7b, machine: a100-80gb, mapping: eager, set: {batch: 1, context: "
    "1M}}\n";

offload::Part ran(const std::string& text) {
  const test::ScratchFile file("spec.yaml", kRuns + text);
  auto part = offload::runServing(file.path(), {});
  if (!part) {
    FAIL(core::render(part.error()));
  }
  return *part;
}

} // namespace

TEST_CASE("a row is compared, or held under a bound, or shown", "[offload]") {
  const auto part = ran("rows:\n"
                        "  - {id: a, group: g, metric: m, reference: 1, simulated: small.tbt_s * "
                        "small.tokens_per_s, within: 0.001, reason: r}\n"
                        "  - {id: b, group: g, metric: m, reference: 2, simulated: small.batch, "
                        "judged: at_most, within: 0, reason: r}\n"
                        "  - {id: c, group: g, metric: m, reference: 0.5, simulated: small.batch, "
                        "judged: at_most, within: 0, reason: r}\n"
                        "  - {id: d, group: g, metric: m, reference: 2, simulated: small.batch, "
                        "judged: informative, reason: r}\n");
  REQUIRE(part.points.size() == 4);
  CHECK(part.points[0].verdict == Verdict::Within);
  CHECK(part.points[1].verdict == Verdict::Within);
  CHECK(part.points[1].relativeError == 0);
  CHECK(part.points[2].verdict == Verdict::Outside);
  CHECK(part.points[2].relativeError == 1);
  CHECK(part.points[3].verdict == Verdict::Informative);
  CHECK(part.points[3].relativeError == -0.5);
}

TEST_CASE("values are made of runs and of other values, and shown in tables", "[offload]") {
  const auto part =
      ran("values: {twice: 2 * small.batch, four: twice * twice}\n"
          "rows: []\n"
          "tables:\n"
          "  - {title: t, columns: [one, all], lines: {first: [small.batch, four]}}\n");
  REQUIRE(part.exhibits.size() == 1);
  CHECK(part.exhibits[0].columns == std::vector<std::string>{"", "one", "all"});
  CHECK(part.exhibits[0].rows == std::vector<std::vector<std::string>>{{"first", "1", "4"}});
}

TEST_CASE("a row of a run that is refused is not covered, with the reason", "[offload]") {
  const auto part = ran("rows:\n"
                        "  - {id: a, group: g, metric: m, reference: 1, simulated: large.tbt_s, "
                        "within: 0.1, reason: r}\n"
                        "  - {id: b, group: g, metric: m, reference: 1, simulated: small.joules, "
                        "within: 0.1, reason: r}\n");
  CHECK(part.points[0].verdict == Verdict::NotCovered);
  CHECK(part.points[0].reason.find("run large: 1 requests of 1048576 tokens need room") == 0);
  CHECK(part.points[1].reason == "a run has no 'joules'");
}

TEST_CASE("every mistake of a specification is told at once", "[offload]") {
  const test::ScratchFile file("spec.yaml",
                               "version: 1\nsource: here\nruns:\n"
                               "  r: {workload: w, machine: m, mapping: p, set: {batch: x+1}}\n"
                               "rows: [{id: a, group: g, metric: m, simulated: 1, reason: r}]\n");
  const auto part = offload::runServing(file.path(), {});
  REQUIRE_FALSE(part.has_value());
  std::string found;
  for (const auto& problem : part.error()) {
    found += problem.where.path + ": " + problem.what + "\n";
  }
  CHECK(found == "runs.r.set.batch: is not a number\n"
                 "rows[0]: a row has a `reference`\n");
}

TEST_CASE("the shipped rows of serving are within what is claimed", "[offload]") {
  const auto part = offload::runServing({});
  REQUIRE(part.has_value());
  CHECK(part->points.size() >= 45);
  const auto summary = summarize(part->points);
  CHECK(summary.outside == 0);
  CHECK(summary.notCovered == 0);
  CHECK(summary.meanAbsoluteError < 0.1);
}
