#include "mappings/memory_use.hpp"
#include "tests/generators/mutator.hpp"

namespace einsight::generators {

mappings::Keep* Mutator::anyKeep() {
  std::vector<mappings::Keep*> keeps;
  for (auto* nest : nests_) {
    for (auto& keep : nest->keeps) {
      keeps.push_back(&keep);
    }
  }
  return keeps.empty() ? nullptr : anyOf(keeps);
}

bool Mutator::otherLoopOfKeep() {
  auto* keep = anyKeep();
  if (keep == nullptr) {
    return false;
  }
  std::vector<std::string> places{"run"};
  for (const auto* nest : nests_) {
    places.insert(places.end(), nest->loops.begin(), nest->loops.end());
  }
  keep->per = anyOf(places);
  return done(fmt::format("{} kept in {} per {}", keep->tensor, keep->memory, keep->per), false);
}

bool Mutator::otherTiles() {
  auto* keep = anyKeep();
  if (keep == nullptr) {
    return false;
  }
  keep->tiles = choice(1, 4);
  return done(fmt::format("{} tiles of {} in {}", *keep->tiles, keep->tensor, keep->memory), false);
}

bool Mutator::keepLess() {
  auto* nest = anyOf(nests_);
  if (nest->keeps.empty()) {
    return false;
  }
  const auto which = choice(0, std::ssize(nest->keeps) - 1);
  const auto gone = nest->keeps[static_cast<std::size_t>(which)];
  nest->keeps.erase(nest->keeps.begin() + which);
  return done(fmt::format("{} not kept in {}", gone.tensor, gone.memory), false);
}

bool Mutator::exchangeLoops() {
  auto* nest = anyOf(nests_);
  if (nest->loops.size() < 2) {
    return false;
  }
  const auto which = static_cast<std::size_t>(choice(0, std::ssize(nest->loops) - 2));
  std::swap(nest->loops[which], nest->loops[which + 1]);
  return done(fmt::format("loops {} and {} exchanged", nest->loops[which + 1], nest->loops[which]),
              false);
}

bool Mutator::loopLess() {
  auto* nest = anyOf(nests_);
  if (nest->loops.empty()) {
    return false;
  }
  const auto which = choice(0, std::ssize(nest->loops) - 1);
  const auto gone = nest->loops[static_cast<std::size_t>(which)];
  nest->loops.erase(nest->loops.begin() + which);
  return done(fmt::format("no loop {}", gone), false);
}

bool Mutator::loopTwice() {
  auto* nest = anyOf(nests_);
  if (nest->loops.empty()) {
    return false;
  }
  nest->loops.push_back(anyOf(nest->loops));
  return done(fmt::format("loop {} twice", nest->loops.back()), true);
}

bool Mutator::exchangeSections() {
  auto& sections = mutation_.mapping.sections;
  if (sections.size() < 2) {
    return false;
  }
  const auto which = static_cast<std::size_t>(choice(0, std::ssize(sections) - 2));
  const auto linesOf = [&](const Nest& nest) {
    std::vector<const Line*> lines;
    for (const auto& place : places_) {
      if (place.nest == &nest) {
        lines.push_back(&place.line());
      }
    }
    return lines;
  };
  bool illegal = false;
  for (const auto* maker : linesOf(sections[which].nest)) {
    for (const auto* reader : linesOf(sections[which + 1].nest)) {
      illegal = illegal || needs(*reader, *maker);
    }
  }
  std::swap(sections[which], sections[which + 1]);
  return done(
      fmt::format("sections {} and {} exchanged", sections[which + 1].name, sections[which].name),
      illegal);
}

bool Mutator::otherSize() {
  auto& sizes = mutation_.mapping.sizes;
  if (sizes.empty()) {
    return false;
  }
  auto size = std::next(sizes.begin(), choice(0, std::ssize(sizes) - 1));
  const auto trips = between(1, 9);
  size->second = {core::Expression::constant(core::Rational(trips)), {}, size->second.where};
  return done(fmt::format("{} is {}", size->first, trips), false);
}

/// Masked tiles are left out where they were not, or the other way round.
bool Mutator::otherSkips() {
  auto* nest = anyOf(nests_);
  nest->skipMasked = !nest->skipMasked;
  return done(fmt::format("masked tiles {}", nest->skipMasked ? "left out" : "not left out"),
              false);
}

/// A byte, or a word, less than what is kept.
bool Mutator::lessRoom() {
  const auto& memories = legal_.machine().memories();
  const auto& memory = memories[static_cast<std::size_t>(choice(1, std::ssize(memories) - 1))];
  const auto used = mappings::MemoryUse(legal_.plan(), legal_.cascade(), memory).bytes();
  const bool fits = std::any_of(mutation_.mapping.sizes.begin(), mutation_.mapping.sizes.end(),
                                [](const auto& size) { return size.second.fit.has_value(); });
  if (used < 4 || fits) {
    return false;
  }
  auto& machine = mutation_.machine;
  (memory.kind == arch::Memory::Kind::Buffer ? machine.bufferBytes
   : memory.unit == "array_2d"               ? machine.words2d
                                             : machine.words1d) =
      memory.kind == arch::Memory::Kind::Buffer ? used - 1 : (used - 1) / 2;
  return done(fmt::format("{} holds less than {} bytes", memory.name, used), true);
}

} // namespace einsight::generators
