#include "sim/cycle/at.hpp"
#include "sim/cycle/simulation.hpp"

#include <algorithm>

/// What a simulation tells when it has ended.
namespace einsight::sim {

std::string Simulation::deadlock() const {
  std::string stuck;
  for (std::size_t s = 0; s < state_.cursors.size(); ++s) {
    const auto& cursor = state_.cursors[s];
    if (cursor.frames.empty()) {
      continue;
    }
    const auto& here = item(cursor);
    stuck += stuck.empty() ? "" : "; ";
    stuck += at(schedule_.resources, section_.streams[s].resource).name;
    if (here.kind == Item::Kind::Task) {
      stuck += " waits to do " + at(section_.tasks, here.index).name;
      if (lastUnmet_[s] >= 0) {
        stuck += " until " + at(section_.tasks, at(program_.ports, lastUnmet_[s]).task).name;
      }
    } else {
      stuck += " waits at a barrier";
    }
  }
  return stuck;
}

void Simulation::addTo(Totals& totals) {
  const auto end = now_;
  for (std::size_t r = 0; r < state_.servers.size(); ++r) {
    standStill(static_cast<int>(r), Wait::Idle, end);
    auto& use = totals.resources[r];
    use.busy += state_.statistics.resources[r].busy;
    for (std::size_t w = 0; w < kWaits; ++w) {
      use.waits[w] += state_.statistics.resources[r].waits[w];
    }
  }
  for (std::size_t e = 0; e < totals.einsumBusy.size(); ++e) {
    totals.einsumBusy[e] += state_.statistics.einsumBusy[e];
  }
  const auto longest =
      std::max_element(state_.statistics.streamPaths.begin(), state_.statistics.streamPaths.end(),
                       [](const Path& a, const Path& b) { return sum(a) < sum(b); });
  for (std::size_t i = 0; longest != state_.statistics.streamPaths.end() && i < totals.path.size();
       ++i) {
    totals.path[i] += (*longest)[i];
  }
  if (longest != state_.statistics.streamPaths.end()) { // barriers may follow the last task
    totals.path.back() += end + skipped_ - sum(*longest);
  }
  totals.ticks += end + skipped_;
  totals.skippedTicks += skipped_;
  totals.instances += instances_;
}

} // namespace einsight::sim
