#include "cli/recording.hpp"

#include "core/format.hpp"
#include "report/perfetto.hpp"
#include "sim/cycle/probe.hpp"
#include "sim/gpu/gpu.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

namespace einsight::cli {
namespace {

/// The start, the middle and the end; the whole where that is no more.
std::vector<report::TraceWriter::Window> windowsOf(std::int64_t ticks, std::int64_t each) {
  if (ticks <= 3 * each) {
    return {{0, ticks + 1}};
  }
  const auto middle = ticks / 2 - each / 2;
  return {{0, each}, {middle, middle + each}, {ticks - each, ticks + 1}};
}

void noteWindows(const TraceOptions& options, std::size_t windows, bool full,
                 results::Result& result) {
  if (windows > 1) {
    result.notes.push_back(
        fmt::format("{} holds {} cycles each of the start, the middle and the end", options.file,
                    options.windowCycles));
  }
  if (full) {
    result.notes.push_back(fmt::format(
        "{} is at its limit of slices: --trace-cycles keeps less of each part", options.file));
  }
}

/// Bytes per second of the ports whose bandwidth is known.
std::map<std::string, double> ratesOf(const explore::Point& point) {
  std::map<std::string, double> rates;
  const auto& machine = point.mapping.machine();
  for (const auto& memory : machine.memories()) {
    if (memory.bandwidth) {
      rates[memory.name] = memory.bandwidth->toDouble() * machine.clockHertz().toDouble();
    }
  }
  return rates;
}

/// The loops that the iterations of every task number, before they were merged; not of tasks that
/// have one name on one track and different loops.
void addLoops(const explore::Point& point, report::TraceWriter::Options& what) {
  const auto schedule = mappings::lower(point.mapping);
  std::set<std::pair<std::string, std::string>> unclear;
  for (std::size_t s = 0; schedule && s < schedule->sections.size(); ++s) {
    const auto& section = schedule->sections[s];
    for (const auto& task : section.tasks) {
      if (task.resource < 0) {
        continue;
      }
      const auto& track = schedule->resources[static_cast<std::size_t>(task.resource)].name;
      std::vector<std::pair<std::string, std::int64_t>> loops;
      for (const int number : task.loops) {
        const auto& loop = section.loops[static_cast<std::size_t>(number)];
        loops.emplace_back(loop.variable, loop.trips);
      }
      const std::pair name(track, sim::shownName(task));
      const auto known = what.loops.try_emplace(name, loops).first;
      if (known->second != loops) {
        unclear.insert(name);
      }
    }
  }
  for (const auto& name : unclear) {
    what.loops.erase(name);
  }
}

/// What every memory below DRAM holds at most.
std::map<std::string, std::string> capacitiesOf(const arch::Machine& machine) {
  std::map<std::string, std::string> capacities;
  for (const auto& memory : machine.memories()) {
    const bool registers = memory.kind == arch::Memory::Kind::Registers;
    const std::string of = registers ? " of one PE" : "";
    capacities[memory.name] = memory.capacity
                                  ? "capacity " + core::formatCapacity(*memory.capacity) + of
                                  : "no limit" + of;
  }
  return capacities;
}

std::map<std::string, std::string> capacitiesOf(const arch::Gpu& gpu) {
  constexpr std::int64_t kBytesPerWord = 4;
  const auto& data = gpu.data();
  return {{"shared_memory", "capacity " + core::formatCapacity(data.shared.bytesPerSm)},
          {"registers", "capacity " + core::formatCapacity(data.registers.words * kBytesPerWord)}};
}

} // namespace

RecordingFile::~RecordingFile() {
  std::error_code ignored;
  if (!kept_ && std::filesystem::is_regular_file(file_, ignored)) {
    out.close();
    std::filesystem::remove(file_, ignored);
  }
}

core::Expected<void> RecordingFile::keep() {
  out.flush();
  if (!out) {
    return core::failure({{{file_, 0, 0, {}}, "cannot write the file", {}}});
  }
  kept_ = true;
  return {};
}

core::Expected<void> writeTrace(const TraceOptions& options, const explore::Point& point,
                                const explore::RunOptions& how, results::Result& result) {
  const auto perCycle = point.schedule.ticksPerCycle;
  const auto ticks =
      static_cast<std::int64_t>(result.cycles.value_or(0) * static_cast<double>(perCycle));
  report::TraceWriter::Options what;
  what.title = options.title;
  what.ticksPerCycle = perCycle;
  what.hertz = point.mapping.machine().clockHertz().toDouble();
  what.windows = windowsOf(ticks, options.windowCycles * perCycle);
  what.bytesPerSecond = ratesOf(point);
  what.held = capacitiesOf(point.mapping.machine());
  if (how.engine == "cycle") {
    addLoops(point, what);
  }
  const auto windows = what.windows.size();
  RecordingFile file(options.file);
  report::TraceWriter writer(file.out, std::move(what));
  auto again = how;
  again.limits = false;
  again.waveform = &writer;
  if (auto run = explore::run(point, again); !run) {
    return core::failure(std::move(run.error()));
  }
  writer.close(ticks);
  noteWindows(options, windows, !writer.open(), result);
  return file.keep();
}

core::Expected<void> writeTrace(const TraceOptions& options, const explore::GpuPoint& point,
                                results::Result& result) {
  const auto device = mappings::gpu::device(point.gpu);
  const auto ticks = sim::gpu::record(point.chain, device, nullptr);
  if (!ticks) {
    return core::failure(ticks.error());
  }
  report::TraceWriter::Options what;
  what.title = options.title;
  what.ticksPerCycle = sim::gpu::recordedTicksPerCycle();
  what.hertz = result.kernels.empty() ? device.maximumHertz : result.kernels.front().hertz;
  what.windows = windowsOf(*ticks, options.windowCycles * what.ticksPerCycle);
  what.held = capacitiesOf(point.gpu);
  for (const auto& kernel : point.chain.kernels) {
    what.bytesPerSecond[kernel.name + " copy"] = device.l2BytesPerCyclePerSm * what.hertz;
  }
  const auto windows = what.windows.size();
  RecordingFile file(options.file);
  report::TraceWriter writer(file.out, std::move(what));
  if (const auto run = sim::gpu::record(point.chain, device, &writer); !run) {
    return core::failure(run.error());
  }
  writer.close(*ticks);
  result.notes.push_back(fmt::format(
      "{} shows one SM: per kernel two rounds of the kind of CTA of which there are most",
      options.file));
  noteWindows(options, windows, !writer.open(), result);
  return file.keep();
}

core::Problems refusedOfCluster(const std::string& cluster, const std::string& vcd,
                                const std::string& trace) {
  core::Problems problems;
  if (!vcd.empty()) {
    problems.push_back({{{}, 0, 0, "--vcd"},
                        fmt::format("'{}' is a cluster, whose signals are not written", cluster),
                        "--vcd goes with spatial machines"});
  }
  if (!trace.empty()) {
    problems.push_back({{{}, 0, 0, "--trace"},
                        fmt::format("'{}' is a cluster, whose tasks are not written", cluster),
                        "--trace goes with spatial machines and single GPUs"});
  }
  return problems;
}

} // namespace einsight::cli
