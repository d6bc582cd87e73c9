#include "gpu_text.hpp"
#include "mappings/gpu/paged.hpp"
#include "sim/gpu/gpu.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <rapidcheck.h>
#include <set>

using namespace einsight;
using namespace einsight::mappings::gpu;
using namespace einsight::mappings::gpu::test;

namespace {

sim::gpu::Kernel kernelWith(const std::string& keys, std::int64_t headDim = 128) {
  const auto text = "mapping: mine\nkind: gpu\nparameters: {M0: 64}\nkernels:\n  attention:\n"
                    "    cta: {p: 1, r: all}\n    loop: m1\n    stages: 2\n" +
                    keys;
  return chainOf(readingOfText(text, {.workload = "attention-decode",
                                      .workloadSettings = {{"M", 4096}, {"B", 2}, {"D", headDim}}}))
      .kernels.at(0);
}

const sim::gpu::Transfer& loadOf(const sim::gpu::Kernel& kernel, const std::string& tensor) {
  const auto& loads = kernel.iteration.loads;
  const auto found = std::find_if(loads.begin(), loads.end(),
                                  [&](const auto& load) { return load.tensor == tensor; });
  REQUIRE(found != loads.end());
  return *found;
}

bool computesAddresses(const sim::gpu::Kernel& kernel) {
  return kernel.iteration.steps.back().name == "addresses in pages";
}

} // namespace

TEST_CASE("A tile of 64 keys takes four entries of pages with 16, for keys and values", "[gpu]") {
  const auto kernel = kernelWith("    paged: {tokens: 16}\n");
  CHECK(kernel.iteration.loads.size() == 3);
  CHECK(loadOf(kernel, "pages of K").bytes == 4 * 4);
  CHECK(loadOf(kernel, "K").lookups == 1);
  CHECK(loadOf(kernel, "V").lookups == 1);
  CHECK(kernelWith("").iteration.loads.size() == 2);
}

TEST_CASE("Warps find the address of each 16 bytes of a page smaller than the tile", "[gpu]") {
  const auto kernel = kernelWith("    paged: {tokens: 16}\n");
  REQUIRE(computesAddresses(kernel));
  const auto& step = kernel.iteration.steps.back();
  const double copies = 64 * 128 * 2 / 16; // of keys, and as many of values
  REQUIRE(step.work.size() == 2);
  CHECK(step.work[0].op == "gather");
  CHECK(step.work[0].operations == copies);
  CHECK(step.cycles == Approx(2 * copies * 2 / 128)); // two cycles on 128 lanes
}

TEST_CASE("A tile inside a page is copied as a box, with one entry", "[gpu]") {
  for (const std::string tokens : {"64", "256"}) {
    const auto kernel = kernelWith("    paged: {tokens: " + tokens + "}\n");
    CHECK_FALSE(computesAddresses(kernel));
    CHECK(loadOf(kernel, "pages of K").bytes == 4);
  }
  CHECK(computesAddresses(kernelWith("    paged: {tokens: 96}\n"))); // cuts tiles
}

TEST_CASE("Bytes of a page of one short row lie together, no more", "[gpu]") {
  const auto kernel = kernelWith("    paged: {tokens: 1}\n", 8);
  CHECK(loadOf(kernel, "K").burst == 16);
  CHECK(loadOf(kernelWith("    paged: {tokens: 2}\n", 8), "K").burst == 32);
}

TEST_CASE("Small pages take longer than large ones, and those no less than none", "[gpu]") {
  const auto gpu = arch::loadGpu("h100");
  REQUIRE(gpu);
  const auto device = mappings::gpu::device(*gpu);
  const auto cyclesOf = [&](const std::string& keys) {
    const auto totals = sim::gpu::cycle({{}, {kernelWith(keys)}, 0}, device);
    REQUIRE(totals);
    return totals->kernels[0].cycles;
  };
  const double none = cyclesOf("");
  const double large = cyclesOf("    paged: {tokens: 256}\n");
  const double small = cyclesOf("    paged: {tokens: 16}\n");
  CHECK(large >= none);
  CHECK(small > large);
}

TEST_CASE("Pages that a tile lies in equal those counted tile by tile", "[gpu]") {
  CHECK(rc::check("pages touched", [] {
    const std::int64_t tile = *rc::gen::inRange(1, 80);
    const std::int64_t page = *rc::gen::inRange(1, 80);
    std::int64_t sum = 0;
    for (std::int64_t t = 0; t < page; ++t) { // a whole period of both
      std::set<std::int64_t> pages;
      for (std::int64_t row = 0; row < tile; ++row) {
        pages.insert((t * tile + row) / page);
      }
      sum += std::ssize(pages);
    }
    RC_ASSERT(pagesTouched(tile, page) * static_cast<double>(page) == Approx(sum));
  }));
}
