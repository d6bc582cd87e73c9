#include "mappings/node_waits.hpp"

#include "mappings/verification/order.hpp"

#include <algorithm>
#include <ranges>

namespace einsight::mappings {
namespace {

constexpr std::int64_t kMostMoments = 729;
constexpr std::int64_t kLong = std::int64_t{1} << 40; ///< iterations

std::size_t at(int number) {
  return static_cast<std::size_t>(number);
}

/// How the Einsum is pinned to a trip of the loop, if it is.
const std::pair<int, bool>* pinOf(const LeafPlan& leaf, int loop) {
  const auto pin = std::find_if(leaf.pins.begin(), leaf.pins.end(),
                                [&](const auto& each) { return each.first == loop; });
  return pin == leaf.pins.end() ? nullptr : &*pin;
}

} // namespace

NodeWaits::NodeWaits(const SectionPlan& section, int node, Trips trips)
    : section_(section), node_(node), plan_(section.nodes[at(node)]), trips_(trips),
      groupOf_(section.leaves.size(), -1), removed_(section.leaves.size(), false) {
  addGroups();
  addReadings();
  addLoops();
}

void NodeWaits::remove(const Circle& circle) {
  for (const auto& group : circle.groups) {
    for (const int leaf : group.leaves) {
      removed_[at(leaf)] = true;
    }
  }
}

void NodeWaits::addGroups() {
  for (std::size_t phase = 0; phase < plan_.phases.size(); ++phase) {
    for (const int line : plan_.phases[phase]) {
      const auto first = groups_.size();
      for (std::size_t l = 0; l < section_.leaves.size(); ++l) {
        const auto& leaf = section_.leaves[l];
        if (line >= 0 ? line != static_cast<int>(l) : !section_.inside(leaf.node, -1 - line)) {
          continue;
        }
        auto group = first;
        while (group < groups_.size() && groups_[group].units.front() != leaf.unit) {
          ++group;
        }
        if (group == groups_.size()) {
          const int stage = line >= 0 ? leaf.stage : section_.nodes[at(-1 - line)].stage;
          groups_.push_back({line, phase, stage, {leaf.unit}, {}});
          stages_.insert(stage);
        }
        groups_[group].leaves.push_back(static_cast<int>(l));
        groupOf_[l] = static_cast<int>(group);
      }
    }
  }
}

void NodeWaits::addReadings() {
  for (std::size_t r = 0; r < section_.leaves.size(); ++r) {
    const auto& reader = section_.leaves[r];
    for (const auto* access : accesses(*reader.einsum, "")) {
      const auto* maker = section_.producer(access->tensor);
      const auto m = maker == nullptr ? r : static_cast<std::size_t>(maker - &section_.leaves[0]);
      if (groupOf_[r] >= 0 && groupOf_[m] >= 0 && groupOf_[r] != groupOf_[m]) {
        addReading(static_cast<int>(m), static_cast<int>(r), *access);
      }
    }
  }
}

void NodeWaits::addReading(int m, int r, const einsum::Access& access) {
  const auto& maker = section_.leaves[at(m)];
  const auto need = orderNeed(section_, maker, section_.leaves[at(r)], access);
  const auto iterative = std::find_if(plan_.path.begin(), plan_.path.end(), [&](int loop) {
    return maker.einsum->iterative == section_.loops[at(loop)].variable;
  });
  if (groups_[at(groupOf_[at(m)])].line == groups_[at(groupOf_[at(r)])].line) {
    if (need.stages < kFurtherOut || iterative == plan_.path.end()) {
      readings_.push_back({m, r, -1, 0}); // at any distance inside the nest
    }
  } else if (const bool fixed = need.shift == 0 || trips_ == Trips::Known;
             need.holds(0) &&
             (fixed ? epochs(section_, need) == 0 : trips_ == Trips::Any && need.stages <= 0)) {
    readings_.push_back({m, r, need.shift == 0 ? -1 : *iterative, need.shift});
  }
}

/// Loops that are too long for what is looked at here are cut: only ends and middle matter.
void NodeWaits::addLoops() {
  std::int64_t stride = 1;
  for (const int loop : std::views::reverse(plan_.loops)) {
    const bool pinned =
        moments_ < kMostMoments &&
        std::any_of(section_.leaves.begin(), section_.leaves.end(), [&](const LeafPlan& leaf) {
          return section_.inside(leaf.node, node_) && pinOf(leaf, loop) != nullptr;
        });
    const auto longest = stride < kLong ? 256 : stride < kLong << 20 ? 2 : 1;
    const auto trips = trips_ == Trips::Known
                           ? std::clamp<std::int64_t>(section_.loops[at(loop)].trips, 1, longest)
                           : 2;
    loops_.push_back({loop, trips, stride, pinned});
    moments_ *= pinned ? 3 : 1;
    stride *= trips;
  }
  iterations_ = stride;
}

std::int64_t NodeWaits::iterationAt(std::int64_t moment) const {
  const auto others = moment % 3;
  moment /= 3;
  std::int64_t iteration = 0;
  for (const auto& loop : loops_) {
    const auto place = loop.pinned ? moment % 3 : others;
    moment /= loop.pinned ? 3 : 1;
    iteration += place * (loop.trips - 1) / 2 * loop.stride;
  }
  return iteration;
}

std::vector<bool> NodeWaits::running(std::int64_t epoch, int stage) const {
  std::vector<bool> runs(section_.leaves.size() + readings_.size(), false);
  for (std::size_t l = 0; l < section_.leaves.size(); ++l) {
    if (groupOf_[l] < 0 || removed_[l]) {
      continue;
    }
    const auto own = groups_[at(groupOf_[l])].stage;
    const auto iteration = epoch - own;
    runs[l] =
        iteration >= 0 && iteration < iterations_ && (trips_ != Trips::Whatever || own == stage);
    for (const auto& loop : loops_) {
      const auto* pin = pinOf(section_.leaves[l], loop.number);
      runs[l] = runs[l] && (pin == nullptr || iteration / loop.stride % loop.trips ==
                                                  (pin->second ? loop.trips - 1 : 0));
    }
  }
  for (std::size_t i = 0; i < readings_.size(); ++i) {
    const auto& reading = readings_[i];
    bool made = true; // else what it reads is the initial value
    for (const auto& loop : loops_) {
      const auto iteration = epoch - groups_[at(groupOf_[at(reading.reader)])].stage;
      made = made &&
             (loop.number != reading.loop || iteration / loop.stride % loop.trips >= reading.shift);
    }
    runs[section_.leaves.size() + i] = made && runs[at(reading.maker)] && runs[at(reading.reader)];
  }
  return runs;
}

} // namespace einsight::mappings
