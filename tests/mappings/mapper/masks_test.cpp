#include "mappings/mapper/masks.hpp"
#include "space.hpp"

#include <catch2/catch.hpp>

#include <rapidcheck.h>

using namespace einsight::mappings;
using mapper::MaskFact;
using mapper::Masks;
using mapper::TileRange;

namespace {

/// A tile of a range: its first value, and its last one (before the first where it is empty).
std::pair<std::int64_t, std::int64_t> tileOf(const TileRange& range, std::int64_t number,
                                             std::int64_t size) {
  const auto first = number * range.stride;
  const auto values = std::max<std::int64_t>(0, std::min(range.stride, size - first));
  return {first, range.stride == 1 ? first : first + values - 1};
}

/// May the mask hold somewhere in these tiles?
bool mayHold(const MaskFact& mask, const std::vector<std::pair<std::int64_t, std::int64_t>>& tile) {
  auto best = mask.constant;
  for (const auto& [variable, coefficient] : mask.terms) {
    const auto& [first, last] = tile[static_cast<std::size_t>(variable)];
    best += coefficient * (coefficient > 0 ? last : first);
  }
  return best >= 0;
}

} // namespace

TEST_CASE("tiles that masks leave are counted as if each was looked at", "[mappings]") {
  int masked = 0;
  const bool holds = rc::check("tiles", [&] {
    std::vector<std::int64_t> sizes{test::between(4, 12), test::between(4, 12),
                                    test::between(1, 6)};
    Masks masks(sizes);
    std::vector<MaskFact> list;
    for (auto count = test::between(1, 2); count > 0; --count) {
      list.push_back({{{0, test::between(1, 3)}, {1, test::between(-3, -1)}}, 0});
      list.back().constant = test::between(-2, 6);
      if (test::between(0, 1) == 1) { // a window: from below and from above
        for (auto& [variable, coefficient] : list.back().terms) {
          coefficient = -coefficient;
        }
      }
      if (test::between(0, 2) == 0) {
        list.back().terms.emplace_back(2, test::between(-2, 2));
      }
    }
    const int set = masks.setOf(list);
    std::vector<TileRange> ranges;
    std::vector<std::pair<std::int64_t, std::int64_t>> whole;
    for (int v = 0; v < 3; ++v) {
      const auto size = sizes[static_cast<std::size_t>(v)];
      whole.emplace_back(0, size - 1);
      if (v < 2 || test::between(0, 1) > 0) {
        const auto stride = test::between(1, size);
        const auto end = (size + stride - 1) / stride + test::between(0, 1);
        ranges.push_back({v, stride, test::between(0, end), end});
      }
    }
    std::int64_t expected = 0;
    std::int64_t all = 1;
    for (const auto& range : ranges) {
      all *= range.end - range.begin;
    }
    for (std::int64_t n = 0; n < all; ++n) {
      auto rest = n;
      auto tile = whole;
      for (const auto& range : ranges) {
        const auto v = static_cast<std::size_t>(range.variable);
        tile[v] = tileOf(range, range.begin + rest % (range.end - range.begin), sizes[v]);
        rest /= range.end - range.begin;
      }
      expected += std::all_of(list.begin(), list.end(),
                              [&](const MaskFact& mask) { return mayHold(mask, tile); })
                      ? 1
                      : 0;
    }
    masked += expected > 0 && expected < all ? 1 : 0;
    RC_ASSERT(masks.count(set, ranges) == static_cast<double>(expected));
    RC_ASSERT(masks.exact());
  });
  CHECK(holds);
  CHECK(masked >= 20);
}

TEST_CASE("sets of masks have a number each, whatever the order they come in", "[mappings]") {
  Masks masks({10, 10});
  CHECK(masks.none());
  const MaskFact causal{{{0, 1}, {1, -1}}, 0};
  const MaskFact window{{{0, -1}, {1, 1}}, 3};
  const int one = masks.setOf({causal});
  const int two = masks.setOf({window, causal});
  CHECK(masks.setOf({causal, window}) == two);
  CHECK(masks.both(one, masks.setOf({window})) == two);
  CHECK(masks.setOf({}) == 0);
  CHECK(masks.within(one, two));
  CHECK_FALSE(masks.within(two, one));
  CHECK(masks.looksAt(one, 1));
  CHECK_FALSE(masks.looksAt(0, 1));
}

TEST_CASE("a mask over too many tiles to count leaves them all, and says so", "[mappings]") {
  const std::int64_t size = 1 << 20;
  Masks masks({size, size, size});
  const int set = masks.setOf({{{{0, 1}, {1, -1}, {2, 1}}, 0}});
  const auto each = static_cast<double>(size);
  CHECK(masks.count(set, {{0, 1, 0, size}, {1, 1, 0, size}}) == each * each);
  CHECK(masks.exact());
  CHECK(masks.count(set, {{0, 1, 0, size}, {1, 1, 0, size}, {2, 1, 0, size}}) ==
        each * each * each);
  CHECK_FALSE(masks.exact());
}
