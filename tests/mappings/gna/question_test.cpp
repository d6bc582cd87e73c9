#include "mappings/gna/question.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::mappings::gna;

namespace {

std::string problemsOf(const QuestionShapes& shapes, KvTiling kvTiling = KvTiling::Static,
                       bool flattened = false) {
  const auto question = makeQuestion(shapes, kvTiling, flattened, optionPlace);
  return question ? "accepted" : core::render(question.error());
}

} // namespace

TEST_CASE("shapes are read from text and written again", "[gna]") {
  CHECK(readShape("30x48x80") == Shape{30, 48, 80});
  CHECK(readShape("32K") == Shape{32768});
  CHECK(toText({30, 48, 80}) == "30x48x80");
  for (const auto* bad : {"", "x", "3x", "x3", "3xx4", "-3", "3.5", "3y4", "9999999999999999999",
                          "9999999999G", "3 x 4"}) {
    INFO(bad);
    CHECK_FALSE(readShape(bad).has_value());
  }
}

TEST_CASE("what is not given of stride, dilation and causal is 1, 1 and 0", "[gna]") {
  const auto question = makeQuestion({{9, 8}, {3, 4}, {}, {}, {}, {2, 2}, {2, 2}}, KvTiling::Static,
                                     false, optionPlace);
  REQUIRE(question.has_value());
  CHECK(question->axes == std::vector<AxisMask>{{9, 3, 1, 1, false}, {8, 4, 1, 1, false}});
  CHECK(question->layout() == Shape{9, 8});
  CHECK(question->stride() == Shape{1, 1});
}

TEST_CASE("every wrong shape is reported at once", "[gna]") {
  CHECK(problemsOf({{8, 8}, {}, {1}, {1, 0}, {2, 0}, {4, 4, 4}, {}}) ==
        "error: --window: is missing\n"
        "  help: give 2 numbers, one per axis, of tokens\n"
        "error: --stride: 1 has 1 axis, not 2\n"
        "  help: one number per axis of the layout 8x8\n"
        "error: --dilation: 1x0 has an axis of 0\n"
        "  help: at least 1 each\n"
        "error: --causal: 2x0 is not one flag per axis\n"
        "  help: 0 or 1 for each axis of the layout 8x8\n"
        "error: --q-tile: 4x4x4 has 3 axes, not 2\n"
        "  help: one number per axis of the layout 8x8\n"
        "error: --kv-tile: is missing\n"
        "  help: give 2 numbers, one per axis, of tokens\n");
  CHECK(problemsOf({{}, {4}, {}, {}, {}, {4}, {4}}) ==
        "error: --layout: is missing\n"
        "  help: write the tokens along each axis, as in 30x48x80\n");
  CHECK(problemsOf({{8, 8, 8, 8}, {}, {}, {}, {}, {}, {}}) ==
        "error: --layout: a layout has 1 to 3 axes, not 4\n"
        "  help: write the tokens along each axis, as in 30x48x80\n");
}

TEST_CASE("a mask that does not fit its layout says at which axis", "[gna]") {
  CHECK(
      problemsOf({{8, 8, 8}, {9, 4, 4}, {1, 5, 1}, {1, 1, 3}, {}, {2, 2, 2}, {2, 2, 2}}) ==
      "error: --window: 9 tokens of axis 1 do not fit its 8\n"
      "  help: at most 8 there\n"
      "error: --stride: 5 of axis 2 is longer than the window of 4: some keys would be seen by no "
      "query\n"
      "  help: 1 to 4 there\n"
      "error: --dilation: 3 of axis 3 spreads 4 keys over more than its 8 tokens\n"
      "  help: at most 2 there, the length divided by the window\n");
}

TEST_CASE("sizes whose counts would not fit are refused, the largest are not", "[gna]") {
  CHECK(problemsOf({{16384, 16384}, {1, 1}, {}, {}, {}, {1, 1}, {1024, 1024}}) == "accepted");
  CHECK(problemsOf({{16384, 16385}, {1, 1}, {}, {}, {}, {1, 1}, {1024, 1025}}) ==
        "error: --layout: 16384x16385 is more than 268435456 tokens in all\n"
        "  help: make it smaller\n"
        "error: --kv-tile: 1024x1025 is more than 1048576 tokens\n"
        "  help: make it smaller\n");
}

TEST_CASE("1-D tiles are one number, on one grid", "[gna]") {
  CHECK(problemsOf({{8, 8}, {4, 4}, {}, {}, {}, {16}, {8}}, KvTiling::Static, true) == "accepted");
  CHECK(problemsOf({{8, 8}, {4, 4}, {}, {}, {}, {4, 4}, {8}}, KvTiling::Dynamic, true) ==
        "error: --q-tile: 4x4 has 2 axes, not 1\n"
        "  help: with 1-D tiling a tile is one number of tokens\n"
        "error: --kv-tiling: tiles of a flattened sequence lie on one grid\n"
        "  help: static, or multi-dimensional tiling\n");
}
