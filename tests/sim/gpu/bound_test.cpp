#include "chains.hpp"
#include "drawn.hpp"

#include <catch2/catch.hpp>

#include <rapidcheck.h>

using namespace einsight::sim::gpu;
using namespace einsight::sim::gpu::test;

namespace {

/// CTAs of a product of 10 cycles per iteration; kinds of one to four iterations.
Kernel products(std::vector<std::int32_t> order) {
  Kernel kernel;
  kernel.name = "products";
  kernel.iteration.steps = {tensor(10)};
  kernel.kinds = {{1, 0, 1}, {2, 0, 1}, {3, 0, 1}, {4, 0, 1}};
  kernel.order = std::move(order);
  return kernel;
}

double boundOf(const Kernel& kernel, std::int64_t sms) {
  return analytic({{"A"}, {kernel}, 0}, plainDevice(sms)).kernels.front().cycles;
}

} // namespace

TEST_CASE("the bound gives out whole CTAs: of five on four SMs, one SM has two", "[sim]") {
  CHECK(boundOf(products({2, 2, 2, 2}), 4) == Approx(30));
  CHECK(boundOf(products({2, 2, 2, 2, 2}), 4) == Approx(60));
  CHECK(boundOf(products({2, 2, 2, 2, 2, 2, 2, 2, 2}), 4) == Approx(90));
  // The two shortest are 10 and 20 long; the longest alone takes 40.
  CHECK(boundOf(products({0, 1, 3}), 2) == Approx(40));
  CHECK(boundOf(products({1, 2, 2}), 2) == Approx(50));
}

TEST_CASE("the bound gives out whole work lists", "[sim]") {
  auto kernel = products({0, 0, 0, 0, 0, 0});
  CHECK(boundOf(kernel, 2) == Approx(30));
  kernel.lists = {0, 2, 4}; // three of 20
  CHECK(boundOf(kernel, 2) == Approx(40));
}

TEST_CASE("the bound of whole CTAs is never above the simulation", "[sim]") {
  CHECK(rc::check("few CTAs on many SMs", [] {
    auto kernel = drawKernel(coin());
    auto device = drawDevice();
    device.sms = drawn(1, 40);
    const Chain chain{{"A", "B", "C"}, {kernel}, 0};
    RC_ASSERT(analytic(chain, device).seconds <= totalsOf(chain, device).seconds * (1 + 1e-9));
  }));
}
