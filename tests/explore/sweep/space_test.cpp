#include "tests/explore/sweep/scratch.hpp"

using namespace einsight;
using namespace einsight::explore::sweep;
using namespace einsight::explore::sweep::test;

namespace {

Condition condition(const std::string& text) {
  return {*core::Expression::parse(text), {"s.yaml", 3, 5, "when"}};
}

/// Two axes, a of 4 values and b of 5.
Sweep grid() {
  auto sweep = counting(4);
  sweep.axes[0].names[0] = "a";
  sweep.axes.push_back(counting(5).axes[0]);
  sweep.axes[1].names[0] = "b";
  return sweep;
}

std::string at(const Sweep& sweep, std::uint64_t place) {
  std::string out;
  for (const auto& [name, value] : assignmentAt(sweep, place)) {
    out += (out.empty() ? "" : " ") + name + "=" + value->text;
  }
  return out;
}

} // namespace

TEST_CASE("the first axis changes slowest", "[sweep]") {
  const auto sweep = grid();
  CHECK(choosePoints(sweep)->size() == 20);
  CHECK(at(sweep, 0) == "a=1 b=1");
  CHECK(at(sweep, 4) == "a=1 b=5");
  CHECK(at(sweep, 5) == "a=2 b=1");
  CHECK(at(sweep, 19) == "a=4 b=5");
}

TEST_CASE("points that do not meet a condition are no part of the sweep", "[sweep]") {
  auto sweep = grid();
  sweep.when = {condition("a >= b"), condition("b != 2")};
  const auto points = choosePoints(sweep);
  REQUIRE(points);
  CHECK(points->size() == 7);
  for (const auto place : *points) {
    const auto assignment = assignmentAt(sweep, place);
    CHECK(valueOf(assignment, "a")->number >= valueOf(assignment, "b")->number);
  }
}

TEST_CASE("a sample has as many points, none twice, and depends on its seed alone", "[sweep]") {
  auto sweep = grid();
  sweep.sample = Sample{8, 1};
  const auto points = choosePoints(sweep);
  REQUIRE(points);
  CHECK(points->size() == 8);
  CHECK(std::is_sorted(points->begin(), points->end()));
  CHECK(std::adjacent_find(points->begin(), points->end()) == points->end());
  CHECK(*points == *choosePoints(sweep));
  sweep.sample->seed = 2;
  CHECK(*points != *choosePoints(sweep));
  sweep.sample->count = 50;
  CHECK(choosePoints(sweep)->size() == 20);
}

TEST_CASE("a sample of a grid that is too large to go through", "[sweep]") {
  auto sweep = counting(2000);
  for (int i = 0; i < 3; ++i) {
    sweep.axes.push_back(sweep.axes[0]);
    sweep.axes.back().names[0] = std::string(1, static_cast<char>('a' + i));
  }
  CHECK(core::render(choosePoints(sweep).error()) ==
        "error: counting: the grid has 16000000000000 points, and at most 10000000 can be run\n"
        "  help: vary less, or draw: strategy: {random: 1000, seed: 1}\n");
  sweep.sample = Sample{100, 1};
  sweep.when = {condition("a > b")};
  const auto points = choosePoints(sweep);
  REQUIRE(points);
  CHECK(points->size() == 100);
  sweep.when = {condition("a > 2000")};
  CHECK(choosePoints(sweep).error()[0].what ==
        "only 0 of 100 points were found that meet the conditions of when:");
}

TEST_CASE("conditions that no point meets, or that have no value, are refused", "[sweep]") {
  auto sweep = grid();
  sweep.when = {condition("a > 4")};
  CHECK(choosePoints(sweep).error()[0].what == "none of the 20 points of the grid meets when:");
  sweep.when = {condition("b / (a - 2) > 0")};
  CHECK(core::render(choosePoints(sweep).error()) ==
        "s.yaml:3:5: error: when: 'b / (a - 2) > 0' cannot be evaluated where a = 2, b = 1: "
        "division by zero\n  help: guard it, as in 'b > 0 and a / b < 2'\n");
}
