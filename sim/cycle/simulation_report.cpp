#include "sim/cycle/at.hpp"
#include "sim/cycle/simulation.hpp"

/// What a simulation tells when it has ended.
namespace einsight::sim {

std::string Simulation::deadlock() const {
  std::string stuck;
  for (std::size_t s = 0; s < state_.cursors.size(); ++s) {
    const auto& cursor = state_.cursors[s];
    if (cursor.frames.empty()) {
      continue;
    }
    const auto& frame = cursor.frames.back();
    const auto& here = at(at(section_.blocks, frame.block).items, frame.item);
    stuck += stuck.empty() ? "" : "; ";
    stuck += at(schedule_.resources, section_.streams[s].resource).name;
    if (here.kind == Item::Kind::Task) {
      stuck += " waits to do " + at(section_.tasks, here.index).name;
      if (const int port = walkers_[s].lastUnmet; port >= 0) {
        stuck += " until " + at(section_.tasks, at(program_.ports, port).task).name;
      }
    } else {
      stuck += " waits at a barrier";
    }
  }
  return stuck;
}

/// Tells the probe what the resource does from now on.
void Simulation::show(int resource, std::int64_t now) {
  const auto& server = at(state_.servers, resource);
  if (server.running < 0) {
    probe_->waits(resource, server.wait, now + skipped_);
    return;
  }
  const auto stream = static_cast<std::size_t>(server.running);
  const auto& step = *walkers_[stream].step;
  locate(program_, state_.cursors[stream], scratch_);
  const auto iteration = encode(section_, at(section_.tasks, step.index).loops, scratch_);
  probe_->serves(resource, step.index, iteration, now + skipped_);
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
  const auto& paths = state_.statistics.paths;
  std::size_t longest = 0;
  for (std::size_t s = 1; s < walkers_.size(); ++s) {
    longest = paths.length(Paths::ofStream(s)) > paths.length(longest) ? s : longest;
  }
  for (std::size_t i = 0; !walkers_.empty() && i < totals.path.size(); ++i) {
    totals.path[i] += paths.part(longest, i);
  }
  if (!walkers_.empty()) { // barriers may follow the last task
    totals.path.back() += end + skipped_ - paths.length(longest);
  }
  totals.ticks += end + skipped_;
  totals.skippedTicks += skipped_;
  totals.instances += instances_;
}

} // namespace einsight::sim
