#include "pe_difference.hpp"
#include "tests/generators/case.hpp"
#include "tests/generators/draw.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::explore::test;
using namespace einsight::generators;

namespace {

struct Seen {
  int all = 0;
  int compared = 0;
};

/// With a cycle per hop, whatever is legal takes as long PE by PE as `cycle` says, and computes
/// what its Einsums say.
void agrees(const Scratch& scratch, Case drawn, Seen& seen) {
  ++seen.all;
  drawn.machine.hopLatency = 1;
  auto request = scratch.request(drawn);
  request.machine =
      scratch.write("systolic.yaml", "version: 1\nextends: machine.yaml\nmachine: systolic\n"
                                     "arrays: {array_1d: {links: {hop_latency: 1}}}\n");
  const auto point = explore::prepare(request);
  if (!point) {
    return; // for generated_laws_test.cpp to judge
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
  CHECK(
      holds("catalogue", cases(100), [&] { agrees(scratch, scratch.drawCatalogueCase(), seen); }));
  CHECK(3 * seen.compared >= seen.all); // the others lack room, or are nothing for 'pe'
}

TEST_CASE("one Einsum after the other agrees PE by PE", "[explore]") {
  const Scratch scratch;
  Seen seen;
  CHECK(holds("unfused", cases(100), [&] { agrees(scratch, scratch.drawCase(true), seen); }));
  CHECK(3 * seen.compared >= seen.all);
}

TEST_CASE("groups of Einsums that keep tensors on the chip agree PE by PE", "[explore]") {
  const Scratch scratch;
  Seen seen;
  CHECK(holds("fused", cases(100), [&] { agrees(scratch, scratch.drawCase(false), seen); }));
  CHECK(3 * seen.compared >= seen.all);
}
