#include "sim/cycle/periods.hpp"

#include "sim/cycle/repetition.hpp"

#include <algorithm>

namespace einsight::sim {
namespace {

constexpr std::size_t kSnapshotsKept = 48;
/// A loop in which no period was found after so many snapshots is not watched any more.
constexpr std::int64_t kHopeless = 512;

/// A hash of what must be equal; only to pass over hopeless pairs quickly.
std::uint64_t patternOf(const State& state, std::int64_t now) {
  std::uint64_t hash = 1469598103934665603ULL;
  const auto mix = [&](std::int64_t value) {
    hash = (hash ^ static_cast<std::uint64_t>(value)) * 1099511628211ULL;
  };
  for (const auto& cursor : state.cursors) {
    mix(static_cast<std::int64_t>(cursor.frames.size()));
    mix(cursor.arrived ? 1 : 0);
    mix(cursor.remaining);
    mix(cursor.ready ? now - cursor.readySince : -1);
    for (const auto& frame : cursor.frames) {
      mix(frame.item);
    }
  }
  for (const auto& server : state.servers) {
    mix(server.running);
    mix(server.running >= 0 ? server.finish - now : -1);
  }
  return hash;
}

} // namespace

Periods::Periods(const Program& program, std::size_t leader) : program_(program), leader_(leader) {}

void Periods::crossed(const Frame& frame, std::size_t depth) {
  const auto& walk = program_.walks[static_cast<std::size_t>(frame.block)];
  if (walk.dispatched || frame.epoch >= walk.iterations) {
    return;
  }
  std::size_t loop = 0; // outermost loop whose trip has just ended
  while (frame.epoch % walk.strides[loop] != 0) {
    ++loop;
  }
  const auto& hopes = hopes_[{depth, loop}];
  if (hopes.tried >= kHopeless && hopes.found == 0) {
    return;
  }
  due_ = Level{depth, frame.block, loop, walk.strides[loop]};
  dueEpoch_ = frame.epoch;
}

Skip Periods::observe(State& state, std::int64_t now, Wide skipped) {
  const Level level = *due_;
  due_.reset();
  auto& hopes = hopes_[{level.depth, level.loop}];
  ++hopes.tried;
  std::erase_if(histories_, [&](const History& history) { // inner loops have started anew
    return history.level.depth > level.depth ||
           (history.level.depth == level.depth && history.level.loop > level.loop);
  });
  auto history = std::find_if(histories_.begin(), histories_.end(), [&](const History& known) {
    return known.level.depth == level.depth && known.level.loop == level.loop;
  });
  if (history == histories_.end() || history->level.block != level.block) {
    histories_.push_back({level, {}});
    history = histories_.end() - 1;
  }
  Snapshot after{now, now + skipped, dueEpoch_, patternOf(state, now), state};
  auto& snapshots = history->snapshots;
  for (auto before = snapshots.rbegin(); before != snapshots.rend(); ++before) {
    if (before->pattern != after.pattern) {
      continue;
    }
    const Repetition repetition(program_, before->state, before->time, after.state, now);
    if (const auto times = repetition.times(); times > 0) {
      repetition.apply(times, state);
      ++hopes.found;
      const Skip skip{times, times * (after.elapsed - before->elapsed)};
      snapshots.clear();
      return skip;
    }
  }
  if (snapshots.size() == kSnapshotsKept) {
    snapshots.erase(snapshots.begin());
  }
  snapshots.push_back(std::move(after));
  return {};
}

} // namespace einsight::sim
