#include "mappings/mapper/place.hpp"

#include "mappings/lowering/draft.hpp"

#include <algorithm>
#include <bit>

namespace einsight::mappings::mapper {
namespace {

class Placing {
public:
  Placing(const Facts& facts, const std::vector<Tile>& tiles, const EinsumFact& einsum, int masks)
      : facts_(facts), einsum_(einsum), masks_(masks) {
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
    bound.axes.push_back(0);
    extend(bound);
    share(bound, a, 0, 1);
    bound.axes.pop_back();
  }

  /// One rank variable on the axis, or several that fit it together; those from `first` on join
  /// what takes `used` lanes.
  void share(Bound& bound, std::size_t a, int first, std::int64_t used) {
    const auto& axis = unit(bound).axes[a];
    for (int v = first; v < static_cast<int>(nested_.tiles.size()); ++v) {
      const auto lanes = used * nested_.tiles[static_cast<std::size_t>(v)].spatial;
      if (!legal(bound, axis, v) || (bound.axes[a] != 0 && lanes > axis.size)) {
        continue;
      }
      bound.axes[a] |= only(v);
      extend(bound);
      if (lanes < axis.size) {
        share(bound, a, v + 1, lanes);
      }
      bound.axes[a] &= ~only(v);
    }
  }

  bool legal(const Bound& bound, const arch::Axis& axis, int v) const {
    return has(einsum_.variables, v) && nested_.tiles[static_cast<std::size_t>(v)].spatial > 1 &&
           v != einsum_.iterative && (axis.reduces || !has(einsum_.reduced, v)) &&
           !bound.spreads(v);
  }

