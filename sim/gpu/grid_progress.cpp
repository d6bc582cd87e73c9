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

std::vector<UsedPace> Grid::used() const {
  std::vector<UsedPace> out;
  for (std::size_t residents = 0; residents < known_.size(); ++residents) {
    for (std::size_t kind = 0; kind < known_[residents].size(); ++kind) {
      if (const auto& pace = known_[residents][kind].pace; pace.cycles > 0) {
        out.push_back(
            {static_cast<std::int32_t>(kind), static_cast<std::int64_t>(residents), pace});
      }
    }
  }
  return out;
}

/// Why units stood still, at every pace in proportion to what was done at it.
void Grid::addWaits() {
  for (const auto& kinds : known_) {
    for (const auto& progress : kinds) {
      for (std::size_t unit = 0; unit < 2; ++unit) {
        for (std::size_t w = 0; w < kWaits; ++w) {
          totals_.waits[unit][w] += progress.done * progress.pace.waits[unit][w];
        }
      }
    }
  }
}

} // namespace einsight::sim::gpu
