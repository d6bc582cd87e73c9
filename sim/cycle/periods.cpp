#include "sim/cycle/periods.hpp"

#include "sim/cycle/repetition.hpp"

#include <algorithm>

namespace einsight::sim {
namespace {

/// A loop in which no period was found in so many iterations is not watched any more.
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
  if (frame.epoch >= walk.iterations) {
    return;
  }
  std::size_t loop = 0; // outermost loop whose trip has just ended
  while (!walk.dispatched && frame.epoch % walk.strides[loop] != 0) {
    ++loop;
  }
  const Level level{depth, frame.block, loop, walk.strides[loop]};
  const auto& history = historyOf(level);
  if (history.tried < kHopeless || history.found > 0) {
    due_ = level;
  }
}

Periods::History& Periods::historyOf(const Level& level) {
  auto history = std::find_if(histories_.begin(), histories_.end(), [&](const History& known) {
    return known.level.depth == level.depth && known.level.block == level.block &&
           known.level.loop == level.loop;
  });
  if (history != histories_.end()) {
    return *history;
  }
  histories_.emplace_back().level = level;
  return histories_.back();
}

Skip Periods::observe(State& state, std::int64_t now, Wide skipped, Wide longest) {
  const Level level = *due_;
  due_.reset();
  for (auto& inner : histories_) { // loops inside have started anew
    if (inner.level.depth > level.depth ||
        (inner.level.depth == level.depth &&
         (inner.level.loop > level.loop || inner.level.block != level.block))) {
      inner.seen = inner.kept = 0;
    }
  }
  auto& history = historyOf(level);
  const auto number = static_cast<std::size_t>(&history - histories_.data());
  auto& before = history.snapshot;
  ++history.tried;
  ++history.seen;
  const auto pattern = patternOf(state, now);
  if (history.kept > 0 && before.pattern == pattern) {
    const Repetition repetition(program_, before.state, before.time, state, now);
    const Wide period = now + skipped - before.elapsed;
    const auto most = period > 0 ? longest / period : longest;
    if (const auto times = static_cast<std::int64_t>(std::min<Wide>(repetition.times(), most));
        times > 0) {
      const Skip skip{times, times * period};
      const State after = state;
      Repetition(program_, before.state, before.time, after, now).apply(times, number, state);
      ++history.found;
      history.seen = history.kept = 0;
      return skip;
    }
  }
  if (history.seen >= 2 * history.kept) {
    history.kept = history.seen;
    before.time = now;
    before.elapsed = now + skipped;
    before.pattern = pattern;
    state.statistics.paths.mark(number);
    before.state = state;
  }
  return {};
}

} // namespace einsight::sim
