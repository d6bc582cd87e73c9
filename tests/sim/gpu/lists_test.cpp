#include "chains.hpp"

#include <catch2/catch.hpp>

using namespace einsight::sim::gpu;
using namespace einsight::sim::gpu::test;

namespace {

/// A kernel whose CTAs take 10 cycles an iteration and stay.
Kernel plainKernel() {
  Kernel kernel;
  kernel.name = "plain";
  kernel.persistent = true;
  kernel.iteration.steps = {lanes(10)};
  kernel.kinds = {{1, 0, 1}, {2, 0, 1}, {5, 0, 1}};
  return kernel;
}

double cyclesOn(const Kernel& kernel, std::int64_t sms) {
  return cyclesOf({{"A"}, {kernel}, 0}, plainDevice(sms));
}

} // namespace

TEST_CASE("a CTA does its list one after the other", "[sim]") {
  auto kernel = plainKernel();
  kernel.order = {0, 1, 2, 2};
  CHECK(cyclesOn(kernel, 4) == Approx(50));
  kernel.lists = {0, 3};
  CHECK(cyclesOn(kernel, 4) == Approx(80));
  CHECK(ctaCount(kernel) == 2);
}

TEST_CASE("more lists than slots are launched as slots get free", "[sim]") {
  auto kernel = plainKernel();
  kernel.order = {0, 0, 2, 1, 1};
  kernel.lists = {0, 2, 3}; // 20, 50 and 40 cycles
  CHECK(cyclesOn(kernel, 2) == Approx(60));
  CHECK(cyclesOn(kernel, 1) == Approx(110));
}

TEST_CASE("a place that awaits another begins when that has ended", "[sim]") {
  auto kernel = plainKernel();
  kernel.order = {0, 1, 2};
  kernel.lists = {0, 2};
  CHECK(cyclesOn(kernel, 2) == Approx(50));
  kernel.awaits[1] = {2};
  CHECK(cyclesOn(kernel, 2) == Approx(70));
  const auto totals = totalsOf({{"A"}, {kernel}, 0}, plainDevice(2)).kernels[0];
  CHECK(totals.units.at("lanes").waitSync * 1e9 == Approx(40.0 / 2)); // mean over SMs
}

TEST_CASE("a slot that waits leaves the SM to the other one", "[sim]") {
  auto kernel = plainKernel();
  kernel.residents = 2;
  kernel.order = {0, 0, 2};
  kernel.lists = {0, 2};
  kernel.awaits[1] = {2};
  // 10 each side by side on one unit, then the other's 40 alone, then the last 10.
  CHECK(cyclesOn(kernel, 1) == Approx(70));
}

TEST_CASE("CTAs of another body do what that says", "[sim]") {
  auto kernel = plainKernel();
  kernel.others = {{{}, {{}, {lanes(3)}, {}}, {{}, {lanes(7)}, {}}}};
  kernel.kinds.push_back({4, 0, 1, 1});
  kernel.order = {3};
  CHECK(cyclesOn(kernel, 1) == Approx(4 * 3 + 7));
  kernel.order = {3, 0};
  CHECK(cyclesOn(kernel, 1) == Approx(4 * 3 + 7 + 10));
}

TEST_CASE("the bound knows that a list is done one after the other", "[sim]") {
  auto kernel = plainKernel();
  kernel.order = {2, 2, 0, 0};
  kernel.lists = {0, 2, 3};
  const Chain chain{{"A"}, {kernel}, 0};
  CHECK(analytic(chain, plainDevice(8)).kernels[0].cycles == Approx(100));
}

TEST_CASE("what does not exist of an iteration's tiles is not loaded", "[sim]") {
  auto kernel = plainKernel();
  kernel.iteration.loads = {{"K", 100, 0, false}};
  kernel.kinds = {{4, 0, 1, 0, 0.75}};
  kernel.order = {0};
  const auto totals = totalsOf({{"A"}, {kernel}, 0}, plainDevice()).kernels[0];
  CHECK(totals.l2ReadBytes == Approx(300));
  CHECK(totals.dramReadBytes == Approx(300));
}

TEST_CASE("streams that begin later share what they have in common", "[sim]") {
  auto kernel = plainKernel();
  kernel.iteration.loads = {{"K", 100, 0, true}};
  kernel.kinds = {{4, 0, 1}};
  kernel.order = {0, 0};
  kernel.reuse = {0, 0};
  const auto readBytes = [&] {
    return totalsOf({{"A"}, {kernel}, 0}, plainDevice(2)).kernels[0].dramReadBytes;
  };
  CHECK(readBytes() == Approx(400));
  kernel.from = {0, 3};
  CHECK(readBytes() == Approx(700));
  kernel.from = {0, 4};
  CHECK(readBytes() == Approx(800));
}
