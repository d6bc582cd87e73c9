#include "mappings/mapper/bounds.hpp"

#include "mappings/mapper/place.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace einsight::mappings::mapper {
namespace {

/// Lanes of a unit that an Einsum can use at most.
double mostLanes(const Facts& facts, const EinsumFact& einsum, const arch::Unit& unit) {
  double lanes = 1;
  for (const auto& axis : unit.axes) {
    std::int64_t most = 1;
    for (int v = 0; v < static_cast<int>(facts.sizes.size()); ++v) {
      const bool may = has(einsum.variables, v) && v != einsum.iterative &&
                       (axis.reduces || !has(einsum.reduced, v));
      const auto values = std::min(axis.size, facts.sizes[static_cast<std::size_t>(v)]);
      most = may ? std::min(axis.size, most * values) : most;
    }
    lanes *= static_cast<double>(most);
  }
  return lanes;
}

bool member(const std::vector<int>& members, int einsum) {
  return std::find(members.begin(), members.end(), einsum) != members.end();
}

/// Elements that an access touches in the whole run, at least.
double elementsOf(const Facts& facts, const AccessFact& access, int masks) {
  if (masks != 0) {
    Variables plain = 0;
    for (const auto& index : access.indices) {
      if (index.plain < 0 && !index.replaced) {
        return 0;
      }
      plain |= index.replaced ? 0 : only(index.plain);
    }
    return facts.points(plain, masks);
  }
  double elements = 1;
  for (const auto& index : access.indices) {
    std::int64_t span = 1;
    for (const auto& [variable, coefficient] : index.terms) {
      span += std::abs(coefficient) * (facts.sizes[static_cast<std::size_t>(variable)] - 1);
    }
    elements *= index.replaced ? 1 : static_cast<double>(std::min(span, index.shape));
  }
  return elements;
}

/// Masks of any of the members: what may be skipped at most.
int masksOf(const Facts& facts, const std::vector<int>& members) {
  int all = 0;
  for (const int e : members) {
    all = facts.masks->both(all, facts.einsums[static_cast<std::size_t>(e)].domain);
  }
  return all;
}

} // namespace

Least leastOf(const Facts& facts, const std::vector<int>& members) {
  Least least;
  std::vector<std::vector<Bound>> places(members.size());
  std::vector<bool> read(facts.tensors.size(), false);
  const auto& dram = facts.memories.front();
  const auto access = static_cast<double>(facts.machine.memories().front().accessBytes);
  double bytes = 0;
  const auto move = [&](const AccessFact& what, int masks, double picojoules) {
    const auto bits = facts.tensors[static_cast<std::size_t>(what.tensor)].tensor->bits;
    const double moved = elementsOf(facts, what, masks) * bits / 8;
    bytes += moved;
    least.picojoules += moved / access * picojoules;
  };
  const int all = masksOf(facts, members);
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto& einsum = facts.einsums[static_cast<std::size_t>(members[i])];
    const double points = facts.points(einsum.variables, all);
    double energy = std::numeric_limits<double>::infinity();
    for (std::size_t u = 0; u < einsum.work.size(); ++u) {
      const auto& work = einsum.work[u];
      if (work.able) {
        Bound bound;
        bound.unit = static_cast<int>(u);
        bound.cycles = points * work.cycles / mostLanes(facts, einsum, facts.machine.units()[u]);
        places[i].push_back(bound);
        energy = std::min(energy, points * work.picojoules);
      }
    }
    least.picojoules += energy;
    if (!facts.exact) {
      continue;
    }
    for (const auto& input : einsum.reads) {
      const auto t = static_cast<std::size_t>(input.tensor);
      const bool plain = std::all_of(input.indices.begin(), input.indices.end(),
                                     [](const IndexFact& index) { return index.plain >= 0; });
      if (!read[t] && plain && einsum.clips.empty() && !member(members, facts.tensors[t].maker)) {
        read[t] = true;
        move(input, einsum.domain, dram.readPicojoules);
      }
    }
    const auto& made = facts.tensors[static_cast<std::size_t>(einsum.output.tensor)];
    const bool leaves =
        made.tensor->result || std::any_of(made.readers.begin(), made.readers.end(),
                                           [&](int reader) { return !member(members, reader); });
    if (leaves && einsum.clips.empty()) {
      move(einsum.output, einsum.domain, dram.writePicojoules);
    }
  }
  std::vector<const std::vector<Bound>*> work;
  for (const auto& each : places) {
    work.push_back(&each);
  }
  least.cycles = leastMakespan(std::move(work), facts.machine.units().size());
  if (dram.bytesPerCycle > 0) {
    least.cycles = std::max(least.cycles, bytes / dram.bytesPerCycle);
  }
  return least;
}

} // namespace einsight::mappings::mapper
