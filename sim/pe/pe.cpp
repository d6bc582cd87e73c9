#include "sim/pe/pe.hpp"

#include "sim/cycle/at.hpp"
#include "sim/pe/control.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::sim {
namespace {

constexpr std::int64_t kEdge = 16;                        // PEs along an axis
constexpr std::int64_t kElements = std::int64_t{1} << 23; // of all tensors together
constexpr std::int64_t kWork = std::int64_t{1} << 30;     // PE-cycles

core::Problem about(const arch::Machine& machine, const std::string& path, std::string what,
                    std::string help) {
  return {{machine.file(), 0, 0, path}, std::move(what), std::move(help)};
}

void checkUnits(const arch::Machine& machine, core::Problems& problems) {
  std::int64_t all = 0;
  for (const auto& unit : machine.units()) {
    const auto path = "arrays." + unit.name;
    all += unit.processingElements();
    if (unit.hopLatency != 1) {
      problems.push_back(about(
          machine, path,
          fmt::format("the engine 'pe' moves words from PE to PE, a hop_latency of {} moves them "
                      "nowhere",
                      unit.hopLatency),
          "use a machine whose arrays have links: {hop_latency: 1}"));
    }
    const bool large = std::any_of(unit.axes.begin(), unit.axes.end(),
                                   [](const auto& axis) { return axis.size > kEdge; });
    if (large || unit.axes.size() > 2) {
      problems.push_back(about(machine, path,
                               fmt::format("the engine 'pe' simulates arrays of at most {0}x{0} "
                                           "PEs, this one has {1}",
                                           kEdge, unit.processingElements()),
                               "use a smaller array (--set arch.PE=16), or --engine cycle"));
    }
  }
  if (all > cells::kCells && problems.empty()) {
    problems.push_back(
        about(machine, "arrays",
              fmt::format("the engine 'pe' simulates at most {} PEs, this machine has {}",
                          cells::kCells, all),
              "use smaller arrays, or --engine cycle"));
  }
}

/// PE-cycles of all tasks.
double workOf(const Schedule& schedule) {
  double work = 0;
  const auto bound = analytic(schedule);
  for (std::size_t r = 0; r < schedule.resources.size(); ++r) {
    const auto& resource = schedule.resources[r];
    work += resource.port ? 0
                          : static_cast<double>(bound.resources[r].busy) /
                                static_cast<double>(schedule.ticksPerCycle) *
                                static_cast<double>(resource.units);
  }
  return work;
}

void checkSize(const Schedule& schedule, const einsum::Cascade& cascade, core::Problems& problems) {
  const core::Where where{cascade.file(), 0, 0, cascade.name()};
  double elements = 0;
  for (const auto& tensor : cascade.tensors()) {
    double own = 1;
    for (const auto size : tensor.shape) {
      own *= static_cast<double>(size);
    }
    elements += own;
  }
  const auto work = workOf(schedule);
  if (elements > static_cast<double>(kElements)) {
    problems.push_back({where,
                        fmt::format("the engine 'pe' holds at most {} values, these tensors have "
                                    "{:.0f}",
                                    kElements, elements),
                        "set smaller sizes, or use --engine cycle"});
  } else if (work > static_cast<double>(kWork)) {
    problems.push_back({where,
                        fmt::format("the engine 'pe' simulates at most {} cycles of a PE, this "
                                    "run has {:.0f}",
                                    kWork, work),
                        "set smaller sizes, or use --engine cycle"});
  }
}

/// One run: what lasts from section to section.
class Machine {
public:
  Machine(const Schedule& schedule, const einsum::Cascade& cascade, const arch::Machine& machine,
          const einsum::Environment& inputs, const PeOptions& options)
      : schedule_(schedule), cascade_(cascade), machine_(machine), options_(options),
        memory_(cascade, inputs), work_(workOf(schedule)) {}

  core::Expected<Totals> run() {
    Totals totals;
    totals.counters = countAll(schedule_);
    totals.resources.resize(schedule_.resources.size());
    totals.einsumBusy.resize(schedule_.einsums.size());
    totals.path.resize(schedule_.einsums.size() + 2);
    for (const auto& section : schedule_.sections) {
      if (auto problems = runSection(section, totals); !problems.empty()) {
        return core::failure(std::move(problems));
      }
    }
    return totals;
  }

  [[nodiscard]] const cells::Memory& memory() const { return memory_; }
  [[nodiscard]] std::int64_t widest() const { return widest_; }
  [[nodiscard]] const std::string& widestOf() const { return widestOf_; }

private:
  /// Tells a control that does not exist yet when arrays are made.
  struct Relay : cells::Listener {
    cells::Control* control = nullptr;
    void left(const cells::Job& job, int lane, std::int64_t tick, std::int64_t count) override {
      control->left(job, lane, tick, count);
    }
    void fed(const cells::Job& job, bool columns, std::int64_t count) override {
      control->fed(job, columns, count);
    }
  };

