#include "sim/cycle/at.hpp"
#include "sim/gpu/grid.hpp"

/// What CTAs do at which pace.
namespace einsight::sim::gpu {

/// The first time that CTAs of a kind go at that pace.
Grid::Progress* Grid::findProgress(std::int32_t kind, std::size_t residents) {
  auto& known = known_[residents];
  if (known.empty()) {
    known.resize(kernel_.kinds.size());
  }
  auto& progress = at(known, kind);
  const auto found = paces_.of(kind, static_cast<std::int64_t>(residents));
  if (!found) {
    problems_ = found.error();
    return nullptr;
  }
  progress.pace = *found;
  progress.l2 = at(traffic_, kind).l2() / progress.pace.cycles;
  return &progress;
}

/// All paces, and what was done at each.
std::vector<UsedPace> Grid::used() const {
  std::vector<UsedPace> out;
  for (std::size_t residents = 0; residents < known_.size(); ++residents) {
    for (std::size_t kind = 0; kind < known_[residents].size(); ++kind) {
      if (const auto& progress = known_[residents][kind]; progress.pace.cycles > 0) {
        out.push_back({static_cast<std::int32_t>(kind), static_cast<std::int64_t>(residents),
                       progress.pace, progress.done});
      }
    }
  }
  return out;
}

} // namespace einsight::sim::gpu
