#include "mappings/mapper/sections.hpp"

#include "mappings/mapper/shapes.hpp"

#include <algorithm>

namespace einsight::mappings::mapper {
namespace {

/// One choice of tiles, with what it costs at least.
struct Ranked {
  Cuts cuts;
  std::vector<std::vector<Bound>> places;
  double cycles = 0;
  double picojoules = 0;
};

std::vector<Ranked> rank(const Facts& facts, const std::vector<int>& members, const Shapes& shapes,
                         const Front& front, Counts& counts, Watch& watch) {
  std::vector<Ranked> list;
  for (auto& cuts : shapes.cuts()) {
    if (watch.late()) {
      counts.complete = false;
      break;
    }
    Ranked ranked;
    std::vector<Tile> tiles;
    for (const auto& cut : cuts) {
      tiles.push_back(cut.tile);
    }
    ranked.places = places(facts, tiles, members);
    ranked.cycles = leastMakespan(ranked.places, facts.machine.units().size());
    for (const int e : members) {
      double energy = 1e300;
      for (const auto& bound : ranked.places[static_cast<std::size_t>(e)]) {
        energy = std::min(energy, bound.picojoules);
      }
      ranked.picojoules += energy;
    }
    if (front.hopeless(ranked.cycles, ranked.picojoules)) {
      ++counts.space;
      ++counts.excluded;
      continue;
    }
    ranked.cuts = std::move(cuts);
    list.push_back(std::move(ranked));
  }
  return list;
}

} // namespace

Watch::Watch(const SearchOptions& options, const Counts& counts)
    : options_(options), counts_(counts) {
  limit(static_cast<double>(options.seconds));
}

Watch::Clock::time_point Watch::in(double seconds) {
  return Clock::now() +
         std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
}

double Watch::left() const {
  const std::chrono::duration<double> gone = Clock::now() - start_;
  return static_cast<double>(options_.seconds) - gone.count();
}

void Watch::limit(double seconds) {
  limit_ = in(std::min(seconds, left()));
  share_ = limit_;
}

void Watch::allow(double seconds) {
  share_ = std::min(limit_, in(seconds));
}

bool Watch::over() {
  return stopped() || Clock::now() > limit_;
}

bool Watch::stopped() {
  const auto now = Clock::now();
  if (!stopped_ && options_.progress && now - asked_ > std::chrono::milliseconds(20)) {
    asked_ = now;
    const auto all = static_cast<double>(std::max<std::int64_t>(1, options_.seconds));
    stopped_ = !options_.progress({std::clamp(1 - left() / all, 0.0, 1.0), counts_.evaluated});
  }
  return stopped_ || left() <= 0;
}

bool Watch::late() {
  return stopped() || Clock::now() > share_;
}

void searchSection(const Facts& facts, const std::vector<int>& members, bool anySize, bool smooth,
                   Front& front, Counts& counts, Watch& watch) {
  const Shapes shapes(facts, members, anySize, smooth);
  if (!shapes.legal()) {
    return;
  }
  auto list = rank(facts, members, shapes, front, counts, watch);
  std::stable_sort(list.begin(), list.end(), [](const Ranked& a, const Ranked& b) {
    return a.cycles != b.cycles ? a.cycles < b.cycles : a.picojoules < b.picojoules;
  });
  for (const auto& ranked : list) {
    if (watch.late()) {
      counts.complete = false;
      return;
    }
    if (front.hopeless(ranked.cycles, ranked.picojoules)) {
      ++counts.space;
      ++counts.excluded;
      continue;
    }
    shapes.nests(ranked.cuts, ranked.places, [&](const Nested& nested) {
      if (watch.late()) {
        counts.complete = false;
        return false;
      }
      if (front.hopeless(ranked.cycles, ranked.picojoules)) {
        ++counts.space;
        ++counts.excluded;
        return true;
      }
      Chooser(nested, front, counts, [&] { return watch.late(); }).run();
      return true;
    });
  }
}

} // namespace einsight::mappings::mapper
