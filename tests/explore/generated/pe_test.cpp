#include "tests/explore/pe/difference.hpp"
#include "tests/generators/case.hpp"
#include "tests/generators/draw.hpp"

#include <catch2/catch.hpp>

#include <functional>

using namespace einsight;
using namespace einsight::explore::test;
using namespace einsight::generators;

namespace {

constexpr int kDrawnAgain = 2;

struct Seen {
  int all = 0;
  int compared = 0;
};

core::Expected<explore::Point> prepared(const Scratch& scratch, const Case& drawn) {
  auto request = scratch.request(drawn);
  request.machine = scratch.systolic();
  return explore::prepare(request);
}

/// With a cycle per hop, whatever is legal takes as long PE by PE as `cycle` says, and computes
/// what its Einsums say. What lacks room is drawn again: it is for laws_test.cpp to
/// judge.
void agrees(const Scratch& scratch, const std::function<Case()>& draw, Seen& seen) {
  ++seen.all;
  auto drawn = draw();
  auto point = prepared(scratch, drawn);
  for (int again = 0; !point && again < kDrawnAgain; ++again) {
    drawn = draw();
    point = prepared(scratch, drawn);
  }
  if (!point) {
    return;
  }
  const auto found = peDifference(*point, 1);
  if (found.find("the engine 'pe' cannot run Einsum") != std::string::npos) {
    return;
  }
  ++seen.compared;
  if (!found.empty()) {
    RC_FAIL(text(drawn) + found);
  }
}

} // namespace

TEST_CASE("mappings of the catalogue agree PE by PE on random machines", "[explore]") {
  const Scratch scratch;
  Seen seen;
  CHECK(holds("catalogue", cases(100), [&] {
    agrees(
        scratch, [&] { return scratch.drawCatalogueCase(); }, seen);
  }));
  CHECK(2 * seen.compared >= seen.all);
}

TEST_CASE("one Einsum after the other agrees PE by PE", "[explore]") {
  const Scratch scratch;
  Seen seen;
  CHECK(holds("unfused", cases(100), [&] {
    agrees(
        scratch, [&] { return scratch.drawCase(true); }, seen);
  }));
  CHECK(2 * seen.compared >= seen.all);
}

TEST_CASE("groups of Einsums that keep tensors on the chip agree PE by PE", "[explore]") {
  const Scratch scratch;
  Seen seen;
  CHECK(holds("fused", cases(100), [&] {
    agrees(
        scratch, [&] { return scratch.drawCase(false); }, seen);
  }));
  CHECK(2 * seen.compared >= seen.all);
}
