#include "arch/gpu/gpu.hpp"
#include "cli/device_peaks.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using report::MeasuredCase;

namespace {

constexpr const char* kDevice = "NVIDIA H200";

} // namespace

TEST_CASE("measured cases are held against the machine that their device is", "[cli]") {
  const cli::DevicePeaks peaks;
  const auto peakOf = peaks.function();
  const auto gpu = arch::loadGpu("h200");
  REQUIRE(gpu);
  const auto& data = gpu->data();
  const auto read = peakOf({kDevice, "read 8192 MiB", "", false, 0, 8192.0 * 1024 * 1024});
  REQUIRE(read);
  CHECK(read->name == "DRAM");
  CHECK(read->perSecond == data.dram.bytesPerSecond);
  const auto kernel = peakOf({kDevice, "fused x", "fp8", true, 0, 0});
  REQUIRE(kernel);
  CHECK(kernel->perSecond == gpu->peakFlops("fp8"));
  const auto exponentials = peakOf({kDevice, "rate exp2", "", false, 1e9, 0});
  REQUIRE(exponentials);
  CHECK(exponentials->perSecond ==
        Approx(1e9 * double(data.sms * data.lanes) / gpu->operation("exp2")->cycles));
  const auto products = peakOf({kDevice, "rate wgmma m64n256k16 bf16 shared", "", false, 1e9, 0});
  REQUIRE(products);
  CHECK(peaks.problems().empty());
  CHECK(products->perSecond ==
        Approx(2e9 * gpu->tensor("wgmma", "bf16")->maccsPerCycle * double(data.sms)));
}

TEST_CASE("what fits in the L2, what has no rate and what is no machine of ours has no peak",
          "[cli]") {
  const cli::DevicePeaks peaks;
  const auto peakOf = peaks.function();
  CHECK_FALSE(peakOf({kDevice, "read 8 MiB", "", false, 0, 8.0 * 1024 * 1024}));
  CHECK_FALSE(peakOf({kDevice, "launch of an empty kernel", "", false, 0, 0}));
  CHECK_FALSE(peakOf({"Some other device", "rate exp2", "", false, 1e9, 0}));
  CHECK_FALSE(peakOf({kDevice, "fused x", "int3", true, 0, 0}));
}
