#include "explore/sweep/search/evolve.hpp"

#include "core/invariant.hpp"

#include <algorithm>
#include <cmath>
#include <pagmo/algorithm.hpp>
#include <pagmo/algorithms/gaco.hpp>
#include <pagmo/algorithms/maco.hpp>
#include <pagmo/algorithms/nsga2.hpp>
#include <pagmo/bfe.hpp>
#include <pagmo/population.hpp>
#include <pagmo/problem.hpp>
#include <pagmo/utils/hypervolume.hpp>

namespace einsight::explore::sweep {
namespace {

using Decision = pagmo::vector_double;

/// Ends an evolution from within; caught in evolve().
struct Ended {};

Genome genomeOf(Decision::const_iterator begin, std::size_t size) {
  Genome out;
  for (std::size_t i = 0; i < size; ++i) {
    out.push_back(std::llround(begin[static_cast<std::ptrdiff_t>(i)]));
  }
  return out;
}

/// The space, for pagmo. Points are judged in batches only (Batch).
struct Space {
  const Evolution* evolution = nullptr;
  const Judge* judge = nullptr;

  [[nodiscard]] Decision fitness(const Decision& decision) const {
    const auto values = (*judge)({genomeOf(decision.begin(), decision.size())});
    if (!values) {
      throw Ended();
    }
    return values->front();
  }
  [[nodiscard]] Decision::size_type get_nobj() const { // NOLINT(readability-identifier-naming)
    return evolution == nullptr ? 1 : evolution->objectives;
  }
  [[nodiscard]] Decision::size_type get_nix() const { // NOLINT(readability-identifier-naming)
    return evolution == nullptr ? 0 : evolution->sizes.size();
  }
  [[nodiscard]] std::pair<Decision, Decision>
  get_bounds() const { // NOLINT(readability-identifier-naming)
    Decision low, high;
    if (evolution != nullptr) {
      for (const auto size : evolution->sizes) {
        low.push_back(0);
        high.push_back(static_cast<double>(size - 1));
      }
    }
    return {low, high};
  }
};

/// A generation at once.
struct Batch {
  const Space* space = nullptr;

  Decision operator()(const pagmo::problem&, const Decision& decisions) const {
    const auto axes = space->evolution->sizes.size();
    std::vector<Genome> genomes;
    for (std::size_t at = 0; at < decisions.size(); at += axes) {
      genomes.push_back(genomeOf(decisions.begin() + static_cast<std::ptrdiff_t>(at), axes));
    }
    const auto values = (*space->judge)(genomes);
    if (!values) {
      throw Ended();
    }
    Decision out;
    for (const auto& each : *values) {
      out.insert(out.end(), each.begin(), each.end());
    }
    return out;
  }
};

/// One generation of a method each time it is asked.
pagmo::algorithm algorithmOf(const Evolution& evolution, const Space& space) {
  const auto seed = static_cast<unsigned>(evolution.seed ^ (evolution.seed >> 32U));
  const auto population = static_cast<unsigned>(evolution.first.size());
  const pagmo::bfe batch(Batch{&space});
  if (evolution.method == "nsga2") {
    constexpr double kCrossover = 0.9, kSpread = 10, kNear = 20; // Deb et al. (2002), section V
    const double mutation = 1.0 / static_cast<double>(evolution.sizes.size());
    pagmo::nsga2 method(1, kCrossover, kSpread, mutation, kNear, seed);
    method.set_bfe(batch);
    return pagmo::algorithm(std::move(method));
  }
  constexpr unsigned kKernel = 63; // pagmo's own
  const auto kernel = std::min(kKernel, population);
  if (evolution.method == "maco") {
    pagmo::maco method(1, kernel, 1.0, 1, 7, 100'000, 0.0, true, seed);
    method.set_bfe(batch);
    return pagmo::algorithm(std::move(method));
  }
  EINSIGHT_INVARIANT(evolution.method == "gaco", "a method that was read and is not known");
  pagmo::gaco method(1, kernel, 1.0, 0.0, 0.01, 1, 7, 100'000, 100'000, 0.0, true, seed);
  method.set_bfe(batch);
  return pagmo::algorithm(std::move(method));
}

} // namespace

std::string evolve(const Evolution& evolution, const Judge& judge) {
  const Space space{&evolution, &judge};
  const auto values = judge(evolution.first);
  if (!values) {
    return {};
  }
  try {
    pagmo::population population(pagmo::problem(space), 0U, static_cast<unsigned>(evolution.seed));
    for (std::size_t i = 0; i < values->size(); ++i) {
      const auto& genome = evolution.first[i];
      population.push_back(Decision(genome.begin(), genome.end()), (*values)[i]);
    }
    const auto algorithm = algorithmOf(evolution, space);
    while (true) {
      population = algorithm.evolve(population);
    }
  } catch (const Ended&) { // by the judge
    return {};
  } catch (const std::exception& error) { return error.what(); }
}

double hypervolume(const std::vector<std::vector<double>>& points,
                   const std::vector<double>& reference) {
  return points.empty() ? 0 : pagmo::hypervolume(points).compute(reference);
}

} // namespace einsight::explore::sweep
