#include "report/pareto.hpp"

#include <catch2/catch.hpp>

#include <limits>
#include <random>

using einsight::report::onFront;

TEST_CASE("the front has the points that no other beats", "[report]") {
  CHECK(onFront({{1, 2, 3, 2}, {3, 2, 1, 3}}) == std::vector<bool>{true, true, true, false});
  CHECK(onFront({{1, 1, 2}}) == std::vector<bool>{true, true, false});
  CHECK(onFront({}).empty());
}

TEST_CASE("a point with an unknown value is not on the front and beats nothing", "[report]") {
  const double unknown = std::numeric_limits<double>::quiet_NaN();
  CHECK(onFront({{1, 2}, {unknown, 2}}) == std::vector<bool>{false, true});
}

TEST_CASE("the front of random points is what the definition says", "[report]") {
  std::mt19937 random(7);
  for (std::size_t dimensions = 1; dimensions <= 3; ++dimensions) {
    std::vector<std::vector<double>> values(dimensions);
    for (auto& each : values) {
      for (int i = 0; i < 200; ++i) {
        each.push_back(static_cast<double>(random() % 12));
      }
    }
    const auto front = onFront(values);
    for (std::size_t a = 0; a < front.size(); ++a) {
      bool beaten = false;
      for (std::size_t b = 0; b < front.size(); ++b) {
        bool noWorse = true, better = false;
        for (const auto& each : values) {
          noWorse = noWorse && each[b] <= each[a];
          better = better || each[b] < each[a];
        }
        beaten = beaten || (noWorse && better);
      }
      CHECK(front[a] == !beaten);
    }
  }
}
