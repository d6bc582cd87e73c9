#include "mappings/mapper/shapes.hpp"
#include "space.hpp"
#include "workloads/catalogue.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

using namespace einsight;
using namespace einsight::mappings;
using namespace einsight::mappings::test;

namespace {

/// 1-pass attention in which R query heads share a head of keys and values.
constexpr const char* kGroupedQueries = R"(version: 1
workload: grouped-queries
summary: t
source: t
parameters: {B: 1, G: 2, R: 7, E: 5, F: 3, M: 29, P: 13, M0: 4, M1: ceil(M/M0)}
ranks: {b: B, g: G, r: R, e: E, f: F, p: P, m1: M1, m0: M0}
tensors:
  Q: [b, g, r, e, p]
  K: [b, g, e, M]
  V: [b, g, f, M]
  RM: {initial: -inf}
  RD: {initial: 0}
  RNV: {initial: 0}
results: [AV]
einsums:
  - BK[b,g,e,m1,m0] = K[b,g,e,m1*M0+m0]
  - BV[b,g,f,m1,m0] = V[b,g,f,m1*M0+m0]
  - BQK[b,g,r,m1,m0,p] = Q[b,g,r,e,p] * BK[b,g,e,m1,m0]
  - LM[b,g,r,m1,p] = BQK[b,g,r,m1,m0,p] :: max(m0)
  - RM[b,g,r,m1+1,p] = max(RM[b,g,r,m1,p], LM[b,g,r,m1,p])
  - SLN[b,g,r,m1,m0,p] = exp(BQK[b,g,r,m1,m0,p] - RM[b,g,r,m1+1,p])
  - SLD[b,g,r,m1,p] = SLN[b,g,r,m1,m0,p] :: add(m0)
  - SLNV[b,g,r,f,m1,p] = SLN[b,g,r,m1,m0,p] * BV[b,g,f,m1,m0]
  - PRM[b,g,r,m1,p] = exp(RM[b,g,r,m1,p] - RM[b,g,r,m1+1,p])
  - SPD[b,g,r,m1,p] = RD[b,g,r,m1,p] * PRM[b,g,r,m1,p]
  - RD[b,g,r,m1+1,p] = SLD[b,g,r,m1,p] + SPD[b,g,r,m1,p]
  - SPNV[b,g,r,f,m1,p] = RNV[b,g,r,f,m1,p] * PRM[b,g,r,m1,p]
  - RNV[b,g,r,f,m1+1,p] = SLNV[b,g,r,f,m1,p] + SPNV[b,g,r,f,m1,p]
  - AV[b,g,r,f,p] = RNV[b,g,r,f,M1,p] / RD[b,g,r,M1,p]
)";

std::string searchProblem(const LoadCascade& load, const arch::Machine& machine,
                          const core::Settings& settings) {
  SearchOptions options;
  options.settings = settings;
  options.steps = 40'000;
  options.finalists = 4;
  const auto found = search(load, machine, options);
  return found ? violation(*found, machine) : core::render(found.error());
}

} // namespace

TEST_CASE("attention is mapped where one tile of keys covers the sequence, down to one key",
          "[mappings]") {
  const auto load = [](const core::Settings& settings) {
    return workloads::load("cross-attention-1pass", settings);
  };
  const auto machine = machineOf("fusemax", {{"PE", 8}});
  struct Case {
    std::int64_t heads, queries, keys, tile, e, f;
  };
  for (const auto& each :
       {Case{2, 29, 29, 256, 8, 8}, Case{1, 5, 8, 8, 3, 6}, Case{1, 1, 1, 4, 1, 1},
        Case{3, 7, 1, 1, 2, 5}, Case{1, 1, 30, 64, 6, 2}}) {
    const core::Settings settings{{"B", 1},         {"H", each.heads}, {"P", each.queries},
                                  {"M", each.keys}, {"M0", each.tile}, {"E", each.e},
                                  {"F", each.f}};
    CAPTURE(each.heads, each.queries, each.keys, each.tile, each.e, each.f);
    CHECK(searchProblem(load, machine, settings).empty());
  }
}

TEST_CASE("query heads that share a head of keys are mapped, in one iteration and in many",
          "[mappings]") {
  const auto load = [](const core::Settings& settings) {
    return einsum::parseCascade(kGroupedQueries, "grouped.yaml", settings);
  };
  const auto machine = machineOf("fusemax", {{"PE", 8}});
  for (const std::int64_t tile : {4, 29, 64}) {
    CAPTURE(tile);
    CHECK(searchProblem(load, machine, {{"M0", tile}}).empty());
  }
}

