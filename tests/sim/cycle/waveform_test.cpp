#include "results/waveform.hpp"
#include "tests/sim/random_schedule.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <rapidcheck.h>

using namespace einsight;
using namespace einsight::sim;
using namespace einsight::sim::test;

namespace {

/// Adds up for how long each signal had each value, until `limit` changes came.
class Recorder : public results::Waveform {
public:
  explicit Recorder(std::int64_t limit = 1 << 30) : limit_(limit) {}

  int declare(const std::vector<std::string>& scopes, const std::string& name, Kind) override {
    signals_.push_back({(scopes.empty() ? "" : scopes.front() + ".") + name, "", 0});
    return static_cast<int>(signals_.size()) - 1;
  }
  void change(std::int64_t tick, int signal, double value) override {
    change(tick, signal, fmt::format("{}", value));
  }
  void change(std::int64_t tick, int signal, const std::string& value) override {
    back_ = back_ || tick < last_;
    last_ = tick;
    auto& known = signals_[static_cast<std::size_t>(signal)];
    spent[known.name + "=" + known.value] += tick - known.since;
    known.value = value;
    known.since = tick;
    ++changes;
  }
  [[nodiscard]] bool open() const override { return changes < limit_; }
  /// The run has ended.
  void end(std::int64_t tick) {
    for (std::size_t i = 0; i < signals_.size(); ++i) {
      change(tick, static_cast<int>(i), "");
    }
  }
  [[nodiscard]] bool wentBack() const { return back_; }

  std::map<std::string, std::int64_t> spent; ///< ticks per "signal=value"
  std::int64_t changes = 0;

private:
  struct Signal {
    std::string name, value;
    std::int64_t since = 0;
  };
  std::vector<Signal> signals_;
  std::int64_t limit_;
  std::int64_t last_ = 0;
  bool back_ = false;
};

Totals simulated(const Schedule& schedule, results::Waveform* waveform) {
  CycleOptions options;
  options.waveform = waveform;
  auto totals = cycle(schedule, options);
  if (!totals) {
    RC_FAIL(core::render(totals.error()));
  }
  return std::move(*totals);
}

} // namespace

TEST_CASE("a waveform shows every resource busy and waiting for as long as the totals say",
          "[sim]") {
  const std::array<std::string, kWaits> causes{"data",      "space", "sync",
                                               "bandwidth", "idle",  "issue"};
  CHECK(rc::check("signals add up to the totals", [&] {
    const auto schedule = drawnSchedule();
    Recorder recorder;
    const auto totals = simulated(schedule, &recorder);
    recorder.end(static_cast<std::int64_t>(totals.ticks));
    RC_ASSERT(!recorder.wentBack());
    RC_ASSERT(totals.skippedTicks == 0);
    RC_ASSERT(difference(totals, simulated(schedule, nullptr)) == "");
    for (std::size_t r = 0; r < schedule.resources.size(); ++r) {
      const auto& name = schedule.resources[r].name;
      const auto& use = totals.resources[r];
      RC_ASSERT(recorder.spent[name + ".busy=1"] == static_cast<std::int64_t>(use.busy));
      for (std::size_t w = 0; w < kWaits; ++w) {
        RC_ASSERT(recorder.spent[name + ".waits_for=" + causes[w]] ==
                  static_cast<std::int64_t>(use.waits[w]));
      }
    }
  }));
}

