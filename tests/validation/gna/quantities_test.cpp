#include "validation/gna/quantities.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::validation;
namespace gna = einsight::mappings::gna;

namespace {

GnaQuestion question() {
  auto mask = gna::makeQuestion({{256, 256}, {80, 80}, {}, {}, {}, {16, 16}, {16, 8}},
                                gna::KvTiling::Static, false, gna::optionPlace);
  REQUIRE(mask.has_value());
  auto useCase = gna::loadUseCase("flux-4k");
  REQUIRE(useCase.has_value());
  return {*mask, *useCase, 9};
}

} // namespace

TEST_CASE("quantities of a row are those of its tiles and its use case", "[validation]") {
  const auto row = question();
  CHECK(publishedQuantity(row, "visited_total").value() == 18564);
  CHECK(publishedQuantity(row, "sim_speedup").value() == Approx(6.095).margin(0.001));
  CHECK(publishedQuantity(row, "end_to_end_sim_speedup").value() == Approx(1.42).margin(0.005));
  CHECK(publishedQuantity(row, "end_to_end_flop_speedup").value() == Approx(1.46).margin(0.005));
  CHECK(publishedQuantity(row, "permutation_gib").value() == Approx(3.0));
  for (const auto& name : publishedQuantities()) {
    CHECK(publishedQuantity(row, name).has_value());
  }
}

TEST_CASE("what a row lacks is said", "[validation]") {
  auto row = question();
  row.useCase.reset();
  CHECK(publishedQuantity(row, "permutation_gib").error() == "no use case is named for this row");
  CHECK(publishedQuantity(row, "end_to_end_sim_speedup").error() ==
        "the share of self attention in the run is not known");
  row.mask.reset();
  CHECK(publishedQuantity(row, "sim_speedup").error() == "the row has no mask with tiles");
}

TEST_CASE("unknown counts are told from known ones", "[validation]") {
  CHECK(isTallyQuantity("visited_max"));
  CHECK_FALSE(isTallyQuantity("visited_most"));
  CHECK_FALSE(isTallyQuantity("permutation_gib"));
}
