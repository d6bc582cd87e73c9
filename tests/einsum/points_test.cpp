#include "einsum/points.hpp"

#include <catch2/catch.hpp>

#include <rapidcheck.h>

using namespace einsight::einsum;

namespace {

std::int64_t countOneByOne(const Polytope& space) {
  std::vector<std::int64_t> point(space.sizes.size(), 0);
  std::int64_t total = 0;
  std::int64_t all = 1;
  for (const std::int64_t size : space.sizes) {
    all *= size;
  }
  for (std::int64_t n = 0; n < all; ++n) {
    std::int64_t rest = n;
    for (std::size_t i = 0; i < point.size(); ++i) {
      point[i] = rest % space.sizes[i];
      rest /= space.sizes[i];
    }
    bool inside = true;
    for (const Polytope::Row& row : space.rows) {
      std::int64_t sum = row.constant;
      for (std::size_t i = 0; i < point.size(); ++i) {
        sum += row.coefficients[i] * point[i];
      }
      inside = inside && sum >= 0;
    }
    total += inside ? 1 : 0;
  }
  return total;
}

constexpr std::int64_t kMillion = std::int64_t{1} << 20;

} // namespace

TEST_CASE("counting agrees with visiting every point of random small spaces", "[einsum]") {
  CHECK(rc::check([] {
    Polytope space;
    const auto variables = *rc::gen::inRange<std::size_t>(1, 5);
    for (std::size_t i = 0; i < variables; ++i) {
      space.sizes.push_back(*rc::gen::inRange<std::int64_t>(1, 7));
    }
    const auto rows = *rc::gen::inRange<std::size_t>(0, 4);
    for (std::size_t r = 0; r < rows; ++r) {
      Polytope::Row row{{}, *rc::gen::inRange<std::int64_t>(-6, 12)};
      for (std::size_t i = 0; i < variables; ++i) {
        row.coefficients.push_back(*rc::gen::inRange<std::int64_t>(-6, 7));
      }
      space.rows.push_back(row);
    }
    RC_ASSERT(countPoints(space).value() == countOneByOne(space));
  }));
}

TEST_CASE("counting agrees with visiting where partitions are merged", "[einsum]") {
  const std::int64_t tile = GENERATE(1, 3, 4, 7);
  const std::int64_t length = GENERATE(5, 12, 13);
  const std::int64_t tiles = (length + tile - 1) / tile;
  const Polytope space{{tiles, tile, tiles, tile},
                       {{{-tile, -1, 0, 0}, length - 1},
                        {{0, 0, -tile, -1}, length - 1},
                        {{-tile, -1, tile, 1}, 0},
                        {{tile, 1, -tile, -1}, 2}}};
  CHECK(countPoints(space).value() == countOneByOne(space));
  CHECK(countPoints(space).value() == 3 * length - 3);
}

TEST_CASE("a causal mask over a million tokens in tiles is counted exactly", "[einsum]") {
  const std::int64_t tile = 256;
  const Polytope causal{{kMillion / tile, tile, kMillion / tile, tile},
                        {{{-tile, -1, tile, 1}, 0}}};
  CHECK(countPoints(causal).value() == kMillion * (kMillion + 1) / 2);
}

TEST_CASE("a space without points has none", "[einsum]") {
  CHECK(countPoints({{4, 4}, {{{1, 1}, -7}}}).value() == 0);
  CHECK(countPoints({{4}, {{{0}, -1}}}).value() == 0);
  CHECK(countPoints({{}, {}}).value() == 1);
}

TEST_CASE("a count that 64 bits do not hold is refused", "[einsum]") {
  const std::vector<std::int64_t> sizes(4, kMillion);
  CHECK(countPoints({sizes, {}}).error() == "has more points than 64 bits hold");
  CHECK(countPoints({{kMillion, kMillion, kMillion}, {}}).value() == std::int64_t{1} << 60);
  CHECK(countPoints({{2}, {{{std::int64_t{1} << 62}, 0}}}).error() ==
        "has more points than 64 bits hold");
}

TEST_CASE("a mask that would need too many steps is refused", "[einsum]") {
  const Polytope space{{kMillion, kMillion, kMillion}, {{{1, 2, -3}, 5}}};
  CHECK(countPoints(space).error() == "has masks over too many long rank variables to count");
}
