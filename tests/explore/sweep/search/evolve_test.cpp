#include "explore/sweep/pareto.hpp"
#include "explore/sweep/search/evolve.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace einsight::explore::sweep;

namespace {

/// Distances from two places of a plane of 100 x 100, in which all between them is the front.
std::vector<double> distances(const Genome& genome) {
  const auto x = static_cast<double>(genome[0]), y = static_cast<double>(genome[1]);
  return {(x - 20) * (x - 20) + (y - 50) * (y - 50), (x - 80) * (x - 80) + (y - 50) * (y - 50)};
}

Evolution evolution(const std::string& method, std::size_t objectives) {
  Evolution out{method, 3, {100, 100}, objectives, {}};
  for (std::int64_t i = 0; i < 24; ++i) {
    out.first.push_back({(i * 37) % 100, (i * 61) % 100});
  }
  return out;
}

/// What a number of generations looked at.
std::vector<Genome> lookedAt(const std::string& method, std::size_t objectives, int generations) {
  std::vector<Genome> out;
  evolve(evolution(method, objectives), [&](const std::vector<Genome>& genomes) {
    std::optional<std::vector<std::vector<double>>> values;
    if (generations-- > 0) {
      values.emplace();
      for (const auto& genome : genomes) {
        out.push_back(genome);
        values->push_back(distances(genome));
        values->back().resize(objectives);
      }
    }
    return values;
  });
  return out;
}

} // namespace

TEST_CASE("every method comes close to the best, and stays inside", "[sweep]") {
  for (const auto& [method, objectives] :
       {std::pair("nsga2", 2), std::pair("maco", 2), std::pair("gaco", 1)}) {
    INFO(method);
    const auto genomes = lookedAt(method, static_cast<std::size_t>(objectives), 40);
    double best = 1e9;
    for (const auto& genome : genomes) {
      CHECK((genome[0] >= 0 && genome[0] < 100 && genome[1] >= 0 && genome[1] < 100));
      best = std::min(best, distances(genome)[0]);
    }
    CHECK(best <= 8);
  }
}

TEST_CASE("the same seed gives the same generations", "[sweep]") {
  for (const auto& [method, objectives] :
       {std::pair("nsga2", 2), std::pair("maco", 2), std::pair("gaco", 1)}) {
    INFO(method);
    const auto count = static_cast<std::size_t>(objectives);
    CHECK(lookedAt(method, count, 12) == lookedAt(method, count, 12));
  }
}

TEST_CASE("the hypervolume is the area under a front", "[sweep]") {
  CHECK(hypervolume({}, {4, 4}) == 0);
  CHECK(hypervolume({{1, 3}, {2, 1}}, {4, 4}) == Approx(3 * 1 + 2 * 2));
  CHECK(hypervolume({{1, 1}, {2, 2}}, {4, 4}) == Approx(9));
}
