#include "tests/explore/point_laws.hpp"
#include "tests/generators/case.hpp"
#include "tests/generators/draw.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::explore::test;
using namespace einsight::generators;

namespace {

struct Seen {
  int all = 0;
  int legal = 0;
};

/// A legal case obeys every law; one that is not legal lacks room, where that may be.
void obeys(const Scratch& scratch, const Case& drawn, bool mayLackRoom, Seen& seen) {
  ++seen.all;
  const auto point = explore::prepare(scratch.request(drawn));
  if (!point) {
    if (!mayLackRoom || !onlyRoom(point.error())) {
      RC_FAIL(text(drawn) + core::render(point.error()));
    }
    return;
  }
  ++seen.legal;
  Laws laws;
  laws.compulsory = !drawn.workload.masked;
  laws.exact = !drawn.workload.masked && !drawn.workload.ragged;
  if (const auto found = violation(*point, laws); !found.empty()) {
    RC_FAIL(text(drawn) + found);
  }
}

} // namespace

TEST_CASE("mappings of the catalogue obey every law on random machines", "[explore]") {
  const Scratch scratch;
  Seen seen;
  CHECK(holds("catalogue", cases(1000),
              [&] { obeys(scratch, scratch.drawCatalogueCase(), true, seen); }));
  CHECK(2 * seen.legal >= seen.all);
}

TEST_CASE("one Einsum after the other is legal anywhere and obeys every law", "[explore]") {
  const Scratch scratch;
  Seen seen;
  CHECK(
      holds("unfused", cases(1000), [&] { obeys(scratch, scratch.drawCase(true), false, seen); }));
  CHECK(seen.legal == seen.all);
}

TEST_CASE("groups of Einsums that keep tensors on the chip obey every law", "[explore]") {
  const Scratch scratch;
  Seen seen;
  CHECK(holds("fused", cases(1000), [&] { obeys(scratch, scratch.drawCase(false), true, seen); }));
  CHECK(2 * seen.legal >= seen.all);
}
