#include "sim/cycle/held.hpp"
#include "sim/merge.hpp"
#include "tests/generators/case.hpp"
#include "tests/generators/draw.hpp"
#include "tests/sim/held_recorder.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <cmath>
#include <set>

using namespace einsight;
using namespace einsight::generators;
using sim::test::HeldRecorder;

namespace {

sim::Totals simulated(const mappings::Held& held, HeldRecorder& recorder) {
  sim::CycleOptions options;
  options.waveform = &recorder;
  auto totals = sim::cycle(held.schedule, options, held.holdings);
  if (!totals) {
    RC_FAIL(core::render(totals.error()));
  }
  return std::move(*totals);
}

mappings::Held lowered(const explore::Point& point, bool merged) {
  auto held = mappings::lowerWithHolds(point.mapping);
  if (!held) {
    RC_FAIL(core::render(held.error()));
  }
  for (std::size_t s = 0; merged && s < held->schedule.sections.size(); ++s) {
    sim::mergeLoops(held->schedule.sections[s], held->holdings.sections[s]);
  }
  return std::move(*held);
}

/// Every hold in a memory of its own, counted in whole parts, so that each can be looked at alone.
mappings::Held apart(mappings::Held held) {
  held.holdings.memories.clear();
  for (auto& section : held.holdings.sections) {
    for (auto& hold : section) {
      hold.memory = static_cast<int>(held.holdings.memories.size());
      hold.parts = 1;
      held.holdings.memories.push_back({{fmt::format("hold {}", hold.memory)}, {}, false});
    }
  }
  return held;
}

/// Starts and ends of every instance of a task, as the waveform shows them, or nothing where some
/// are empty or the name of the task is not its own.
class Instances {
public:
  Instances(const mappings::Held& held, const HeldRecorder& recorder, std::size_t section)
      : section_(held.schedule.sections[section]) {
    const auto from = recorder.sections[section];
    const auto until = section + 1 < recorder.sections.size()
                           ? recorder.sections[section + 1]
                           : std::numeric_limits<std::int64_t>::max();
    for (const auto& turn : recorder.turns) {
      if (turn.from < from || turn.until > until || (turn.from == until)) {
        continue;
      }
      auto& known = times_[{turn.resource, turn.task}];
      const auto seen = known.try_emplace(turn.iteration, turn.from, turn.until).first;
      seen->second.second = turn.until;
    }
    for (const auto& task : section_.tasks) {
      if (task.resource >= 0) {
        ++named_[nameOf(held, task)];
      }
    }
    for (const auto& task : section_.tasks) {
      const auto name = task.resource >= 0 ? nameOf(held, task) : Name();
      const auto times = times_.find(name);
      const bool all =
          times != times_.end() && named_[name] == 1 &&
          static_cast<std::int64_t>(times->second.size()) == sim::iterations(section_, task.loops);
      ofTask.push_back(all ? &times->second : nullptr);
    }
  }

  using Times = std::map<std::int64_t, std::pair<std::int64_t, std::int64_t>>;
  std::vector<const Times*> ofTask;

private:
  using Name = std::pair<std::string, std::string>;
  static Name nameOf(const mappings::Held& held, const sim::Task& task) {
    const std::string prefix = task.kind == sim::Task::Kind::Load    ? "load_"
                               : task.kind == sim::Task::Kind::Store ? "store_"
                                                                     : "";
    return {held.schedule.resources[static_cast<std::size_t>(task.resource)].name,
            prefix + task.name};
  }

