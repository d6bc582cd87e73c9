#include "mappings/mapper/place.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace einsight::mappings::mapper {
namespace {

/// Votes for a rank variable on an axis of a unit.
using Votes = std::map<std::tuple<int, std::size_t, int>, double>;

class Placing {
public:
  Placing(const Facts& facts, const std::vector<Tile>& tiles, const EinsumFact& einsum)
      : facts_(facts), einsum_(einsum) {
    nested_.facts = &facts;
    nested_.tiles = tiles;
    for (std::size_t v = 0; v < tiles.size(); ++v) {
      const auto size = facts.sizes[v];
      if (has(einsum.variables, static_cast<int>(v)) && tiles[v].values < size) {
        loops_.push_back(static_cast<int>(nested_.loops.size()));
        nested_.loops.push_back(
            {static_cast<int>(v), (size + tiles[v].values - 1) / tiles[v].values, tiles[v].values});
      }
    }
  }

  /// The best bindings to a unit: equal in cycles and in whether they add up in registers.
  std::vector<Bound> on(int unit) {
    best_.clear();
    Bound bound;
    bound.unit = unit;
    extend(bound);
    return best_;
  }

private:
  const arch::Unit& unit(const Bound& bound) const {
    return facts_.machine.units()[static_cast<std::size_t>(bound.unit)];
  }

  void extend(Bound& bound) {
    const auto& axes = unit(bound).axes;
    const auto a = bound.axes.size();
    if (a == axes.size()) {
      return rate(bound);
    }
    for (int v = -1; v < static_cast<int>(nested_.tiles.size()); ++v) {
      if (v >= 0 && !legal(bound, axes[a], v)) {
        continue;
      }
      bound.axes.push_back(v);
      extend(bound);
      bound.axes.pop_back();
    }
  }

  bool legal(const Bound& bound, const arch::Axis& axis, int v) const {
    return has(einsum_.variables, v) && nested_.tiles[static_cast<std::size_t>(v)].spatial > 1 &&
           v != einsum_.iterative && (axis.reduces || !has(einsum_.reduced, v)) &&
           std::find(bound.axes.begin(), bound.axes.end(), v) == bound.axes.end();
  }

  void rate(Bound bound) {
    std::vector<Iterations::Factor> passes, points;
    double scale = 1;
    for (int v = 0; v < static_cast<int>(nested_.tiles.size()); ++v) {
      if (!has(einsum_.variables, v)) {
        continue;
      }
      const auto at = std::find(bound.axes.begin(), bound.axes.end(), v);
      const auto spatial = nested_.tiles[static_cast<std::size_t>(v)].spatial;
      passes.push_back({v, at == bound.axes.end() ? 1 : spatial});
      points.push_back({v, 1});
      if (at != bound.axes.end()) {
        const auto size = unit(bound).axes[static_cast<std::size_t>(at - bound.axes.begin())].size;
        const auto turns = (spatial + size - 1) / size;
        scale *= static_cast<double>(turns);
      }
      bound.accumulates =
          bound.accumulates ||
          (has(einsum_.reduced, v) && (at == bound.axes.end() || spatial < nested_.size(v)));
    }
    const auto& work = einsum_.work[static_cast<std::size_t>(bound.unit)];
    const Iterations iterations(nested_, loops_, einsum_.clips);
    bound.cycles = iterations.sum(passes, scale, 1) * work.cycles;
    const double all = iterations.sum(points, 1, 1);
    bound.lanes = all * work.cycles;
    bound.picojoules = all * work.picojoules;
    const int registers = facts_.registers[static_cast<std::size_t>(bound.unit)];
    if (bound.accumulates && registers >= 0) {
      const auto& memory = facts_.memories[static_cast<std::size_t>(registers)];
      bound.picojoules += all * (memory.readPicojoules + memory.writePicojoules);
    }
    if (!best_.empty() && better(bound, best_.front())) {
      best_.clear();
    }
    if (best_.empty() || !better(best_.front(), bound)) {
      best_.push_back(bound);
    }
  }

  static bool better(const Bound& a, const Bound& b) {
    return std::tie(a.cycles, a.accumulates) < std::tie(b.cycles, b.accumulates);
  }

  const Facts& facts_;
  const EinsumFact& einsum_;
  Nested nested_;
  std::vector<int> loops_;
  std::vector<Bound> best_;
};

double score(const Votes& votes, const Bound& bound) {
  double sum = 0;
  for (std::size_t a = 0; a < bound.axes.size(); ++a) {
    const auto found = votes.find({bound.unit, a, bound.axes[a]});
    sum += found == votes.end() ? 0 : found->second;
  }
  return sum;
}

void makespan(const std::vector<const std::vector<Bound>*>& work, std::size_t at,
              std::vector<double>& load, double& best) {
  if (*std::max_element(load.begin(), load.end()) >= best) {
    return;
  }
  if (at == work.size()) {
    best = *std::max_element(load.begin(), load.end());
    return;
  }
  for (const auto& bound : *work[at]) {
    auto& own = load[static_cast<std::size_t>(bound.unit)];
    const double before = own;
    own += bound.cycles;
    makespan(work, at + 1, load, best);
    own = before;
  }
}

} // namespace

std::vector<std::vector<Bound>> places(const Facts& facts, const std::vector<Tile>& tiles,
                                       const std::vector<int>& members) {
  std::vector<std::vector<std::vector<Bound>>> ties(facts.einsums.size());
  Votes votes;
  for (const int e : members) {
    const auto& einsum = facts.einsums[static_cast<std::size_t>(e)];
    Placing placing(facts, tiles, einsum);
    for (std::size_t u = 0; u < einsum.work.size(); ++u) {
      if (!einsum.work[u].able) {
        continue;
      }
      auto best = placing.on(static_cast<int>(u));
      for (const auto& bound : best) {
        for (std::size_t a = 0; a < bound.axes.size(); ++a) {
          votes[{bound.unit, a, bound.axes[a]}] += 1.0 / static_cast<double>(best.size());
        }
      }
      ties[static_cast<std::size_t>(e)].push_back(std::move(best));
    }
  }
  std::vector<std::vector<Bound>> chosen(facts.einsums.size());
  for (std::size_t e = 0; e < ties.size(); ++e) {
    for (const auto& same : ties[e]) {
      chosen[e].push_back(
          *std::max_element(same.begin(), same.end(), [&](const Bound& a, const Bound& b) {
            return score(votes, a) < score(votes, b);
          }));
    }
    std::stable_sort(chosen[e].begin(), chosen[e].end(),
                     [](const Bound& a, const Bound& b) { return a.cycles < b.cycles; });
  }
  return chosen;
}

double leastMakespan(const std::vector<std::vector<Bound>>& places, std::size_t units) {
  std::vector<const std::vector<Bound>*> work;
  for (const auto& each : places) {
    if (!each.empty()) {
      work.push_back(&each);
    }
  }
  std::stable_sort(work.begin(), work.end(), [](const auto* a, const auto* b) {
    return a->front().cycles > b->front().cycles;
  });
  std::vector<double> load(units, 0);
  double best = 1e300;
  makespan(work, 0, load, best);
  return best;
}

} // namespace einsight::mappings::mapper
