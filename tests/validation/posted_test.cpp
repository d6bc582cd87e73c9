#include "tests/validation/scratch_file.hpp"
#include "validation/kernels/exhibits.hpp"
#include "validation/kernels/suite.hpp"
#include "validation/suite.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>

using namespace einsight::validation;
using test::ScratchFile;

namespace {

std::filesystem::path postedRuns() {
  return validationFolder() / "suites" / "posted.yaml";
}

/// Milliseconds that are simulated for a decode on an H200 whose row has this metric.
double simulated(const std::string& metric, einsight::core::Settings machine = {}) {
  const ScratchFile points(
      "points.csv", "system,hardware,dtype,batch,heads_q,heads_kv,head_dim,seq_q,seq_kv,mask,"
                    "metric,value,unit,source\ncuDNN,NVIDIA H200,bf16,3,14,2,128,1,5000,none," +
                        metric + ",1,ms,ours\n");
  SuiteOptions options;
  options.points = points.path();
  options.machineSettings = std::move(machine);
  const auto result = runKernelSuite(postedRuns(), options);
  REQUIRE(result);
  return result->points.at(0).simulated.value();
}

} // namespace

TEST_CASE("posted runs agree in the median, and each that is far off says why", "[validation]") {
  const auto result = runKernelSuite(postedRuns(), {});
  REQUIRE(result);
  CHECK(result->name == "posted");
  for (const auto& point : result->points) {
    INFO(point.id << ": " << point.reason);
    CHECK(point.verdict != Verdict::Outside);
    if (isCompared(point) && std::abs(*point.relativeError) > 0.3) {
      CHECK(point.verdict == Verdict::Known);
      CHECK_FALSE(point.reason.empty());
    }
  }
  CHECK(medianError(result->points).value_or(1) <= 0.1);
  CHECK(result->passed);
}

TEST_CASE("every known miss of the posted runs is one", "[validation]") {
  const auto spec = readKernelSpec(postedRuns());
  REQUIRE(spec);
  const auto result = runKernelSuite(postedRuns(), {});
  REQUIRE(result);
  for (const auto& known : spec->known) {
    INFO(known.id);
    CHECK(std::any_of(result->points.begin(), result->points.end(), [&](const Outcome& point) {
      return point.verdict == Verdict::Known && point.reason == known.reason;
    }));
  }
}

TEST_CASE("a rule may set numbers of the machine: times of kernels have no launch, and an L2 that "
          "was written before",
          "[validation]") {
  const double kernel = simulated("fwd_kernel_time");
  CHECK(simulated("fwd_latency") - kernel < 0.02);
  const double call = simulated("fwd_latency", {{"l2.dirty", einsight::core::Rational(1)}});
  CHECK(call - kernel == Approx(0.02).margin(1e-5)); // two of 10 us: of the parts and of the merge
}

TEST_CASE("a number of the machine that is none is told with its place", "[validation]") {
  const ScratchFile systems("systems.yaml", "version: 1\nsummary: s\nhardware: {}\n"
                                            "parameters: {}\nsystems: {}\n");
  const ScratchFile file("x.yaml", "version: 1\nsuite: s\nsummary: s\nreference: a.csv\nsystems: " +
                                       systems.path().string() +
                                       "\nflops: batch\npasses: {forward: 1}\nmasks: {none: 1}\n"
                                       "classes: {a: {}}\nrows: [{take: seconds, passes: forward, "
                                       "machine: {launch.kernel: [1]}, class: a}]\n");
  const auto text = test::messages(readKernelSpec(file.path()), file.path());
  INFO(text);
  CHECK(text.find("error: rows[0].machine.launch.kernel: expected a number or an") !=
        std::string::npos);
}
