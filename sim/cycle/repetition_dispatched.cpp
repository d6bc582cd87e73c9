#include "sim/cycle/repetition.hpp"

#include <algorithm>

/// Periods in which slots take dispatched iterations.
namespace einsight::sim {
namespace {

/// Where all loops with more than one trip stand side by side in a list, in their order: position
/// behind the last of them. The list's size + 1 if only some are there or otherwise, 0 if none.
std::size_t behindAll(const Section& section, const std::vector<int>& list,
                      const std::vector<int>& loops) {
  std::vector<int> wanted;
  for (const int loop : loops) {
    if (section.loops[static_cast<std::size_t>(loop)].trips > 1) {
      wanted.push_back(loop);
    }
  }
  std::size_t known = 0;
  std::size_t behind = 0;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (section.loops[static_cast<std::size_t>(list[i])].trips == 1) {
      continue;
    }
    if (std::find(wanted.begin(), wanted.end(), list[i]) == wanted.end()) {
      if (known > 0 && known < wanted.size()) {
        return list.size() + 1;
      }
      continue;
    }
    if (known == wanted.size() || list[i] != wanted[known]) {
      return list.size() + 1;
    }
    behind = i + 1;
    ++known;
  }
  return known == 0 || known == wanted.size() ? behind : list.size() + 1;
}

/// Does an extent or a guard of the task look at the loop?
bool looksAt(const Section& section, const Task& task, int loop) {
  const auto among = [&](const std::vector<LoopTerm>& terms) {
    return std::any_of(terms.begin(), terms.end(), [&](const LoopTerm& term) {
      return term.loop == loop && term.coefficient != 0;
    });
  };
  const auto inExtent = [&](int extent) {
    return among(section.extents[static_cast<std::size_t>(extent)].terms);
  };
  const auto inAmount = [&](const Amount& amount) {
    return std::any_of(amount.factors.begin(), amount.factors.end(),
                       [&](const Amount::Factor& factor) { return inExtent(factor.extent); });
  };
  return std::any_of(task.extents.begin(), task.extents.end(), inExtent) || inAmount(task.ticks) ||
         std::any_of(task.guards.begin(), task.guards.end(), [&](const Guard& guard) {
           return among(guard.terms) ||
                  std::any_of(guard.spans.begin(), guard.spans.end(),
                              [&](const Guard::Span& span) { return inExtent(span.extent); });
         });
}

} // namespace

/// A slot that took no iteration works on the same ones; else each of those it works on must be as
/// far behind the next one of all slots as it was, and every stream of the slot must have moved
/// with it.
bool Repetition::sameTickets() const {
  for (std::size_t s = 0; s < after_.cursors.size(); ++s) {
    const int slot = program_.section.streams[s].slot;
    if (slot < 0 || after_.cursors[s].frames.empty() || before_.cursors[s].frames.empty()) {
      continue;
    }
    const auto& was = before_.slots[static_cast<std::size_t>(slot)];
    const auto& is = after_.slots[static_cast<std::size_t>(slot)];
    const auto own = is.count() - was.count();
    const auto from = before_.cursors[s].frames.front().epoch;
    if (after_.cursors[s].frames.front().epoch - from != own) {
      return false;
    }
    for (auto ordinal = from; own > 0 && ordinal < was.count(); ++ordinal) {
      if (is.at(ordinal + own) - was.at(ordinal) != taken()) {
        return false;
      }
    }
  }
  return true;
}

