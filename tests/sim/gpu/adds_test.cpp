#include "chains.hpp"

#include <catch2/catch.hpp>

using namespace einsight::sim::gpu;
using namespace einsight::sim::gpu::test;

namespace {

constexpr double kIterations = 10, kLoaded = 100, kAdded = 200;
constexpr double kSums = kIterations * kAdded; ///< bytes of a group's sums

/// CTAs of two groups in turn; in every iteration each reads bytes of its group and adds to sums
/// of its group.
Kernel adding(std::int64_t ctas) {
  Kernel kernel;
  kernel.name = "adding";
  kernel.iteration.steps = {lanes(10)};
  kernel.iteration.loads = {{"X", kLoaded, 0, true}};
  kernel.iteration.stores = {{"Y", kAdded, 0, true}};
  kernel.kinds = {{static_cast<std::int64_t>(kIterations), 0, 1}};
  kernel.order.assign(static_cast<std::size_t>(ctas), 0);
  for (std::int64_t cta = 0; cta < ctas; ++cta) {
    kernel.reuse.push_back(static_cast<std::int32_t>(cta % 2));
  }
  return kernel;
}

Chain alone(const Kernel& kernel) {
  return {{"A"}, {kernel}, 0};
}

KernelTotals found(const Kernel& kernel, const Device& device) {
  return totalsOf(alone(kernel), device).kernels.front();
}

} // namespace

TEST_CASE("sums that CTAs add to are fetched and written once where L2 holds them", "[sim]") {
  const auto kernel = adding(8);
  const auto device = plainDevice(2);
  const auto bound = analytic(alone(kernel), device).kernels.front();
  for (const auto& totals : {found(kernel, device), bound}) {
    CHECK(totals.l2WriteBytes == 8 * kSums);
    CHECK(totals.dramWriteBytes == Approx(2 * kSums));
    CHECK(totals.dramReadBytes == Approx(2 * (kSums + kIterations * kLoaded)));
  }
}

TEST_CASE("sums of a cache too small for a group go to DRAM with every CTA", "[sim]") {
  const auto kernel = adding(8);
  auto device = plainDevice(1);
  device.l2Bytes = kSums;
  const auto totals = found(kernel, device);
  CHECK(totals.dramWriteBytes == Approx(8 * kSums));
  CHECK(totals.dramReadBytes == Approx(8 * (kSums + kIterations * kLoaded)));
  const auto bound = analytic(alone(kernel), device).kernels.front();
  CHECK(bound.dramWriteBytes == Approx(2 * kSums));
  device.l2Bytes = 10 * kSums;
  CHECK(found(kernel, device).dramWriteBytes == Approx(2 * kSums));
}

TEST_CASE("sums go with the stream that they say", "[sim]") {
  auto kernel = adding(8);
  kernel.iteration.stores[0].second = true;
  kernel.secondReuse = {0, 1, 2, 3, 0, 1, 2, 3};
  const auto totals = found(kernel, plainDevice(2));
  CHECK(totals.dramWriteBytes == Approx(4 * kSums));
  CHECK(totals.dramReadBytes == Approx(4 * kSums + 2 * kIterations * kLoaded));
  kernel.secondReuse.clear(); // nobody adds to what another does
  CHECK(found(kernel, plainDevice(2)).dramWriteBytes == Approx(8 * kSums));
}

TEST_CASE("CTAs that begin later in a stream add to its later sums", "[sim]") {
  auto kernel = adding(4);
  kernel.reuse.assign(4, 0);
  kernel.from = {0, 5, 0, 5}; // of 15 iterations
  CHECK(found(kernel, plainDevice(2)).dramWriteBytes == Approx(1.5 * kSums));
}

TEST_CASE("a sum that L2 lacks takes DRAM the time of reading and of writing it", "[sim]") {
  auto kernel = adding(8);
  kernel.iteration.loads.clear();
  kernel.reuse.clear();
  auto device = plainDevice(2);
  device.dramBytesPerSecond = 1e9;
  device.dramWriteCost = 1.5;
  const double seconds = 8 * kSums * (1 + 1.5) / 1e9;
  CHECK(totalsOf(alone(kernel), device).seconds == Approx(seconds));
  CHECK(analytic(alone(kernel), device).seconds == Approx(seconds));
}

TEST_CASE("stores after the iterations are written in full, whoever adds to them", "[sim]") {
  auto kernel = adding(8);
  std::swap(kernel.epilogue.stores, kernel.iteration.stores);
  CHECK(found(kernel, plainDevice(2)).dramWriteBytes == 8 * kAdded);
}

TEST_CASE("what L2 holds does not depend on how fast DRAM is written", "[sim]") {
  auto kernel = adding(8);
  kernel.iteration.stores[0].shared = false;
  auto device = plainDevice(1);
  device.l2Bytes = 3 * (kSums + kIterations * kLoaded);
  const double read = found(kernel, device).dramReadBytes;
  CHECK(read == Approx(2 * kIterations * kLoaded));
  device.dramWriteCost = 10;
  CHECK(found(kernel, device).dramReadBytes == read);
}
