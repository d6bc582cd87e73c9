#include "sim/gpu/reuse.hpp"

#include <catch2/catch.hpp>

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
