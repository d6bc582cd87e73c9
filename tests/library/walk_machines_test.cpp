#include "arch/catalogue.hpp"
#include "arch/gpu/gpu.hpp"
#include "einsum/operators.hpp"
#include "explore/any_point.hpp"
#include "walk.hpp"
#include "workloads/mechanism.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace einsight;

namespace {

constexpr double kRounding = 1e-9;

/// Operators that some unit of a machine of that name must have a cost for, and has none.
std::vector<std::string> lackingOf(const arch::Listed& listed) {
  std::vector<std::string> out;
  const auto gpu = listed.kind == "gpu" ? arch::loadGpu(listed.name) : core::failure({});
  const auto machine = listed.kind == "gpu" ? core::failure({}) : arch::load(listed.name);
  REQUIRE((gpu.has_value() || machine.has_value()));
  for (const auto& row : einsum::operators()) {
    const std::string name(row.name);
    bool known = gpu && gpu->operation(name) != nullptr;
    for (const auto& unit : machine ? machine->units() : std::vector<arch::Unit>{}) {
      known = known || unit.operation(name) != nullptr;
    }
    if (!known) {
      out.push_back(name);
    }
  }
  return out;
}

/// Simulates with both engines, or says why not: the bound is never above the simulation.
void simulate(const explore::PointRequest& request) {
  const auto point = explore::prepareAny(request);
  if (!point) {
    FAIL_CHECK(core::render(point.error()));
    return;
  }
  std::vector<double> seconds;
  for (const std::string engine : {"analytic", "cycle"}) {
    explore::RunOptions options;
    options.engine = engine;
    const auto result = explore::run(*point, options);
    INFO(engine);
    if (!result) {
      FAIL_CHECK(core::render(result.error()));
      return;
    }
    CHECK(std::isfinite(result->seconds));
    CHECK(result->seconds > 0);
    seconds.push_back(result->seconds);
  }
  CHECK(seconds[0] <= seconds[1] * (1 + kRounding));
}

} // namespace

TEST_CASE("every operator of the language has a cost on every machine", "[library]") {
  const auto machines = arch::list();
  REQUIRE(machines.has_value());
  for (const auto& listed : *machines) {
    if (listed.kind == "gpu" || listed.kind == "spatial") {
      INFO(listed.name);
      CHECK(lackingOf(listed).empty());
    }
  }
}

TEST_CASE("every mechanism is simulated on a GPU, with the mapping that is its own", "[library]") {
  for (const auto& name : workloads::library()) {
    INFO(name);
    explore::PointRequest request;
    request.workload = name;
    request.machine = "h100";
    request.workloadSettings = {{"L", 1024}};
    simulate(request);
  }
}

TEST_CASE("every mechanism is simulated on a spatial array, one Einsum after another",
          "[library]") {
  for (const auto& name : workloads::library()) {
    INFO(name);
    explore::PointRequest request;
    request.workload = name;
    request.machine = "fusemax";
    request.mapping = "one-by-one";
    request.workloadSettings = {{"L", 256}};
    simulate(request);
  }
}
