#include "arch/gpu/gpu.hpp"
#include "explore/gna/point.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using explore::GnaRequest;
namespace gna = einsight::mappings::gna;

namespace {

/// 4 heads over 16x24x32 tokens on a B200.
GnaRequest request(const gna::Shape& window, const gna::Shape& stride = {}) {
  auto question = gna::makeQuestion({{16, 24, 32}, window, stride, {}, {}, {4, 8, 8}, {2, 8, 8}},
                                    gna::KvTiling::Static, false, gna::optionPlace);
  REQUIRE(question);
  GnaRequest out{std::move(*question), {}, "b200", {}};
  out.heads.heads = out.heads.kvHeads = 4;
  return out;
}

explore::GnaTime timeOf(const GnaRequest& wanted) {
  const auto time = explore::predict(wanted);
  INFO((time ? std::string() : core::render(time.error())));
  REQUIRE(time);
  return *time;
}

std::string messages(const GnaRequest& wanted) {
  const auto time = explore::predict(wanted);
  return time ? "no problem" : core::render(time.error());
}

double sum(const explore::GnaLosses& losses) {
  return losses.permutation + losses.masking + losses.waves + losses.padding + losses.tiles +
         losses.kernel;
}

} // namespace

TEST_CASE("losses add up to the time beyond the ideal", "[explore]") {
  for (const auto& stride : {gna::Shape{1, 1, 1}, gna::Shape{8, 8, 8}}) {
    const auto time = timeOf(request({8, 8, 16}, stride));
    CHECK(time.seconds == Approx(time.kernelSeconds + time.permuteSeconds));
    CHECK(sum(time.losses) == Approx(time.seconds - time.idealSeconds));
    CHECK(time.mapping == "neighborhood-blackwell");
    CHECK(time.baseline == "fused-blackwell");
  }
}

TEST_CASE("a mask costs time, and a stride that needs none costs none", "[explore]") {
  const auto masked = timeOf(request({8, 8, 16}));
  CHECK(masked.maskedTiles == 1);
  CHECK(masked.losses.masking > 0);
  CHECK(masked.losses.tiles > 0);
  const auto sparse = timeOf(request({16, 24, 32}, {16, 24, 32}));
  CHECK(sparse.maskedTiles == 0);
  CHECK(sparse.losses.masking == 0);
  CHECK(sparse.losses.tiles == 0);
  CHECK(masked.kernelSeconds < sparse.kernelSeconds);
}

TEST_CASE("a window as large as the layout takes as long as self attention", "[explore]") {
  const auto time = timeOf(request({16, 24, 32}, {16, 24, 32}));
  CHECK(time.kernelSeconds == Approx(time.denseSeconds).epsilon(0.02));
  CHECK(time.idealSeconds == Approx(time.denseSeconds));
}

TEST_CASE("copies of a permutation move every tensor twice, those that are padded once more",
          "[explore]") {
  auto wanted = request({8, 8, 16});
  const auto exact = timeOf(wanted);
  const double tensor = 16 * 24 * 32 * 4 * 128 * 2;
  const auto gpu = arch::loadGpu("b200");
  REQUIRE(gpu);
  const double rate = gpu->data().dram.bytesPerSecond * 0.17;
  CHECK(exact.permuteSeconds == Approx(8 * tensor / rate));
  wanted.question.qTile = {3, 8, 8}; // 16 tokens are padded to 18
  const auto padded = timeOf(wanted);
  CHECK(padded.permuteSeconds == Approx((8 + 1 + 18.0 / 16) * tensor / rate));
}

TEST_CASE("one axis needs no permutation", "[explore]") {
  auto question = gna::makeQuestion({{4096}, {512}, {}, {}, {}, {256}, {128}},
                                    gna::KvTiling::Static, false, gna::optionPlace);
  REQUIRE(question);
  CHECK(timeOf({*question, {}, "b200", {}}).permuteSeconds == 0);
}

TEST_CASE(
    "every GPU generation has a mapping of its own, by its instruction and its tiling of keys",
    "[explore]") {
  auto wanted = request({8, 8, 16});
  wanted.machine = "h100";
  wanted.question.qTile = {2, 8, 8};
  CHECK(timeOf(wanted).mapping == "neighborhood-hopper");
  wanted.machine = "a100-80gb";
  wanted.question.qTile = wanted.question.kvTile = {4, 4, 4};
  CHECK(timeOf(wanted).mapping == "neighborhood-flex");
  wanted.question.kvTiling = gna::KvTiling::Dynamic;
  CHECK(timeOf(wanted).mapping == "neighborhood-ampere");
  CHECK(timeOf(wanted).permuteSeconds == 0);
}

TEST_CASE("tiles that fit the machine are found", "[explore]") {
  auto wanted = request({8, 8, 16});
  CHECK(explore::tilesFor(wanted)->kernel == "blackwell");
  wanted.machine = "h100";
  CHECK(explore::tilesFor(wanted)->kernel == "hopper-dim128");
  wanted.heads.headDim = 64;
  CHECK(explore::tilesFor(wanted)->kernel == "hopper-dim64");
}

TEST_CASE("of the pairs of tiles that a mapping takes, the one with the least time is found",
          "[explore]") {
  for (const std::string machine : {"a100-80gb", "h100"}) {
    auto question = gna::makeQuestion({{64, 64}, {24, 24}, {}, {}, {}, {1, 1}, {1, 1}},
                                      gna::KvTiling::Static, false, gna::optionPlace);
    REQUIRE(question);
    GnaRequest wanted{*question, {}, machine, {}};
    wanted.heads.heads = wanted.heads.kvHeads = 8;
    const auto best = explore::tilesFor(wanted);
    REQUIRE(best);
    const auto secondsWith = [&](const gna::TilePair& pair) {
      wanted.question.qTile = pair.qTile;
      wanted.question.kvTile = pair.kvTile;
      wanted.question.kvTiling = pair.kvTiling;
      const auto time = explore::predict(wanted, false);
      return time && time->tiles == best->kernel ? time->seconds : 1;
    };
    const double least = secondsWith(*best);
    CHECK(least < 1);
    const auto all = gna::sweepTiles(*question);
    REQUIRE(all);
    for (const auto& [pair, tally] : *all) {
      if (pair.kernel == best->kernel) {
        CHECK(least <= secondsWith(pair));
      }
    }
  }
}

TEST_CASE("what cannot be predicted is said", "[explore]") {
  auto wanted = request({8, 8, 16});
  wanted.heads.bits = 8;
  wanted.heads.kvHeads = 3;
  CHECK(messages(wanted) == "error: --dtype: time is predicted for 16-bit tensors only\n"
                            "  help: fp16 or bf16\n"
                            "error: --kv-heads: 4 heads of queries cannot share 3 heads of keys "
                            "evenly\n"
                            "  help: a divisor of the heads of queries\n");
  wanted = request({8, 8, 16});
  wanted.mapping = "neighborhood-blackwell";
  wanted.question.kvTiling = gna::KvTiling::Dynamic;
  CHECK(messages(wanted) ==
        "error: --kv-tiling: mapping 'neighborhood-blackwell' tiles keys statically\n"
        "  help: leave it out, or another mapping\n");
  wanted = request({8, 8, 16});
  wanted.mapping = "fused-blackwell";
  CHECK(messages(wanted).find("the mapping has no size 'axes' to set") != std::string::npos);
}
