#include "core/random.hpp"
#include "explore/sweep/pareto.hpp"

#include <catch2/catch.hpp>

using einsight::core::Draw;
using einsight::explore::sweep::Front;

namespace {

/// Which of the points are on the front, ascending.
std::vector<std::size_t> paretoFront(const std::vector<std::vector<double>>& points) {
  Front front;
  for (std::size_t i = 0; i < points.size(); ++i) {
    front.add(static_cast<std::int64_t>(i), points[i]);
  }
  std::vector<std::size_t> out;
  for (const auto& point : front.points()) {
    out.push_back(static_cast<std::size_t>(point.number));
  }
  return out;
}

} // namespace

TEST_CASE("equal points are on the front together, worse ones are not", "[sweep]") {
  CHECK(paretoFront({}).empty());
  CHECK(paretoFront({{3}, {1}, {2}, {1}}) == std::vector<std::size_t>{1, 3});
  CHECK(paretoFront({{1, 4}, {2, 2}, {2, 3}, {4, 1}, {1, 5}}) == std::vector<std::size_t>{0, 1, 3});
}

TEST_CASE("the front is what comparing all pairs gives", "[sweep]") {
  Draw draw(7);
  std::vector<std::vector<double>> points;
  for (int i = 0; i < 200; ++i) {
    points.push_back({static_cast<double>(draw.below(15)), static_cast<double>(draw.below(15)),
                      static_cast<double>(draw.below(15))});
  }
  std::vector<std::size_t> expected;
  for (std::size_t i = 0; i < points.size(); ++i) {
    bool beaten = false;
    for (const auto& other : points) {
      beaten = beaten || (other != points[i] && other[0] <= points[i][0] &&
                          other[1] <= points[i][1] && other[2] <= points[i][2]);
    }
    if (!beaten) {
      expected.push_back(i);
    }
  }
  CHECK(paretoFront(points) == expected);
}
