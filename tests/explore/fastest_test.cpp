#include "explore/fastest.hpp"

#include <catch2/catch.hpp>

using namespace einsight;

namespace {

/// What was chosen, and who was asked in which order.
struct Choice {
  core::Expected<std::size_t> best;
  std::vector<std::size_t> asked;
};

Choice choiceOf(const std::vector<double>& bounds, const std::vector<double>& seconds) {
  std::vector<std::size_t> asked;
  auto best = explore::fastest(bounds, [&](std::size_t index) -> core::Expected<double> {
    asked.push_back(index);
    if (seconds[index] < 0) {
      return core::failure({{{}, "refused " + std::to_string(index), {}}});
    }
    return seconds[index];
  });
  return {std::move(best), std::move(asked)};
}

} // namespace

TEST_CASE("alternatives are asked by their bounds, until one cannot be faster", "[explore]") {
  const auto choice = choiceOf({5, 1, 2, 3.5, 4}, {6, 9, 3, 3.6, 4});
  CHECK(choice.best.value() == 2);
  CHECK(choice.asked == std::vector<std::size_t>{1, 2});
}

TEST_CASE("of equal times the first alternative is taken, whatever the bounds", "[explore]") {
  CHECK(choiceOf({2, 1, 1}, {3, 3, 3}).best.value() == 0);
  CHECK(choiceOf({3, 1, 1}, {3, 3, 3}).best.value() == 0); // its bound is the best time
  CHECK(choiceOf({1, 1}, {3, 3 * (1 - 1e-12)}).best.value() == 0);
  CHECK(choiceOf({1, 1}, {3, 2.999}).best.value() == 1);
}

TEST_CASE("an alternative that does not run leaves the others, and all reasons if none does",
          "[explore]") {
  const auto some = choiceOf({1, 2}, {-1, 3});
  CHECK(some.best.value() == 1);
  const auto none = choiceOf({2, 1}, {-1, -1});
  REQUIRE_FALSE(none.best);
  REQUIRE(none.best.error().size() == 2);
  CHECK(none.best.error()[0].what == "refused 1");
}