  void rate(Bound bound) {
    std::vector<Iterations::Factor> passes, points;
    double scale = 1;
    for (int v = 0; v < static_cast<int>(nested_.tiles.size()); ++v) {
      if (!has(einsum_.variables, v)) {
        continue;
      }
      const bool spread = bound.spreads(v);
      const auto spatial = nested_.tiles[static_cast<std::size_t>(v)].spatial;
      passes.push_back({v, spread ? spatial : 1});
      points.push_back({v, 1});
      bound.accumulates = bound.accumulates ||
                          (has(einsum_.reduced, v) && nested_.size(v) > (spread ? spatial : 1));
    }
    for (std::size_t a = 0; a < bound.axes.size(); ++a) {
      const auto size = unit(bound).axes[a].size;
      const auto lanes = lanesOf(bound.axes[a]);
      const std::int64_t turns = (lanes + size - 1) / size;
      scale *= static_cast<double>(turns);
      bound.accumulates =
          bound.accumulates || splitsSums(lanes, lanesOf(bound.axes[a] & einsum_.reduced), size);
    }
    const auto& work = einsum_.work[static_cast<std::size_t>(bound.unit)];
    const Iterations iterations(nested_, loops_, einsum_, masks_);
    bound.cycles = iterations.sum(passes, scale, 1) * work.cycles;
    const double all = iterations.sum(points, 1, 1);
    bound.points = all;
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

  /// Lanes that rank variables take on one axis.
  [[nodiscard]] std::int64_t lanesOf(Variables on) const {
    std::int64_t lanes = 1;
    for (std::size_t v = 0; v < nested_.tiles.size(); ++v) {
      lanes *= has(on, static_cast<int>(v)) ? nested_.tiles[v].spatial : 1;
    }
    return lanes;
  }

  static bool better(const Bound& a, const Bound& b) {
    const auto sharing = [](const Bound& bound) {
      int more = 0; // rank variables beyond the first one of each axis
      for (const auto on : bound.axes) {
        more += std::max(0, std::popcount(on) - 1);
      }
      return more;
    };
    const int ofA = sharing(a);
    const int ofB = sharing(b);
    return std::tie(a.cycles, a.accumulates, ofA) < std::tie(b.cycles, b.accumulates, ofB);
  }

  const Facts& facts_;
  const EinsumFact& einsum_;
  int masks_;
  Nested nested_;
  std::vector<int> loops_;
  std::vector<Bound> best_;
};

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

int skippedMasks(const Facts& facts, int einsum, const std::vector<int>& others, Variables looped) {
  const auto& fact = facts.einsums[static_cast<std::size_t>(einsum)];
  int set = fact.domain;
  for (const int other : others) {
    const auto list = facts.masks->masksOf(facts.einsums[static_cast<std::size_t>(other)].domain);
    for (const int mask : list) {
      Variables deciding = 0;
      for (const auto& [variable, coefficient] : facts.masks->mask(mask).terms) {
        deciding |= only(variable) & looped;
      }
      if (deciding != 0 && (deciding & ~fact.variables) == 0) {
        set = facts.masks->with(set, mask);
      }
    }
  }
  return set;
}

Places::Places(const Facts& facts, const std::vector<Tile>& tiles, const std::vector<int>& members)
    : facts_(&facts), tiles_(tiles), members_(members), own_(facts.einsums.size()) {
  std::vector<Ties> ties;
  for (const int e : members) {
    ties.push_back(tiesOf(e, facts.einsums[static_cast<std::size_t>(e)].domain));
    for (const auto& same : ties.back()) {
      for (const auto& bound : same) {
        for (std::size_t a = 0; a < bound.axes.size(); ++a) {
          votes_[{bound.unit, a, bound.axes[a]}] += 1.0 / static_cast<double>(same.size());
        }
      }
    }
  }
  for (std::size_t i = 0; i < members.size(); ++i) {
    own_[static_cast<std::size_t>(members[i])] = best(ties[i]);
  }
}

const std::vector<Bound>& Places::of(int einsum, int masks) {
  const auto e = static_cast<std::size_t>(einsum);
  if (masks == facts_->einsums[e].domain) {
    return own_[e];
  }
  const auto [at, isNew] = others_.try_emplace({einsum, masks});
  if (isNew) {
    at->second = best(tiesOf(einsum, masks));
  }
  return at->second;
}

Places::Ties Places::tiesOf(int einsum, int masks) const {
  Ties ties;
  const auto& fact = facts_->einsums[static_cast<std::size_t>(einsum)];
  Placing placing(*facts_, tiles_, fact, masks);
  for (std::size_t u = 0; u < fact.work.size(); ++u) {
    if (fact.work[u].able) {
      ties.push_back(placing.on(static_cast<int>(u)));
    }
  }
  return ties;
}

std::vector<Bound> Places::best(const Ties& ties) const {
  const auto score = [&](const Bound& bound) {
    double sum = 0;
    for (std::size_t a = 0; a < bound.axes.size(); ++a) {
      const auto found = votes_.find({bound.unit, a, bound.axes[a]});
      sum += found == votes_.end() ? 0 : found->second;
    }
    return sum;
  };
  std::vector<Bound> chosen;
  for (const auto& same : ties) {
    chosen.push_back(
        *std::max_element(same.begin(), same.end(),
                          [&](const Bound& a, const Bound& b) { return score(a) < score(b); }));
  }
  std::stable_sort(chosen.begin(), chosen.end(),
                   [](const Bound& a, const Bound& b) { return a.cycles < b.cycles; });
  return chosen;
}

int Places::mostMasks(int einsum) const {
  if (!facts_->masked) {
    return facts_->einsums[static_cast<std::size_t>(einsum)].domain;
  }
  Variables looped = 0;
  for (std::size_t v = 0; v < tiles_.size(); ++v) {
    looped |= tiles_[v].values < facts_->sizes[v] ? only(static_cast<int>(v)) : 0;
  }
  for (const int e : members_) { // a loop also with one trip
    const int iterative = facts_->einsums[static_cast<std::size_t>(e)].iterative;
    looped |= iterative < 0 ? 0 : only(iterative);
  }
  return skippedMasks(*facts_, einsum, members_, looped);
}

double leastMakespan(std::vector<const std::vector<Bound>*> work, std::size_t units) {
  std::erase_if(work, [](const auto* list) { return list->empty(); });
  std::stable_sort(work.begin(), work.end(), [](const auto* a, const auto* b) {
    return a->front().cycles > b->front().cycles;
  });
  std::vector<double> load(units, 0);
  double best = 1e300;
  makespan(work, 0, load, best);
  return best;
}

} // namespace einsight::mappings::mapper
