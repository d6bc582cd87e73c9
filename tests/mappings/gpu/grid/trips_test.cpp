#include "mappings/gpu/grid/trips.hpp"
#include "tests/mappings/gpu/gpu_text.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <rapidcheck.h>

using namespace einsight;
using namespace einsight::mappings::gpu::test;

namespace {

sim::gpu::Kernel kernelOf(const std::string& workload, const core::Settings& settings,
                          const core::Settings& sizes = {},
                          const std::string& mapping = "flash-attention-2") {
  return chainOf(readingOf(mapping, {.workload = workload,
                                     .workloadSettings = settings,
                                     .mappingSettings = sizes}))
      .kernels.at(0);
}

} // namespace

TEST_CASE("Every query tile visits every key tile without a mask", "[gpu]") {
  const auto kernel = kernelOf("attention", {{"L", 4096}, {"H", 4}});
  REQUIRE(kernel.kinds.size() == 1);
  CHECK(kernel.kinds[0].iterations == 64);
  CHECK(kernel.kinds[0].masked == 0);
  CHECK(kernel.order.size() == 4 * 32);
}

TEST_CASE("A causal query tile visits keys up to its last query and masks the diagonal", "[gpu]") {
  const auto kernel = kernelOf("attention-causal", {{"L", 512}, {"H", 1}});
  // Tiles of 128 queries and 64 keys: the diagonal crosses two tiles of keys.
  REQUIRE(kernel.order == std::vector<std::int32_t>{0, 1, 2, 3});
  for (std::int64_t tile = 0; tile < 4; ++tile) {
    const auto& kind = kernel.kinds.at(static_cast<std::size_t>(tile));
    CHECK(kind.iterations == 2 * (tile + 1));
    CHECK(kind.masked == 2);
  }
}

TEST_CASE("A last short tile of keys is masked and one of queries moves fewer bytes", "[gpu]") {
  const auto kernel = kernelOf("attention", {{"L", 1000}, {"H", 1}});
  REQUIRE(kernel.kinds.size() == 2);
  CHECK(kernel.kinds[0].iterations == 16);
  CHECK(kernel.kinds[0].masked == 1);
  CHECK(kernel.kinds[0].rows == 1);
  CHECK(kernel.kinds[1].rows == Approx((1000 - 7 * 128) / 128.0));
  // 1000 keys of 128 values in 16 loads.
  CHECK(kernel.iteration.loads.at(0).bytes * 16 == Approx(1000 * 128 * 2));
}

TEST_CASE("A tile larger than the sequence is one iteration", "[gpu]") {
  const auto kernel = kernelOf("attention", {{"L", 40}, {"H", 1}});
  REQUIRE(kernel.order.size() == 1);
  CHECK(kernel.kinds[0].iterations == 1);
  CHECK(kernel.kinds[0].rows == 1);
  CHECK(kernel.prologue.loads.at(0).bytes == 40 * 128 * 2);
  CHECK(kernel.iteration.steps.at(0).work.at(0).operations == 128.0 * 64 * 128); // padded
}

TEST_CASE("One new query is a tile with one row of bytes", "[gpu]") {
  const auto kernel = kernelOf("attention-decode", {{"B", 2}, {"M", 1024}});
  CHECK(kernel.order.size() == 2 * 32);
  CHECK(kernel.kinds.at(0).iterations == 16);
  CHECK(kernel.prologue.loads.at(0).bytes == 128 * 2);
}

TEST_CASE("Seven query heads stream the keys of one head", "[gpu]") {
  const auto kernel = kernelOf("attention", {{"H", 28}, {"R", 7}, {"L", 256}});
  REQUIRE(kernel.order.size() == 28 * 2);
  for (std::size_t cta = 0; cta < kernel.reuse.size(); ++cta) {
    CHECK(kernel.reuse[cta] == static_cast<std::int32_t>(cta / 14));
  }
}

TEST_CASE("A window of one key visits one tile of keys per query tile of as many", "[gpu]") {
  const auto kernel = kernelOf("attention-window", {{"L", 1024}, {"W", 1}, {"H", 1}},
                               {{"q_tile", 64}, {"kv_tile", 64}});
  const auto sums = sumsOf(kernel);
  CHECK(sums.ctas == 16);
  CHECK(sums.iterations == 16);
  CHECK(sums.masked == 16);
}

TEST_CASE("Heavy CTAs come first within a section of heads", "[gpu]") {
  const auto kernel =
      kernelOf("attention-causal", {{"L", 16384}, {"H", 16}}, {}, "flash-attention-3");
  const auto perSection = 4 * 128; // 4 heads of 8 MiB each fit 32 MiB
  REQUIRE(kernel.order.size() == 4 * perSection);
  for (std::size_t cta = 0; cta < kernel.order.size(); ++cta) {
    CHECK(kernel.reuse[cta] / 4 == static_cast<std::int32_t>(cta) / perSection);
    if (cta % perSection != 0) {
      CHECK(kernel.kinds.at(static_cast<std::size_t>(kernel.order[cta - 1])).iterations >=
            kernel.kinds.at(static_cast<std::size_t>(kernel.order[cta])).iterations);
    }
  }
}

TEST_CASE("Visited and masked tiles equal those counted point by point", "[gpu]") {
  const bool ok = rc::check("windows and causal masks", [] {
    const auto length = *rc::gen::inRange(1, 200);
    const auto window = *rc::gen::inRange(1, 200);
    const auto queries = *rc::gen::element(16, 48, 64);
    const auto keys = *rc::gen::element(8, 32, 56);
    const auto kernel = kernelOf("attention-window", {{"L", length}, {"W", window}, {"H", 1}},
                                 {{"q_tile", queries}, {"kv_tile", keys}});
    std::size_t cta = 0;
    for (int first = 0; first < length; first += queries, ++cta) {
      std::int64_t visited = 0;
      std::int64_t masked = 0;
      for (int key = 0; key < length; key += keys) {
        int attended = 0;
        int all = 0;
        for (int p = first; p < std::min(first + queries, length); ++p) {
          for (int m = key; m < key + keys; ++m) {
            ++all;
            attended += m < length && m <= p && m > p - window ? 1 : 0;
          }
        }
        visited += attended > 0 ? 1 : 0;
        masked += attended > 0 && attended < all ? 1 : 0;
      }
      const auto& kind = kernel.kinds.at(static_cast<std::size_t>(kernel.order.at(cta)));
      RC_ASSERT(kind.iterations == visited);
      RC_ASSERT(kind.masked == masked);
    }
  });
  CHECK(ok);
}
