#pragma once
#include "einsum/analysis.hpp"
#include "tests/generators/draw.hpp"
#include "tests/generators/groups.hpp"
#include "tests/generators/mutation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace einsight::generators {

using mappings::Line;
using mappings::Nest;

/// A line with an Einsum, and where it stands.
struct Place {
  Nest* nest;
  std::size_t phase, index;
  [[nodiscard]] Line& line() const { return nest->phases[phase].lines[index]; }
};

/// Draws one change of a copy of a legal mapping; see drawMutation().
class Mutator {
public:
  Mutator(const Case& drawn, const mappings::VerifiedMapping& legal)
      : legal_(legal), mutation_{"", false, legal.mapping(), drawn.machine} {
    for (auto& section : mutation_.mapping.sections) {
      collect(section.nest);
    }
  }

  std::optional<Mutation> draw() {
    using Change = bool (Mutator::*)();
    static constexpr std::array kChanges{
        &Mutator::drop,       &Mutator::duplicate,        &Mutator::exchangeLines,
        &Mutator::otherUnit,  &Mutator::otherAxis,        &Mutator::spreadTwice,
        &Mutator::otherStage, &Mutator::otherLoopOfKeep,  &Mutator::otherTiles,
        &Mutator::keepLess,   &Mutator::exchangeLoops,    &Mutator::loopLess,
        &Mutator::loopTwice,  &Mutator::exchangeSections, &Mutator::otherSize,
        &Mutator::lessRoom,   &Mutator::otherSkips};
    const Change change = kChanges[static_cast<std::size_t>(choice(0, std::ssize(kChanges) - 1))];
    return (this->*change)() ? std::optional(std::move(mutation_)) : std::nullopt;
  }

private:
  void collect(Nest& nest) {
    nests_.push_back(&nest);
    for (std::size_t p = 0; p < nest.phases.size(); ++p) {
      for (std::size_t i = 0; i < nest.phases[p].lines.size(); ++i) {
        auto& line = nest.phases[p].lines[i];
        if (line.nest.empty()) {
          places_.push_back({&nest, p, i});
        } else {
          collect(line.nest.front());
        }
      }
    }
  }

  bool done(std::string label, bool illegal) {
    mutation_.label = std::move(label);
    mutation_.illegal = illegal;
    return true;
  }

  /// Does the reader take this iteration's value of what the maker makes?
  [[nodiscard]] bool needs(const Line& reader, const Line& maker) const {
    const auto& cascade = legal_.cascade();
    const auto* made = cascade.einsum(maker.einsum);
    const auto* read = cascade.einsum(reader.einsum);
    return made != nullptr && read != nullptr && made != read && !made->iterative &&
           sources(*read, cascade).count(made->name) > 0;
  }

  [[nodiscard]] mappings::Binding& binding(const std::string& einsum) {
    return *std::find_if(mutation_.mapping.bindings.begin(), mutation_.mapping.bindings.end(),
                         [&](const auto& one) { return one.einsum == einsum; });
  }

  bool drop() {
    const auto& place = anyOf(places_);
    const auto name = place.line().einsum;
    auto& lines = place.nest->phases[place.phase].lines;
    lines.erase(lines.begin() + static_cast<std::ptrdiff_t>(place.index));
    return done(fmt::format("line of {} dropped", name), true);
  }

  bool duplicate() {
    const auto& place = anyOf(places_);
    const auto copy = place.line();
    auto& lines = anyOf(nests_)->phases.front().lines;
    lines.insert(lines.begin() + choice(0, std::ssize(lines)), copy);
    return done(fmt::format("a second line of {}", copy.einsum), true);
  }

  bool exchangeLines() {
    const auto first = anyOf(places_);
    const auto second = anyOf(places_);
    if (first.nest != second.nest || first.phase > second.phase ||
        (first.phase == second.phase && first.index >= second.index)) {
      return false;
    }
    const bool together = first.line().stage == second.line().stage &&
                          (first.phase != second.phase ||
                           binding(first.line().einsum).unit == binding(second.line().einsum).unit);
    const bool illegal = together && needs(second.line(), first.line());
    std::swap(first.line(), second.line());
    return done(
        fmt::format("lines of {} and {} exchanged", second.line().einsum, first.line().einsum),
        illegal);
  }

  bool otherUnit() {
    auto& bound = binding(anyOf(places_).line().einsum);
    std::vector<const arch::Unit*> others;
    for (const auto& unit : legal_.machine().units()) {
      if (unit.name != bound.unit) {
        others.push_back(&unit);
      }
    }
    const auto& unit = *anyOf(others);
    bound.unit = unit.name;
    if (oneIn(2)) {
      bound.spatial.clear();
    }
    const auto counts = einsum::operationsPerPoint(*legal_.cascade().einsum(bound.einsum));
    const bool lacks = std::any_of(counts.begin(), counts.end(), [&](const auto& count) {
      return unit.operation(count.op) == nullptr;
    });
    return done(fmt::format("{} on {}", bound.einsum, unit.name), lacks || !bound.spatial.empty());
  }

  bool otherAxis() {
    auto& bound = binding(anyOf(places_).line().einsum);
    const auto& axes = legal_.machine().unit(bound.unit)->axes;
    if (bound.spatial.empty() || axes.size() < 2) {
      return false;
    }
    const auto from = bound.spatial.begin()->first;
    const auto to = from == axes[0].name ? axes[1].name : axes[0].name;
    std::swap(bound.spatial[from], bound.spatial[to]);
    return done(fmt::format("axes of {} exchanged", bound.einsum), false);
  }

  bool spreadTwice() {
    auto& bound = binding(anyOf(places_).line().einsum);
    if (bound.spatial.empty() || bound.spatial.begin()->second.empty()) {
      return false;
    }
    const auto name = bound.spatial.begin()->second.front();
    const auto& axes = legal_.machine().unit(bound.unit)->axes;
    bound.spatial[anyOf(axes).name].push_back(name);
    return done(fmt::format("{} of {} spread twice", name, bound.einsum), true);
  }

  bool otherStage() {
    const auto& place = anyOf(places_);
    auto& line = place.line();
    line.stage = static_cast<int>(choice(0, 3));
    const bool illegal = std::any_of(places_.begin(), places_.end(), [&](const Place& other) {
      return other.nest == place.nest &&
             ((line.stage < other.line().stage && needs(line, other.line())) ||
              (other.line().stage < line.stage && needs(other.line(), line)));
    });
    return done(fmt::format("{} at stage {}", line.einsum, line.stage), illegal);
  }

  // Of tiles, loops, sections and sizes: mutation_tiles.cpp.
  mappings::Keep* anyKeep();
  bool otherLoopOfKeep();
  bool otherTiles();
  bool keepLess();
  bool exchangeLoops();
  bool loopLess();
  bool loopTwice();
  bool exchangeSections();
  bool otherSize();
  bool lessRoom();
  bool otherSkips();

  const mappings::VerifiedMapping& legal_;
  Mutation mutation_;
  std::vector<Nest*> nests_;
  std::vector<Place> places_;
};

} // namespace einsight::generators