  const sim::Section& section_;
  std::map<Name, Times> times_;
  std::map<Name, int> named_;
};

/// Bytes times ticks of a hold, tile by tile from the starts and ends of tasks; nothing where they
/// are not all known.
std::optional<double> areaOf(const sim::Section& section, const sim::Hold& hold,
                             const Instances& instances) {
  const auto known = [&](int task) {
    return instances.ofTask[static_cast<std::size_t>(task)] != nullptr;
  };
  if (!std::all_of(hold.fillers.begin(), hold.fillers.end(), known) ||
      !std::all_of(hold.users.begin(), hold.users.end(),
                   [&](const sim::Edge& use) { return known(use.producer); })) {
    return std::nullopt;
  }
  sim::Digits digits(section.loops.size(), 0);
  std::map<std::int64_t, std::int64_t> came;
  for (const int filler : hold.fillers) {
    for (const auto& [instance, times] : *instances.ofTask[static_cast<std::size_t>(filler)]) {
      sim::decode(section, section.tasks[static_cast<std::size_t>(filler)].loops, instance, digits);
      const auto seen =
          came.try_emplace(sim::encode(section, hold.loops, digits), times.first).first;
      seen->second = std::min(seen->second, times.first);
    }
  }
  double area = 0;
  std::int64_t gone = 0; // tiles go in order
  for (const auto& [tile, from] : came) {
    sim::decode(section, hold.loops, tile, digits);
    for (const auto& use : hold.users) {
      const auto& times = *instances.ofTask[static_cast<std::size_t>(use.producer)];
      const auto last = sim::needed(section, use, digits) - 1;
      gone = std::max(gone, times.at(last).second + use.latency);
    }
    area += static_cast<double>(sim::value(section, hold.bytes, digits)) *
            static_cast<double>(std::max(gone, from) - from);
  }
  return area;
}

struct Seen {
  int legal = 0;
  int holds = 0;
  int compared = 0;
};

/// No memory ever holds more than it can, and nothing at the end.
void checkMemories(const mappings::Held& held, const HeldRecorder& recorder,
                   const std::string& drawn) {
  RC_ASSERT(!recorder.wentBack());
  for (const auto& memory : held.holdings.memories) {
    const auto changes = recorder.held.find(memory.scopes.back());
    if (changes == recorder.held.end()) {
      continue;
    }
    for (const auto& [tick, bytes] : changes->second) {
      if (bytes < 0 || (memory.capacity && bytes > static_cast<double>(*memory.capacity))) {
        RC_FAIL(fmt::format("{}{} holds {} bytes at tick {}", drawn, memory.scopes.back(), bytes,
                            tick));
      }
    }
    RC_ASSERT(std::prev(changes->second.end())->second == 0);
  }
}

void checkHolds(const mappings::Held& held, const std::string& drawn, Seen& seen) {
  HeldRecorder recorder;
  simulated(held, recorder);
  for (std::size_t s = 0; s < held.schedule.sections.size(); ++s) {
    const auto& section = held.schedule.sections[s];
    const Instances instances(held, recorder, s);
    for (const auto& hold : held.holdings.sections[s]) {
      ++seen.holds;
      const auto area = areaOf(section, hold, instances);
      const auto name = fmt::format("hold {}", hold.memory);
      if (!area || recorder.held.count(name) == 0) {
        continue;
      }
      ++seen.compared;
      if (std::abs(*area - recorder.area(name)) > 1e-9 * *area) {
        RC_FAIL(fmt::format("{}{} of {}: {} byte-ticks, tile by tile {}", drawn, hold.tensor,
                            section.name, recorder.area(name), *area));
      }
    }
  }
}

/// What a window shows is the same whether periods around it are skipped.
void checkWindow(const mappings::Held& held, const HeldRecorder& whole, std::int64_t ticks,
                 const std::string& drawn) {
  const HeldRecorder::Window window{ticks / 2, ticks / 2 + ticks / 8 + 1};
  HeldRecorder part(window);
  RC_ASSERT(static_cast<std::int64_t>(simulated(held, part).ticks) == ticks);
  for (const auto& [memory, changes] : whole.held) {
    for (auto now = changes.lower_bound(window.first);
         now != changes.end() && now->first < window.second; ++now) {
      if (part.at(memory, now->first) != now->second) {
        RC_FAIL(fmt::format("{}{} holds {} bytes at tick {}, and {} where periods are skipped",
                            drawn, memory, now->second, now->first, part.at(memory, now->first)));
      }
    }
  }
}

void checkCase(const Scratch& scratch, const Case& drawn, Seen& seen) {
  const auto point = explore::prepare(scratch.request(drawn));
  if (!point) {
    return;
  }
  ++seen.legal;
  const auto held = lowered(*point, choice(0, 1) == 1);
  HeldRecorder recorder;
  const auto totals = simulated(held, recorder);
  const auto plain = sim::cycle(point->schedule);
  RC_ASSERT(plain.has_value());
  RC_ASSERT(totals.ticks == plain->ticks);
  RC_ASSERT(totals.counters == plain->counters);
  checkMemories(held, recorder, text(drawn));
  checkHolds(apart(held), text(drawn), seen);
  checkWindow(held, recorder, static_cast<std::int64_t>(totals.ticks), text(drawn));
}

} // namespace

TEST_CASE("no memory holds more than it can, and every tile as long as its tasks say",
          "[explore]") {
  const Scratch scratch;
  Seen seen;
  CHECK(holds("catalogue", cases(250),
              [&] { checkCase(scratch, scratch.drawCatalogueCase(), seen); }));
  CHECK(holds("fused", cases(250), [&] { checkCase(scratch, scratch.drawCase(false), seen); }));
  CHECK(holds("unfused", cases(100), [&] { checkCase(scratch, scratch.drawCase(true), seen); }));
  CHECK(seen.legal >= 200);
  CHECK(seen.compared >= seen.holds / 3);
}