TEST_CASE("a waveform names the task that is served and its iteration", "[sim]") {
  Schedule schedule;
  schedule.resources = {{"unit", false, 1, 1}};
  schedule.einsums = {"QK"};
  Section section;
  section.name = "attention";
  section.loops = {{"h", 2, false}, {"m", 3, false}};
  section.tasks.emplace_back();
  section.tasks[0].name = "QK";
  section.tasks[0].einsum = 0;
  section.tasks[0].resource = 0;
  section.tasks[0].loops = {0, 1};
  section.tasks[0].ticks.scale = 7;
  section.blocks = {{{0, 1}, {{Item::Kind::Task, 0, 0, {}}}, 0}};
  section.streams = {{0, 0, -1}};
  schedule.sections = {section};
  Recorder recorder;
  const auto totals = simulated(schedule, &recorder);
  recorder.end(static_cast<std::int64_t>(totals.ticks));
  CHECK(recorder.spent["section=attention"] == 2 * 3 * 7);
  CHECK(recorder.spent["unit.task=QK"] == 2 * 3 * 7);
  for (int iteration = 0; iteration < 2 * 3; ++iteration) {
    CHECK(recorder.spent[fmt::format("unit.iteration={}", iteration)] == 7);
  }
}

TEST_CASE("when a waveform keeps nothing more, the rest of the run is skipped as before", "[sim]") {
  int skipped = 0;
  CHECK(rc::check("a cut waveform changes nothing", [&] {
    const auto schedule = drawnSchedule();
    Recorder recorder(20);
    const auto totals = simulated(schedule, &recorder);
    RC_ASSERT(difference(totals, simulated(schedule, nullptr)) == "");
    RC_ASSERT(recorder.changes < 20 + 4);
    skipped += totals.skippedTicks > 0 ? 1 : 0;
  }));
  CHECK(skipped > 0);
}

namespace {

/// Keeps every change inside of some windows of ticks.
class Windowed : public results::Waveform {
public:
  using Window = std::pair<std::int64_t, std::int64_t>;
  explicit Windowed(std::vector<Window> windows) : windows_(std::move(windows)) {}

  int declare(const std::vector<std::string>&, const std::string&, Kind) override {
    return signals_++;
  }
  void change(std::int64_t tick, int signal, double value) override {
    change(tick, signal, fmt::format("{}", value));
  }
  void change(std::int64_t tick, int signal, const std::string& value) override {
    const bool inside = std::any_of(windows_.begin(), windows_.end(), [&](const Window& window) {
      return window.first <= tick && tick < window.second;
    });
    (inside ? changes : strays).push_back(fmt::format("{} {} {}", tick, signal, value));
  }
  [[nodiscard]] bool open() const override { return true; }
  [[nodiscard]] std::int64_t keepsFrom(std::int64_t tick) const override {
    auto next = std::numeric_limits<std::int64_t>::max();
    for (const auto& [first, second] : windows_) {
      next = tick < second ? std::min(next, std::max(first, tick)) : next;
    }
    return next;
  }

  std::vector<std::string> changes, strays;

private:
  std::vector<Window> windows_;
  int signals_ = 0;
};

/// Tells everything, of which the windows are kept.
class Whole : public Windowed {
public:
  using Windowed::Windowed;
  [[nodiscard]] std::int64_t keepsFrom(std::int64_t tick) const override { return tick; }
};

} // namespace

TEST_CASE("windows of a run show what the whole of it shows there, and the rest is skipped",
          "[sim]") {
  int skipped = 0;
  CHECK(rc::check("windows are cut out of the same run", [&] {
    const auto schedule = drawnSchedule();
    const auto plain = simulated(schedule, nullptr);
    const auto end = static_cast<std::int64_t>(plain.ticks);
    const auto middle = *rc::gen::inRange<std::int64_t>(0, end + 1);
    const std::vector<Windowed::Window> windows{{0, end / 8},
                                                {std::max(end / 8, middle), middle + end / 8}};
    Windowed windowed(windows);
    Whole whole(windows);
    const auto totals = simulated(schedule, &windowed);
    RC_ASSERT(difference(totals, plain) == "");
    simulated(schedule, &whole);
    RC_ASSERT(windowed.changes == whole.changes);
    RC_ASSERT(windowed.strays.empty());
    skipped += totals.skippedTicks > 0 ? 1 : 0;
  }));
  CHECK(skipped > 0);
}
