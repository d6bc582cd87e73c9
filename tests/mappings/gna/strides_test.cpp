#include "mappings/gna/count.hpp"
#include "mappings/gna/flattened.hpp"
#include "mappings/gna/strides.hpp"
#include "tests/mappings/gna/brute_force.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <rapidcheck.h>

using namespace einsight;
using namespace einsight::mappings::gna;
using test::ask;

namespace {

std::string sweep(const Question& question) {
  const auto found = sweepStrides(question);
  REQUIRE(found.has_value());
  std::string text;
  for (const auto& bound : *found) {
    text += toText(bound.stride) + " ";
  }
  return text;
}

} // namespace

TEST_CASE("the published sweeps come out row for row", "[gna]") {
  CHECK(sweep(ask("256x256", "80x80", "", "", "", "16x16", "16x8")) == "1x1 16x1 16x16 ");
  CHECK(sweep(ask("16x44x80", "16x24x16", "", "", "", "8x4x8", "4x4x8")) ==
        "1x1x1 1x8x1 1x1x16 1x8x16 ");
  CHECK(sweep(ask("16x44x80", "16x32x48", "", "", "", "8x4x8", "4x4x8")) ==
        "1x1x1 1x8x1 1x1x16 1x8x16 ");
  CHECK(sweep(ask("30x48x80", "18x24x24", "", "", "", "4x8x8", "2x8x8")) ==
        "1x1x1 2x1x1 1x1x8 2x1x8 1x8x8 2x8x8 16x8x8 ");
  CHECK(sweep(ask("30x48x80", "30x40x40", "", "", "", "2x16x8", "2x8x8")) == "1x1x1 1x1x8 1x32x8 ");
}

TEST_CASE("the bound of every row is that of its own question", "[gna]") {
  auto question = ask("30x48x80", "18x24x24", "", "", "", "4x8x8", "2x8x8");
  const auto front = sweepStrides(question);
  REQUIRE(front.has_value());
  for (const auto& bound : *front) {
    for (std::size_t x = 0; x < 3; ++x) {
      question.axes[x].stride = bound.stride[x];
    }
    CHECK(tally(question)->simSpeedup() == bound.simSpeedup);
  }
}

TEST_CASE("every stride is as slow as one of the sweep with no larger product", "[gna]") {
  CHECK(rc::check([] {
    auto question = test::randomQuestion(KvTiling::Static, false);
    const auto front = sweepStrides(question);
    RC_ASSERT(front.has_value());
    for (auto& axis : question.axes) {
      axis.stride = *rc::gen::inRange<std::int64_t>(1, axis.window + 1);
    }
    const auto speedup = tally(question)->simSpeedup();
    RC_ASSERT(std::any_of(front->begin(), front->end(), [&](const StrideBound& bound) {
      return product(bound.stride) <= product(question.stride()) && bound.simSpeedup >= speedup;
    }));
  }));
}

TEST_CASE("a sweep of 1-D tiles counts every stride, and keeps those that are faster", "[gna]") {
  auto question = ask("16x32", "4x6", "", "", "", "32", "16", KvTiling::Static, true);
  const auto front = sweepStrides(question);
  REQUIRE(front.has_value());
  for (std::int64_t first = 1; first <= 4; ++first) {
    for (std::int64_t second = 1; second <= 6; ++second) {
      const auto counts = countFlattened(withStride(question, {first, second}));
      REQUIRE(counts.has_value());
      CHECK(std::any_of(front->begin(), front->end(), [&](const StrideBound& bound) {
        return product(bound.stride) <= first * second && bound.visitedMost <= counts->visitedMost;
      }));
    }
  }
  for (const auto& bound : *front) {
    CHECK(countFlattened(withStride(question, bound.stride))->visitedMost == bound.visitedMost);
  }
}

TEST_CASE("a sweep of 1-D tiles tells how far it is, and stops when asked to", "[gna]") {
  const auto question = ask("16x32", "4x6", "", "", "", "32", "16", KvTiling::Static, true);
  std::vector<double> heard;
  CHECK(sweepStrides(question, [&](double fraction) {
    heard.push_back(fraction);
    return true;
  }));
  CHECK(heard.size() == 24);
  CHECK(std::is_sorted(heard.begin(), heard.end()));
  CHECK_FALSE(sweepStrides(question, [](double) { return false; }));
}

TEST_CASE("a sweep of too many tiles is refused", "[gna]") {
  const auto flat =
      sweepStrides(ask("1Kx1K", "256x256", "", "", "", "64", "64", KvTiling::Static, true));
  REQUIRE_FALSE(flat.has_value());
  CHECK(core::render(flat.error())
            .find("error: --sweep-strides: counting 1-D tiles for 65536 "
                  "strides takes ") == 0);
  const auto large = sweepStrides(ask("16M", "16M", "", "", "", "64", "64"));
  REQUIRE_FALSE(large.has_value());
  CHECK(core::render(large.error()) ==
        "error: --sweep-strides: 8.8e+12 tiles of queries would be looked at\n"
        "  help: at most 2e+09: a smaller window or larger tiles\n");
}
