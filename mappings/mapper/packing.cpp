#include "mappings/mapper/shapes.hpp"

#include <algorithm>

/// Short rank variables that share an axis where the array would else stay empty.
namespace einsight::mappings::mapper {
namespace {

/// How much of an axis so many values fill.
enum class Fit { None, Some, Most };

/// On the axis of the machine that they fill best. None where they are too many for every axis.
Fit fit(const arch::Machine& machine, std::int64_t values) {
  auto best = Fit::None;
  for (const auto& unit : machine.units()) {
    for (const auto& axis : unit.axes) {
      if (values <= axis.size) {
        best = std::max(best, 2 * values > axis.size ? Fit::Most : Fit::Some);
      }
    }
  }
  return best;
}

} // namespace

/// Lanes of a unit's axes from one on that an Einsum fills with one rank variable on each, those
/// along which everything moves in tiles of the size of an axis.
double Shapes::lanesOf(const EinsumFact& einsum, const arch::Unit& unit, std::size_t axis,
                       Variables taken) const {
  if (axis == unit.axes.size()) {
    return 1;
  }
  double most = lanesOf(einsum, unit, axis + 1, taken);
  const auto& on = unit.axes[axis];
  for (int v = 0; v < static_cast<int>(facts_.sizes.size()); ++v) {
    const auto size = facts_.sizes[static_cast<std::size_t>(v)];
    const bool may = has(einsum.variables & ~taken, v) && v != einsum.iterative &&
                     (on.reduces || !has(einsum.reduced, v)) &&
                     (roleOf(v) != Role::Batch || size > on.size);
    if (may) {
      most = std::max(most, static_cast<double>(std::min(size, on.size)) *
                                lanesOf(einsum, unit, axis + 1, taken | only(v)));
    }
  }
  return most;
}

/// The Einsum with the most work, and how much of its fastest unit it fills.
Shapes::Heaviest Shapes::heaviest() const {
  Heaviest most;
  for (const int e : members_) {
    Heaviest own{&einsum(e), 1e300, 1};
    const auto points = facts_.points(own.einsum->variables, own.einsum->domain);
    for (std::size_t u = 0; u < own.einsum->work.size(); ++u) {
      if (!own.einsum->work[u].able) {
        continue;
      }
      const auto& unit = facts_.machine.units()[u];
      const double lanes = lanesOf(*own.einsum, unit, 0, 0);
      const double cycles = points * own.einsum->work[u].cycles / lanes;
      if (cycles < own.cycles) {
        own.cycles = cycles;
        own.filled = lanes / static_cast<double>(unit.processingElements());
      }
    }
    most = most.einsum == nullptr || own.cycles > most.cycles ? own : most;
  }
  return most;
}

Variables Shapes::packed() const {
  const auto [einsum, cycles, filled] = heaviest();
  if (einsum == nullptr) {
    return 0;
  }
  std::vector<std::pair<std::int64_t, int>> candidates; // the longest first
  for (int v = 0; filled < 1 && v < static_cast<int>(facts_.sizes.size()); ++v) {
    const auto size = facts_.sizes[static_cast<std::size_t>(v)];
    const auto of = fit(facts_.machine, size);
    const bool may = 2 * filled < 1 ? of != Fit::None : of == Fit::Most;
    if (size > 1 && may && has(einsum->variables, v) && roleOf(v) == Role::Batch) {
      candidates.emplace_back(-size, v);
    }
  }
  std::sort(candidates.begin(), candidates.end());
  Variables set = 0;
  double lanes = filled;
  for (const auto& [size, v] : candidates) {
    if (lanes < 1) {
      set |= only(v);
      lanes *= static_cast<double>(-size);
    }
  }
  return set;
}

} // namespace einsight::mappings::mapper