/// A stream whose slot took iterations: as long as there are enough of them, and none of those from
/// the first of the period on differs in what a task reads.
std::int64_t Repetition::timesDispatched(std::size_t stream, const Motion& motion) const {
  const auto& section = program_.section;
  const auto& root = after_.cursors[stream].frames.front();
  const auto& walk = program_.walks[static_cast<std::size_t>(root.block)];
  const auto& loops = section.blocks[static_cast<std::size_t>(root.block)].loops;
  const auto slot = static_cast<std::size_t>(section.streams[stream].slot);
  if (motion.frame != 0 || !sameBarriers(stream, walk.barriers)) {
    return 0;
  }
  const auto ordinal = before_.cursors[stream].frames.front().epoch;
  const auto low = before_.slots[slot].at(ordinal);
  const auto high = after_.slots[slot].at(root.epoch);
  Digits lowDigits(section.loops.size(), 0);
  Digits highDigits;
  for (const auto& loop : section.loops) {
    highDigits.push_back(loop.trips - 1);
  }
  decode(section, loops, ordinal, lowDigits);
  decode(section, loops, root.epoch, highDigits);
  auto times = (walk.iterations - after_.nextTicket) / taken();
  for (const int index : walk.tasks) {
    const auto& task = section.tasks[static_cast<std::size_t>(index)];
    times = std::min(times, timesDispatched(task, loops, low, high));
    for (const auto& need : program_.needs[static_cast<std::size_t>(index)]) {
      if (!movesAlong(need, loops, motion.step, lowDigits, highDigits)) {
        return 0;
      }
    }
  }
  return times;
}

/// Periods until what the task reads of extents and guards may change; `low` and `high` are the
/// first and the last dispatched iteration of the period observed.
std::int64_t Repetition::timesDispatched(const Task& task, const std::vector<int>& loops,
                                         std::int64_t low, std::int64_t high) const {
  const auto& section = program_.section;
  std::int64_t stride = iterations(section, loops);
  std::size_t innermost = loops.size(); // of the loops that it looks at
  std::int64_t strideThere = 1;
  for (std::size_t i = 0; i < loops.size(); ++i) {
    stride /= trips(loops[i]);
    if (trips(loops[i]) > 1 && looksAt(section, task, loops[i])) {
      innermost = i;
      strideThere = stride;
    }
  }
  if (innermost == loops.size()) {
    return kAlways;
  }
  const int loop = loops[innermost];
  const auto position = positionOf(task.loops, loop);
  const auto span = strideThere * trips(loop);
  if (position == task.loops.size() || low / span != high / span) {
    return 0;
  }
  Digits digits(section.loops.size(), 0);
  decode(section, loops, low, digits);
  const auto until = constantUntil(section, task, position, digits);
  const auto end = low / span * span + (until + 1) * strideThere; // the first that may differ
  return end <= high ? 0 : (end - 1 - high) / taken();
}

/// Does the need grow with its producer's count when the slot's iterations go on by `step`, or was
/// all that is needed there before the period began?
bool Repetition::movesAlong(const Program::Need& need, const std::vector<int>& loops,
                            std::int64_t step, const Digits& low, const Digits& high) const {
  const auto& section = program_.section;
  const auto& edge = *need.edge;
  const auto& producer = section.tasks[static_cast<std::size_t>(edge.producer)];
  if (edge.lag > 0) {
    const auto behind = behindAll(section, edge.lagLoops, loops);
    if (behind > edge.lagLoops.size() ||
        (behind > 0 && encode(section, edge.lagLoops, low) < edge.lag)) {
      return false;
    }
  }
  std::vector<int> taken; // the loops whose counters make the producer's
  for (std::size_t i = 0; i < producer.loops.size(); ++i) {
    const auto& source = edge.sources[i];
    const bool same = source.at == Edge::Source::At::Same;
    taken.push_back(same ? source.loop : producer.loops[i]);
    const bool dispatched = std::find(loops.begin(), loops.end(), taken.back()) != loops.end();
    if (trips(producer.loops[i]) > 1 && dispatched &&
        (!same || source.shift != 0 || source.loop != producer.loops[i])) {
      return false;
    }
  }
  const auto behind = behindAll(section, taken, loops);
  if (behind > taken.size()) {
    return false;
  }
  const auto grown = after_.ports[static_cast<std::size_t>(need.port)] -
                     before_.ports[static_cast<std::size_t>(need.port)];
  const auto slope =
      behind == 0 ? 0
                  : step * iterations(section,
                                      {producer.loops.begin() + static_cast<std::ptrdiff_t>(behind),
                                       producer.loops.end()});
  return slope == grown || (slope == 0 && needed(section, edge, high) <=
                                              before_.ports[static_cast<std::size_t>(need.port)]);
}

} // namespace einsight::sim
