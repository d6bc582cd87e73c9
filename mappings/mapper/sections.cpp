#include "mappings/mapper/sections.hpp"

#include "mappings/mapper/shapes.hpp"

#include <algorithm>

namespace einsight::mappings::mapper {
namespace {

/// One choice of tiles, with what it costs at least.
struct Ranked {
  Cuts cuts;
  Places places;
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
    std::vector<Tile> tiles;
    for (const auto& cut : cuts) {
      tiles.push_back(cut.tile);
    }
    Ranked ranked{{}, Places(facts, tiles, members)};
    std::vector<const std::vector<Bound>*> work;
    for (const int e : members) {
      double energy = 1e300;
      work.push_back(&ranked.places.least(e));
      for (const auto& bound : *work.back()) {
        energy = std::min(energy, bound.picojoules);
      }
      ranked.picojoules += energy;
    }
    ranked.cycles = leastMakespan(work, facts.machine.units().size());
    if (front.hopeless(ranked.cycles, ranked.picojoules)) {
      ++counts.groups;
      continue;
    }
    ranked.cuts = std::move(cuts);
    list.push_back(std::move(ranked));
  }
  return list;
}

} // namespace

Watch::Watch(const SearchOptions& options, const Counts& counts)
    : options_(options), counts_(counts),
      all_(static_cast<double>(options.steps.value_or(options.seconds))) {
  limit(all_);
}

double Watch::spent() const {
  return options_.steps ? static_cast<double>(steps_)
                        : std::chrono::duration<double>(Clock::now() - start_).count();
}

double Watch::left() const {
  return all_ - spent();
}

void Watch::limit(double amount) {
  limit_ = spent() + std::min(amount, left());
  share_ = limit_;
}

void Watch::allow(double amount) {
  share_ = std::min(limit_, spent() + amount);
}

bool Watch::over() {
  const bool over = stopped() || spent() > limit_;
  cut_ = cut_ || over;
  return over;
}

bool Watch::stopped() {
  const auto now = Clock::now();
  ++steps_;
  if (!stopped_ && options_.progress && now - asked_ > std::chrono::milliseconds(20)) {
    asked_ = now;
    const auto all = std::max(1.0, all_);
    stopped_ = !options_.progress({std::clamp(1 - left() / all, 0.0, 1.0), counts_.evaluated});
  }
  return stopped_ || left() <= 0;
}

bool Watch::late() {
  const bool late = stopped() || spent() > share_;
  cut_ = cut_ || late;
  return late;
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
  for (auto& ranked : list) {
    if (watch.late()) {
      counts.complete = false;
      return;
    }
    if (front.hopeless(ranked.cycles, ranked.picojoules)) {
      ++counts.groups;
      continue;
    }
    shapes.nests(ranked.cuts, ranked.places, [&](const Nested& nested) {
      if (watch.late()) {
        counts.complete = false;
        return false;
      }
      if (front.hopeless(ranked.cycles, ranked.picojoules)) {
        ++counts.groups;
        return true;
      }
      Chooser(nested, front, counts, [&] { return watch.late(); }).run();
      return true;
    });
  }
}

} // namespace einsight::mappings::mapper
