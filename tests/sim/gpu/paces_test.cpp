#include "chains.hpp"
#include "sim/gpu/paces.hpp"

#include <catch2/catch.hpp>

using namespace einsight::sim::gpu;
using namespace einsight::sim::gpu::test;

namespace {

Pace paceOf(Paces& paces, std::int32_t kind, std::int64_t residents) {
  const auto pace = paces.of(kind, residents);
  REQUIRE(pace);
  return *pace;
}

} // namespace

TEST_CASE("times taken from a line equal those simulated one by one", "[sim]") {
  const auto chain = largeAttention(6000, 1, true); // 47 kinds, each one iteration longer
  const auto device = largeDevice();
  const auto& kernel = chain.kernels.front();
  Paces lines(kernel, device, true);
  Paces direct(kernel, device, false);
  for (std::int32_t kind = 0; kind < 47; ++kind) {
    const auto taken = paceOf(lines, kind, 1);
    const auto simulated = paceOf(direct, kind, 1);
    CHECK(taken.cycles == simulated.cycles);
    CHECK(taken.start == simulated.start);
  }
  CHECK(direct.simulations() == 47 * 3);
  CHECK(lines.simulations() < direct.simulations() / 2);
}

TEST_CASE("a million tokens need no more simulations than a hundred thousand", "[sim]") {
  const auto device = largeDevice();
  std::int64_t simulations = 0;
  for (const std::int64_t length : {1 << 17, 1 << 20}) {
    const auto chain = largeAttention(length, 1, true);
    Paces paces(chain.kernels.front(), device, true);
    for (std::size_t kind = 0; kind < chain.kernels.front().kinds.size(); ++kind) {
      paceOf(paces, static_cast<std::int32_t>(kind), 1);
    }
    CHECK((simulations == 0 || simulations == paces.simulations()));
    simulations = paces.simulations();
  }
}

TEST_CASE("what units do and why they stand still add up to a CTA's time on the SM", "[sim]") {
  const auto chain = largeAttention(2048, 1, true);
  const auto device = largeDevice();
  Paces paces(chain.kernels.front(), device, true);
  for (const std::int64_t residents : {1, 2}) {
    const auto pace = paceOf(paces, 7, residents);
    for (std::size_t unit = 0; unit < 2; ++unit) {
      double sum = paces.busy(7)[unit];
      for (const double wait : pace.waits[unit]) {
        sum += wait;
      }
      CHECK(sum == Approx(pace.cycles / static_cast<double>(residents)));
    }
  }
}
