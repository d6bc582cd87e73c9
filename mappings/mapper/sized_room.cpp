#include "mappings/mapper/sized_room.hpp"

#include "mappings/storage.hpp"
#include "mappings/verification/order.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace einsight::mappings::sized {
namespace {

/// Larger than any memory; what does not fit it is not counted exactly.
constexpr double kHuge = 4e18;

/// As boxElements(), one window per rank of the tensor.
std::vector<Window> boxOf(const einsum::Cascade& cascade, const Plan& plan,
                          const SectionPlan& section, const Footprint& print,
                          const PartTable& table) {
  const auto* maker = cascade.einsum(print.access->tensor);
  const auto iterative = maker != nullptr ? maker->iterative : std::nullopt;
  const auto fixed = [&](const Part& part) {
    return std::any_of(
               print.leftOut.begin(), print.leftOut.end(),
               [&](const auto& name) { return name == part.name || name == part.variable; }) ||
           std::any_of(print.fixed.begin(), print.fixed.end(), [&](int loop) {
             return section.loops[static_cast<std::size_t>(loop)].name == part.name;
           });
  };
  std::vector<Window> box;
  const auto& shape = cascade.tensor(print.access->tensor)->shape;
  for (std::size_t d = 0; d < print.access->indices.size(); ++d) {
    Window window{shape[d], {}};
    for (const auto& [variable, coefficient] : print.access->indices[d].terms) {
      if (iterative == variable) {
        continue;
      }
      Window::Step step{std::abs(coefficient), cascade.size(variable), {}};
      for (const auto& part : plan.parts.at(variable)) {
        if (!fixed(part)) {
          step.inside.push_back(table.find(part.name));
        }
      }
      window.steps.push_back(std::move(step));
    }
    box.push_back(std::move(window));
  }
  return box;
}

} // namespace

RoomCost::RoomCost(const einsum::Cascade& cascade, const arch::Machine& machine, const Plan& plan,
                   const PartTable& table) {
  const auto& memories = machine.memories();
  for (const auto& memory : memories) {
    capacities_.push_back(memory.capacity);
  }
  for (const auto& section : plan.sections) {
    const auto partsOf = [&](const std::vector<int>& loops) {
      std::vector<int> parts;
      for (const int loop : loops) {
        parts.push_back(table.find(section.loops[static_cast<std::size_t>(loop)].name));
      }
      return parts;
    };
    sections_.emplace_back();
    for (const auto& keep : section.keeps) {
      const auto print = footprint(section, keep, cascade);
      if (!print || !keep.keep->shares.empty()) {
        continue;
      }
      const auto share = (core::Rational(1) - keep.spill) *
                         core::Rational(cascade.tensor(keep.keep->tensor)->bits, 8);
      const auto& counted = keep.keep->countedTiles;
      sections_.back().push_back({static_cast<int>(keep.memory - memories.data()),
                                  boxOf(cascade, plan, section, *print, table),
                                  partsOf(print->divided), share.numerator(), share.denominator(),
                                  counted.value_or(keep.keep->tiles.value_or(1)),
                                  counted ? 0 : print->lag + 1});
    }
    for (const auto& need : sizedNeeds(section)) {
      needs_.push_back({need.stages, need.shift, partsOf(need.inner), need.listedAfter});
    }
  }
}

std::int64_t RoomCost::bytes(const Held& held, const PartTable& table) {
  std::int64_t count = 1;
  double size = 1;
  for (const auto& window : held.box) {
    const auto along = elements(window, table);
    size *= static_cast<double>(along);
    count *= size < kHuge / 1024 ? along : 1;
  }
  const auto slots = std::max(table.product(held.divided) * held.tiles, held.least);
  if (size * static_cast<double>(held.bits) * static_cast<double>(slots) >= kHuge) {
    return static_cast<std::int64_t>(kHuge);
  }
  return slots * ((count * held.bits + held.per - 1) / held.per);
}

void RoomCost::evaluate(const PartTable& table, Evaluation& evaluation) const {
  std::fill(evaluation.used.begin(), evaluation.used.end(), 0);
  std::vector<std::int64_t>& most = evaluation.used;
  for (const auto& section : sections_) {
    for (std::size_t m = 0; m < most.size(); ++m) {
      double sum = 0;
      for (const auto& held : section) {
        sum += held.memory == static_cast<int>(m) ? static_cast<double>(bytes(held, table)) : 0;
      }
      most[m] = std::max(most[m], static_cast<std::int64_t>(std::min(sum, kHuge)));
    }
  }
  evaluation.fits = true;
  for (std::size_t m = 0; m < most.size(); ++m) {
    evaluation.fits = evaluation.fits && (!capacities_[m] || most[m] <= *capacities_[m]);
  }
  evaluation.ordered = true;
  for (const auto& need : needs_) {
    const OrderNeed rule{0, 0, {}, need.listedAfter};
    evaluation.ordered =
        evaluation.ordered && rule.holds(need.stages + need.shift * table.product(need.inner));
  }
}

} // namespace einsight::mappings::sized
