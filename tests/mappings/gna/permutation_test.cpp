#include "mappings/gna/permutation.hpp"
#include "tests/mappings/gna/brute_force.hpp"

#include <catch2/catch.hpp>

using namespace einsight::mappings::gna;
using test::ask;

namespace {

constexpr double kGibi = 1024.0 * 1024 * 1024;

} // namespace

TEST_CASE("permutation reads and writes Q, K, V and O once each", "[gna]") {
  const auto cosmos = ask("16x44x80", "16x24x16", "", "", "", "8x4x8", "4x4x8");
  CHECK(permutation(cosmos, {2, 32, 32, 128, 16}).bytes / kGibi == Approx(6.9).margin(0.05));
  const auto hunyuan = ask("30x48x80", "18x24x24", "", "", "", "4x8x8", "2x8x8");
  CHECK(permutation(hunyuan, {2, 24, 24, 128, 16}).bytes / kGibi == Approx(10.5).margin(0.05));
}

TEST_CASE("fewer heads of keys and narrower types move fewer bytes", "[gna]") {
  const auto question = ask("64x64", "8x8", "", "", "", "16x16", "16x8");
  const auto all = permutation(question, {1, 8, 8, 64, 16}).bytes;
  CHECK(permutation(question, {1, 8, 2, 64, 16}).bytes == all * 10 / 16);
  CHECK(permutation(question, {1, 8, 8, 64, 8}).bytes == all / 2);
}

TEST_CASE("queries and keys are padded to their own tiles in every dilation group", "[gna]") {
  const auto padded = permutation(ask("30x48x80", "18x24x24", "", "", "", "4x8x8", "2x8x8"), {});
  CHECK(padded.qTokens == 32 * 48 * 80);
  CHECK(padded.kvTokens == 30 * 48 * 80);
  const auto dilated =
      permutation(ask("25x36x10", "7x11x2", "", "3x2x1", "", "8x4x8", "4x4x8"), {});
  CHECK(dilated.qTokens == 48 * 40 * 16);
  CHECK(dilated.kvTokens == 36 * 40 * 16);
}

TEST_CASE("one axis without dilation, or 1-D tiling, needs no permutation", "[gna]") {
  const auto plain = permutation(ask("1000", "100", "", "", "", "256", "128"), {});
  CHECK_FALSE(plain.needed);
  CHECK(plain.bytes == 0);
  CHECK(plain.qTokens == 1024);
  CHECK(permutation(ask("1000", "100", "", "2", "", "256", "128"), {}).needed);
  CHECK_FALSE(permutation(ask("20x50", "8x8", "", "", "", "256", "128", KvTiling::Static, true), {})
                  .needed);
}
