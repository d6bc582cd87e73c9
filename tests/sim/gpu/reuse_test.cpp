#include "sim/gpu/reuse.hpp"

#include <catch2/catch.hpp>

#include <optional>
#include <rapidcheck/catch.h>
#include <vector>

using einsight::sim::gpu::Reuse;

TEST_CASE("CTAs of a group that start together share one stream", "[sim]") {
  Reuse reuse(100);
  CHECK(reuse.misses(0, 500, 0) == 500); // larger than the cache, and still shared
  CHECK(reuse.misses(0, 500, 0) == 0);
  CHECK(reuse.misses(1, 500, 0) == 500);
}

TEST_CASE("a stream is found again as long as no more than the capacity came in between", "[sim]") {
  Reuse reuse(100);
  CHECK(reuse.misses(0, 40, 0) == 40);
  CHECK(reuse.misses(0, 40, 100) == 0);
  CHECK(reuse.misses(0, 40, 200) == 0); // used again at 100
  CHECK(reuse.misses(0, 40, 301) == 40);
}

TEST_CASE("of a shorter stream its beginning is found", "[sim]") {
  Reuse reuse(100);
  CHECK(reuse.misses(3, 40, 0) == 40);
  CHECK(reuse.misses(3, 60, 10) == 20);
  CHECK(reuse.misses(3, 10, 50) == 0);
  CHECK(reuse.misses(3, 60, 110) == 0); // of the start at 10
  CHECK(reuse.misses(3, 60, 210) == 0); // of the start at 110
  CHECK(reuse.misses(3, 10, 250) == 0);
  CHECK(reuse.misses(3, 60, 330) == 50); // of the start at 250: its ten bytes
}

TEST_CASE("CTAs without a group find nothing", "[sim]") {
  Reuse reuse(100);
  CHECK(reuse.misses(-1, 40, 0) == 40);
  CHECK(reuse.misses(-1, 40, 0) == 40);
}

TEST_CASE("pieces of a stream are found as if every byte were looked at", "[sim]") {
  rc::prop("misses", [] {
    constexpr std::size_t kBytes = 64;
    const auto capacity = *rc::gen::inRange(0, 40);
    const auto count = *rc::gen::inRange(1, 30);
    Reuse reuse(capacity);
    std::vector<std::optional<int>> taken(kBytes); // what had been brought when it was taken last
    int brought = 0;
    for (int i = 0; i < count; ++i) {
      const auto from = *rc::gen::inRange<std::size_t>(0, kBytes);
      const auto to = *rc::gen::inRange<std::size_t>(from + 1, kBytes + 1);
      brought += *rc::gen::inRange(0, 15);
      int missing = 0;
      for (auto byte = from; byte < to; ++byte) {
        missing += taken[byte] && brought - *taken[byte] <= capacity ? 0 : 1;
        taken[byte] = brought;
      }
      RC_ASSERT(reuse.misses(0, static_cast<double>(to - from), brought,
                             static_cast<double>(from)) == missing);
    }
  });
}
