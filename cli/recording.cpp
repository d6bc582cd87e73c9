#include "cli/recording.hpp"

#include "report/perfetto.hpp"
#include "sim/gpu/gpu.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

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

} // namespace einsight::cli
