#include "tests/validation/scratch_file.hpp"
#include "validation/gna/rows.hpp"
#include "validation/suite.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::validation;
using mappings::gna::Shape;
using test::ScratchFile;

namespace {

constexpr const char* kHeader =
    "id,hardware,backend,layout,window,stride,dilation,causal,q_tile,kv_tile,metric,value,note\n";

GnaSpec spec() {
  auto found = readGnaSpec(validationFolder() / "suites" / "gna.yaml");
  REQUIRE(found);
  return std::move(*found);
}

GnaRow rowOf(const GnaSpec& spec, const std::string& line) {
  const ScratchFile file("x.csv", kHeader + line + "\n");
  auto rows = readGnaRows(file.path(), spec);
  REQUIRE(rows);
  REQUIRE(rows->size() == 1);
  return std::move(rows->front());
}

} // namespace

TEST_CASE("a row without tiles takes those of the suite for its mask", "[validation]") {
  const auto suite = spec();
  const auto row = rowOf(suite, "7,B200,x,256x256,80x80,16x1,,,,,e2e speedup measured,1.4,"
                                "self attention kept in first 9 of 28 steps");
  REQUIRE(row.question.mask.has_value());
  CHECK(row.question.mask->qTile == Shape{16, 16});
  CHECK(row.question.mask->kvTile == Shape{16, 8});
  CHECK_FALSE(row.listed);
  CHECK(row.question.denseSteps == 9);
  REQUIRE(row.question.useCase.has_value());
  CHECK(row.question.useCase->name == "flux-4k");
  REQUIRE(row.rule != nullptr);
  CHECK(row.rule->take == "end_to_end_speedup");
  CHECK(row.value == 1.4);
}

TEST_CASE("tiles that a row gives are kept, and dynamic kernels are known by name",
          "[validation]") {
  const auto suite = spec();
  const auto row =
      rowOf(suite, "7,A100,cutlass-fna,30x48x80,18x24x24,16x8x8,,,2x8x4,2x8x8,kernel runtime,,");
  REQUIRE(row.question.mask.has_value());
  CHECK(row.question.mask->kvTiling == mappings::gna::KvTiling::Dynamic);
  CHECK(row.question.mask->qTile == Shape{2, 8, 4});
  CHECK(row.listed);
  CHECK_FALSE(row.value.has_value());
}

TEST_CASE("a row that says no mask keeps the reason", "[validation]") {
  const auto suite = spec();
  CHECK(rowOf(suite, "7,,,1-D,,,,,,,no such metric,3,").noMask == "'1-D' is not a shape");
  CHECK(rowOf(suite, "7,,,8x8,4x4,,,,2x2,,x,3,").noMask == "kv-tile: is missing");
  CHECK(rowOf(suite, "7,,,8x8,4x4,,,,2x2,2x2,no such metric,3,").rule == nullptr);
}

TEST_CASE("files are told apart by their columns", "[validation]") {
  CHECK(isGnaOracle(validationFolder() / "published" / "gna_oracle.csv"));
  CHECK_FALSE(isGnaOracle(validationFolder() / "published" / "gna_published.csv"));
}