TEST_CASE("an iterative rank is a loop of every nest, also with one trip; other ranks of one value "
          "are none",
          "[mappings]") {
  const auto machine = machineOf("fusemax");
  for (const std::int64_t iterations : {1, 2}) {
    const auto cascade = einsum::parseCascade(
        "version: 1\nworkload: w\nsummary: t\nsource: t\nparameters: {M: 1, P: 1}\n"
        "ranks: {m: M, p: P}\ntensors: {A: [m, p], R: {initial: 0}}\nresults: [R]\n"
        "einsums: ['R[m+1,p] = R[m,p] + A[m,p]']\n",
        "w.yaml", {{"M", iterations}});
    REQUIRE(cascade);
    const mapper::Facts facts(*cascade, machine);
    const mapper::Shapes shapes(facts, {0}, true, false);
    int nests = 0;
    for (const auto& cuts : shapes.cuts()) {
      std::vector<mapper::Tile> tiles;
      for (const auto& cut : cuts) {
        tiles.push_back(cut.tile);
      }
      mapper::Places places(facts, tiles, {0});
      shapes.nests(cuts, places, [&](const mapper::Nested& nested) {
        ++nests;
        REQUIRE(nested.loops.size() == 1);
        CHECK(facts.names[static_cast<std::size_t>(nested.loops[0].variable)] == "m");
        CHECK(nested.loops[0].trips == iterations);
        CHECK(nested.leaves[0].path == std::vector<int>{0});
        return true;
      });
    }
    CHECK(nests > 0);
  }
}

TEST_CASE("a section has all Einsums of a recurrence that read what others make later",
          "[mappings]") {
  const auto machine = machineOf("fusemax");
  const auto cascade = workloads::load("attention-1pass", {});
  REQUIRE(cascade);
  const mapper::Facts facts(*cascade, machine);
  const auto numberOf = [&](const std::string& name) {
    const auto at = std::find_if(facts.einsums.begin(), facts.einsums.end(),
                                 [&](const auto& fact) { return fact.einsum->name == name; });
    REQUIRE(at != facts.einsums.end());
    return static_cast<int>(at - facts.einsums.begin());
  };
  const auto legal = [&](const std::string& first, const std::string& last) {
    std::vector<int> members;
    for (int e = numberOf(first); e <= numberOf(last); ++e) {
      members.push_back(e);
    }
    return mapper::Shapes(facts, members, false, false).legal();
  };
  CHECK_FALSE(legal("SPD", "SPD")); // reads the RD of the iteration before
  CHECK(legal("SPD", "RD"));
  CHECK_FALSE(legal("PRM", "SPD"));
  CHECK(legal("PRM", "PRM")); // the RM that it reads is made before
  CHECK(legal("BQK", "AV"));
}

TEST_CASE("short ranks along which everything moves are whole inside the tile only where the array "
          "would be less than half full",
          "[mappings]") {
  const auto machine = machineOf("fusemax", {{"rows", 8}, {"columns", 8}});
  const auto wholeOf = [&](std::int64_t heads, std::int64_t length) {
    const auto cascade = einsum::parseCascade(
        "version: 1\nworkload: w\nsummary: t\nsource: t\nparameters: {B: 2, H: 3, M: 4}\n"
        "ranks: {b: B, h: H, m: M}\ntensors: {A: [b, h, m]}\nresults: [Z]\n"
        "einsums: ['Z[b,h,m] = A[b,h,m] * A[b,h,m]']\n",
        "w.yaml", {{"M", length}, {"H", heads}});
    REQUIRE(cascade);
    const mapper::Facts facts(*cascade, machine);
    std::set<std::string> whole;
    for (const auto& cuts : mapper::Shapes(facts, {0}, true, false).cuts()) {
      for (std::size_t v = 0; v < cuts.size(); ++v) {
        if (cuts[v].tile.values == facts.sizes[v]) {
          whole.insert(facts.names[v]);
        }
      }
    }
    return whole;
  };
  CHECK(wholeOf(3, 4) == std::set<std::string>{"b", "h", "m"});
  CHECK(wholeOf(3, 9) == std::set<std::string>{"b", "h"});
  CHECK(wholeOf(5, 9) == std::set<std::string>{"b", "h"});
  CHECK(wholeOf(8, 9) == std::set<std::string>{"h"}); // as a tile of a longer one does, it fills
  CHECK(wholeOf(9, 9).empty()); // a tile of m on the rows, one of h on the columns
}
