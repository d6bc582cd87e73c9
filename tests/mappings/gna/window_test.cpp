#include "mappings/gna/window.hpp"
#include "tests/mappings/gna/brute_force.hpp"

#include <catch2/catch.hpp>

#include <rapidcheck.h>

using namespace einsight::mappings::gna;

TEST_CASE("a window is centred, with one key more on its left when it is even", "[gna]") {
  CHECK(Group(20, 5, 1, false).keys(10) == Keys{8, 13});
  CHECK(Group(20, 4, 1, false).keys(10) == Keys{8, 12});
}

TEST_CASE("windows are shifted inwards at the borders, never cut", "[gna]") {
  const Group group(20, 5, 1, false);
  CHECK(group.keys(0) == Keys{0, 5});
  CHECK(group.keys(2) == Keys{0, 5});
  CHECK(group.keys(3) == Keys{1, 6});
  CHECK(group.keys(19) == Keys{15, 20});
  CHECK(group.atBorder(1));
  CHECK_FALSE(group.atBorder(2));
  CHECK_FALSE(group.atBorder(17));
  CHECK(group.atBorder(18));
}

TEST_CASE("a stride as long as the window makes blocked attention", "[gna]") {
  const Group group(16, 4, 4, false);
  for (std::int64_t i = 0; i < 16; ++i) {
    CHECK(group.keys(i) == Keys{i / 4 * 4, i / 4 * 4 + 4});
  }
}

TEST_CASE("a causal window ends at the query and starts where its stride group's last one starts",
          "[gna]") {
  const Group group(16, 6, 4, true);
  CHECK(group.keys(0) == Keys{0, 1});
  CHECK(group.keys(4) == Keys{2, 5});
  CHECK(group.keys(7) == Keys{2, 8});
  CHECK(group.keys(15) == Keys{10, 16});
  CHECK(group.atBorder(3));
  CHECK_FALSE(group.atBorder(4));
}

TEST_CASE("padding shares the last window", "[gna]") {
  CHECK(Group(10, 4, 1, false).keys(11) == Keys{6, 10});
  CHECK(Group(10, 4, 1, true).keys(11) == Keys{6, 10});
}

TEST_CASE("tokens of an axis with dilation fall into groups of two lengths", "[gna]") {
  const auto groups = groupsOf({11, 2, 1, 4, false});
  REQUIRE(groups.size() == 2);
  CHECK(groups[0].group.length() == 3);
  CHECK(groups[0].count == 3);
  CHECK(groups[1].group.length() == 2);
  CHECK(groups[1].count == 1);
  CHECK(groupsOf({12, 3, 1, 4, false}).size() == 1);
}

TEST_CASE("keys and pairs of every query are those of the definition", "[gna]") {
  CHECK(rc::check([] {
    const auto length = *rc::gen::inRange<std::int64_t>(1, 60);
    const auto window = *rc::gen::inRange<std::int64_t>(1, length + 1);
    const auto stride = *rc::gen::inRange<std::int64_t>(1, window + 1);
    const bool causal = *rc::gen::arbitrary<bool>();
    const Group group(length, window, stride, causal);
    std::vector<std::int64_t> pairsBefore{0};
    for (std::int64_t q = 0; q < length; ++q) {
      const auto keys = group.keys(q);
      std::int64_t pairs = 0;
      for (std::int64_t k = 0; k < length; ++k) {
        const bool seen = test::attends({length, window, stride, 1, causal}, q, k);
        RC_ASSERT(seen == (keys.start <= k && k < keys.end));
        pairs += seen ? 1 : 0;
      }
      pairsBefore.push_back(pairsBefore.back() + pairs);
    }
    const auto first = *rc::gen::inRange<std::int64_t>(0, length);
    const auto last = *rc::gen::inRange<std::int64_t>(first, length + 1);
    RC_ASSERT(group.pairs(first, last) == pairsBefore[static_cast<std::size_t>(last)] -
                                              pairsBefore[static_cast<std::size_t>(first)]);
  }));
}