  void addArrays() {
    int first = 0;
    arrayOf_.assign(schedule_.resources.size(), -1);
    for (std::size_t r = 0; r < schedule_.resources.size(); ++r) {
      const auto* unit = machine_.unit(schedule_.resources[r].name);
      if (unit != nullptr) {
        arrayOf_[r] = static_cast<int>(arrays_.size());
        arrays_.push_back(std::make_unique<cells::Array>(
            *unit, first, schedule_.ticksPerCycle * unit->hopLatency, memory_, relay_));
        first += arrays_.back()->cells();
      }
      if (options_.waveform != nullptr) {
        signals_.push_back(options_.waveform->declare({schedule_.resources[r].name}, "task",
                                                      results::Waveform::Kind::Text));
      }
      if (options_.waveform != nullptr && unit != nullptr) {
        arrays_.back()->declare(*options_.waveform);
      }
    }
  }

  core::Problems runSection(const Section& section, Totals& totals) {
    if (arrays_.empty()) {
      addArrays();
    }
    memory_.beginSection();
    std::vector<std::optional<cells::Job>> jobs(section.tasks.size());
    std::vector<std::optional<cells::Transfer>> transfers(section.tasks.size());
    for (std::size_t t = 0; t < section.tasks.size(); ++t) {
      const auto& task = section.tasks[t];
      if (task.kind != Task::Kind::Compute) {
        const bool dram = task.resource >= 0 &&
                          at(schedule_.resources, task.resource).name == machine_.dram().name;
        transfers[t].emplace(section, task, dram, memory_);
        continue;
      }
      const auto& unit = *machine_.unit(at(schedule_.resources, task.resource).name);
      auto job = cells::jobOf(schedule_, section, static_cast<int>(t), cascade_, unit, memory_);
      if (!job) {
        return job.error();
      }
      jobs[t].emplace(std::move(*job));
    }
    const auto offset = static_cast<std::int64_t>(totals.ticks);
    for (auto& array : arrays_) {
      array->beginSection(offset);
    }
    cells::Control control(
        schedule_, section,
        {arrays_, arrayOf_, memory_, jobs, transfers, begun_, options_.waveform, signals_, offset});
    relay_.control = &control;
    return finish(section, control, totals);
  }

  core::Problems finish(const Section& section, cells::Control& control, Totals& totals) {
    const core::Where where{section.name, 0, 0, section.name};
    if (!control.run()) {
      return {{where, "stopped before the end", {}}};
    }
    if (const auto stuck = control.deadlock(); !stuck.empty()) {
      return {{where, "the schedule can never finish: " + stuck, {}}};
    }
    control.addTo(totals);
    for (const auto& array : arrays_) {
      if (array->widestLink() > widest_) {
        widest_ = array->widestLink();
        widestOf_ = array->name();
      }
    }
    return {};
  }

  const Schedule& schedule_;
  const einsum::Cascade& cascade_;
  const arch::Machine& machine_;
  const PeOptions& options_;
  cells::Memory memory_;
  Relay relay_;
  std::vector<std::unique_ptr<cells::Array>> arrays_;
  std::vector<int> arrayOf_;
  std::vector<int> signals_;
  std::int64_t widest_ = 0;
  std::string widestOf_;
  double work_;     ///< PE-cycles of all sections
  double done_ = 0; ///< those of the tasks that have begun
  std::function<bool(double)> begun_ = [this](double peCycles) {
    done_ += peCycles;
    return !options_.progress || options_.progress(std::min(1.0, done_ / work_));
  };
};

} // namespace

core::Expected<void> checkPe(const Schedule& schedule, const einsum::Cascade& cascade,
                             const arch::Machine& machine) {
  core::Problems problems;
  checkUnits(machine, problems);
  checkSize(schedule, cascade, problems);
  return problems.empty() ? core::Expected<void>() : core::failure(std::move(problems));
}

core::Expected<PeRun> pe(const Schedule& schedule, const einsum::Cascade& cascade,
                         const arch::Machine& machine, const einsum::Environment& inputs,
                         const PeOptions& options) {
  if (auto fits = checkPe(schedule, cascade, machine); !fits) {
    return core::failure(std::move(fits.error()));
  }
  const auto reference = einsum::evaluate(cascade, inputs);
  if (!reference) {
    return core::failure(reference.error());
  }
  Machine run(schedule, cascade, machine, inputs, options);
  auto totals = run.run();
  if (!totals) {
    return core::failure(std::move(totals.error()));
  }
  return PeRun{std::move(*totals), run.memory().results(),
               run.memory().largestDifference(*reference), run.widest(), run.widestOf()};
}

} // namespace einsight::sim
