#include "mappings/gna/permutation.hpp"
#include "tests/run_seed.hpp"
#include "tests/validation/cuda/attention_case.hpp"
#include "validation/cuda/permute.hpp"

#include <catch2/catch.hpp>

namespace einsight::validation::cuda {
namespace {

Mask tiled(const Axes& tokens, const Axes& tile) {
  return layout(tokens, tokens, {1, 1, 1}, tile, tile).mask;
}

template <bool kBack>
Outcome run(const Mask& mask, int head, int rows, const std::vector<std::uint16_t>& from,
            std::vector<std::uint16_t>& to) {
  const int written = kBack ? tokensOf(mask) : paddedTokens(mask, mask.qTile);
  to.assign(static_cast<std::size_t>(rows) * static_cast<std::size_t>(written) *
                static_cast<std::size_t>(head),
            kMissing);
  const PermuteArguments given{from.data(), to.data(), mask, head, rows};
  emulator::Launch launch;
  launch.grid = {ceilDivide(written, Permute<kBack>::kTokens), rows, 1};
  launch.threads = Permute<kBack>::kThreads;
  Outcome outcome;
  outcome.error = emulator::launch(launch, [&] { Permute<kBack>::run(given); });
  outcome.difference = relativeError<Bf16>(to, permuteReference<Bf16>(given, kBack));
  return outcome;
}

constexpr Axes kLayouts[][2] = {
    {{5, 13, 18}, {2, 4, 8}}, {{1, 40, 39}, {1, 8, 16}}, {{1, 1, 333}, {1, 1, 128}},
    {{1, 1, 1}, {1, 1, 64}},  {{4, 8, 16}, {2, 4, 16}},
};

} // namespace

TEST_CASE("tokens are laid out tile by tile and back, to the bit, and padding is zero") {
  std::mt19937_64 random(test::runSeed());
  for (const auto& [tokens, tile] : kLayouts) {
    const auto mask = tiled(tokens, tile);
    constexpr int kHead = 64;
    constexpr int kRows = 3;
    const auto given = randomNumbers<Bf16>(
        static_cast<std::size_t>(kRows) * static_cast<std::size_t>(tokensOf(mask)) * kHead, random);
    std::vector<std::uint16_t> tiles;
    std::vector<std::uint16_t> again;
    const auto there = run<false>(mask, kHead, kRows, given, tiles);
    CHECK(there.error == "");
    CHECK(there.difference == 0);
    const auto back = run<true>(mask, kHead, kRows, tiles, again);
    CHECK(back.error == "");
    CHECK(back.difference == 0);
    CHECK(again == given);
  }
}

TEST_CASE("a token's permuted position is where the attention kernels look for it") {
  for (const auto& [tokens, tile] : kLayouts) {
    const auto mask = tiled(tokens, tile);
    for (int token = 0; token < tokensOf(mask); ++token) {
      const Place place = placeInLayout(mask, token);
      REQUIRE(tokenOf(mask, place) == token);
      const int position = positionOf(mask, mask.qTile, place);
      const Place again = placeOf(mask, mask.qTile, position);
      REQUIRE(tokenOf(mask, again) == token);
      REQUIRE(Permute<false>::sourceOf(mask, position) == token);
      REQUIRE(Permute<true>::sourceOf(mask, token) == position);
    }
  }
}

TEST_CASE("a permutation pads as many tokens as the tile counts say") {
  for (const auto& [tokens, tile] : kLayouts) {
    const mappings::gna::Shape layout(tokens.begin(), tokens.end());
    const mappings::gna::Shape ones(layout.size(), 1);
    const mappings::gna::Shape tiles(tile.begin(), tile.end());
    const auto question = mappings::gna::makeQuestion(
        {layout, layout, ones, {}, {}, tiles, tiles}, mappings::gna::KvTiling::Static, false,
        [](std::string_view) { return core::Where{}; });
    REQUIRE(question);
    const auto mask = tiled(tokens, tile);
    CHECK(mappings::gna::permutation(*question, {}).qTokens == paddedTokens(mask, mask.qTile));
  }
}

} // namespace einsight::validation::cuda
