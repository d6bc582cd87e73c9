#include "einsum/analysis.hpp"
#include "einsum/evaluate.hpp"
#include "walk.hpp"
#include "workloads/catalogue.hpp"
#include "workloads/mechanism.hpp"
#include "workloads/selections.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace einsight;

namespace {

constexpr double kEvaluated = 3e5; ///< operations that a mechanism is evaluated with, about

std::string problemsOf(const std::string& workload) {
  const auto cascade = workloads::load(workload);
  return cascade ? "" : core::render(cascade.error());
}

/// Why the values of the results are not all numbers, or "".
std::string resultsOf(const einsum::Cascade& cascade, const einsum::Environment& values) {
  for (const auto& tensor : cascade.tensors()) {
    if (!tensor.result) {
      continue;
    }
    const auto& data = values.at(tensor.name);
    std::size_t present = 0;
    for (std::size_t i = 0; i < data.data.size(); ++i) {
      present += data.present[i] != 0 ? 1 : 0;
      if (data.present[i] != 0 && !std::isfinite(data.data[i])) {
        return tensor.name + " is not finite";
      }
    }
    if (2 * present < data.data.size()) {
      return tensor.name + " is absent at more than half of its points";
    }
  }
  return "";
}

} // namespace

TEST_CASE("every mechanism is read and says what it is", "[library]") {
  const auto names = workloads::library();
  CHECK(names.size() >= 60);
  for (const auto& name : names) {
    INFO(name);
    CHECK(problemsOf(name) == "");
    const auto cascade = workloads::load(name);
    if (!cascade) {
      continue;
    }
    CHECK(cascade->name() == name);
    CHECK_FALSE(cascade->summary().empty());
    CHECK(cascade->parameter("L").has_value());
    const auto about = workloads::mechanismOf(name, *cascade);
    INFO((about ? "" : core::render(about.error())));
    REQUIRE(about.has_value());
    REQUIRE(about->has_value());
    CHECK_FALSE((*about)->title.empty());
    CHECK_FALSE((*about)->idea.empty());
    CHECK_FALSE((*about)->source.empty());
    CHECK_FALSE((*about)->family.empty());
  }
}

TEST_CASE("every mechanism is evaluated to numbers at a small size", "[library]") {
  for (const auto& name : workloads::library()) {
    INFO(name);
    const auto cascade = workloads::load(name, library::smallSettings(name, kEvaluated));
    if (!cascade) {
      FAIL_CHECK(core::render(cascade.error()));
      continue;
    }
    auto inputs = workloads::drawInputs(name, *cascade, 7);
    INFO((inputs ? "" : core::render(inputs.error())));
    REQUIRE(inputs.has_value());
    const auto values = einsum::evaluate(*cascade, std::move(*inputs));
    INFO((values ? "" : core::render(values.error())));
    REQUIRE(values.has_value());
    CHECK(resultsOf(*cascade, *values) == "");
  }
}

TEST_CASE("every mechanism is analysed at its own sizes", "[library]") {
  for (const auto& name : workloads::library()) {
    INFO(name);
    const auto cascade = workloads::load(name);
    if (!cascade) {
      FAIL_CHECK(core::render(cascade.error()));
      continue;
    }
    for (const auto& einsum : cascade->einsums()) {
      const auto counts = einsum::operations(*cascade, einsum);
      INFO((counts ? "" : core::render(counts.error())));
      CHECK(counts.has_value());
    }
    CHECK(library::operationsOf(*cascade) > 0);
    CHECK(std::isfinite(einsum::operationalIntensity(*cascade)));
    CHECK_FALSE(einsum::passes(*cascade).empty());
    for (const auto& [tensor, footprint] : einsum::footprints(*cascade)) {
      INFO(tensor);
      CHECK(footprint.liveElements >= 1);
      CHECK(footprint.liveElements <= footprint.elements);
    }
  }
}
