#include "sim/cycle/repetition.hpp"

#include <algorithm>

/// Needs that move with their producer, or were met before.
namespace einsight::sim {
namespace {

/// Iterations of the loops behind a position: what one trip there is worth.
std::int64_t strideAt(const Section& section, const std::vector<int>& loops, std::size_t position) {
  return iterations(section,
                    {loops.begin() + static_cast<std::ptrdiff_t>(position) + 1, loops.end()});
}

} // namespace

std::int64_t Repetition::timesFor(const Program::Need& need, const Window& window) const {
  const auto& section = program_.section;
  const auto& edge = *need.edge;
  const auto& producer = section.tasks[static_cast<std::size_t>(edge.producer)];
  const auto port = static_cast<std::size_t>(need.port);
  std::int64_t lowTrip = window.lowTrip;
  std::int64_t times = kAlways;
  bool moves = true;
  if (edge.lag > 0) {
    const auto position = positionOf(edge.lagLoops, window.loop);
    moves = position != edge.lagLoops.size();
    if (moves) { // stepping back must not carry into loops outside
      const auto stride = strideAt(section, edge.lagLoops, position);
      const auto span = stride * trips(window.loop);
      const auto low = encode(section, edge.lagLoops, window.lowDigits) - edge.lag;
      const auto high = encode(section, edge.lagLoops, window.highDigits) - edge.lag;
      if (low < 0 || low / span != high / span) {
        return 0;
      }
      lowTrip = low / stride % trips(window.loop);
      times = ((low / span + 1) * span - 1 - high) / (stride * window.step);
    }
  }
  std::int64_t slope = 0; // how much more is needed from one period to the next
  for (std::size_t i = 0; moves && i < producer.loops.size(); ++i) {
    const auto& source = edge.sources[i];
    if (source.at == Edge::Source::At::Same && source.loop == window.loop) {
      if (lowTrip < source.shift) {
        return 0;
      }
      slope = strideAt(section, producer.loops, i) * window.step;
    }
  }
  if (slope == after_.ports[port] - before_.ports[port]) {
    return times;
  }
  const auto most = needed(section, edge, window.highDigits);
  if (most > before_.ports[port]) {
    return 0;
  }
  return slope == 0 ? times : std::min(times, (before_.ports[port] - most) / slope);
}

/// A stream that did not move must go on waiting for something that does not come.
std::int64_t Repetition::timesStanding(std::size_t stream) const {
  const auto& cursor = after_.cursors[stream];
  auto times = kAlways;
  if (cursor.frames.empty()) {
    return times;
  }
  const auto& frame = cursor.frames.back();
  const auto& item = program_.section.blocks[static_cast<std::size_t>(frame.block)]
                         .items[static_cast<std::size_t>(frame.item)];
  if (item.kind == Item::Kind::Barrier) {
    const auto b = static_cast<std::size_t>(item.index);
    const auto moved = after_.releases[b] - before_.releases[b];
    const auto own = after_.arrivals[b * after_.cursors.size() + stream];
    return moved == 0 ? times : std::max<std::int64_t>(0, own - 1 - after_.releases[b]) / moved;
  }
  Digits digits(program_.section.loops.size(), 0);
  locate(program_, cursor, digits);
  for (const auto& [edge, number] : program_.needs[static_cast<std::size_t>(item.index)]) {
    const auto port = static_cast<std::size_t>(number);
    const auto missing = needed(program_.section, *edge, digits) - after_.ports[port];
    const auto moved = after_.ports[port] - before_.ports[port];
    if (missing > 0 && moved > 0) {
      times = std::min(times, (missing - 1) / moved);
    }
  }
  return times;
}

} // namespace einsight::sim
