#include "cascades.hpp"
#include "einsum/analysis.hpp"

using namespace einsight;
using namespace einsight::einsum;

namespace {

constexpr std::int64_t kM = 64;
constexpr std::int64_t kM0 = 16;
const core::Settings kTiled{{"B", 2}, {"H", 3}, {"L", kM}, {"E", 4}, {"F", 8}, {"M0", kM0}};
const core::Settings kWhole{{"B", 2}, {"H", 3}, {"L", kM}, {"E", 4}, {"F", 8}};

} // namespace

TEST_CASE("3-pass attention must keep whole fibers of what later passes read again", "[einsum]") {
  const auto sizes = footprints(attention("attention-3pass", kWhole));
  CHECK(sizes.at("QK").elements == std::int64_t{2} * 3 * kM * kM);
  CHECK(sizes.at("QK").liveElements == kM);
  CHECK(sizes.at("SN").liveElements == kM);
  CHECK(sizes.at("A").liveElements == 1);
  CHECK(sizes.at("GM").liveElements == 1);
  CHECK(sizes.at("AV").elements == std::int64_t{2} * 3 * 8 * kM);
}

TEST_CASE("1-pass attention keeps one tile, whatever the length", "[einsum]") {
  const auto sizes = footprints(attention("attention-1pass", kTiled));
  CHECK(sizes.at("BQK").elements == std::int64_t{2} * 3 * kM * kM);
  CHECK(sizes.at("BQK").liveElements == kM0);
  CHECK(sizes.at("SLN").liveElements == 1);
  CHECK(sizes.at("RM").elements == std::int64_t{2} * 3 * (kM / kM0 + 1) * kM);
  CHECK(sizes.at("RM").liveElements == 1);
  CHECK(sizes.at("RNV").liveElements == 1);
}

TEST_CASE("2-pass attention keeps whole fibers of what the second pass corrects", "[einsum]") {
  const auto sizes = footprints(attention("attention-2pass", kTiled));
  CHECK(sizes.at("SLN").liveElements == kM);
  CHECK(sizes.at("LM").liveElements == kM / kM0);
  CHECK(sizes.at("SLD").liveElements == 1);
  CHECK(sizes.at("BQK").liveElements == kM0);
  CHECK(sizes.at("CN").liveElements == 1);
}
