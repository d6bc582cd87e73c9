#include "cli/text/machine.hpp"
#include "core/format.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

namespace einsight::cli {
namespace {

std::string tensorCores(const arch::Gpu& gpu, const report::Style& style) {
  report::Table table({{"instruction", report::Table::Align::Left},
                       {"type", report::Table::Align::Left},
                       {"maccs/cycle/SM"},
                       {"peak FLOP/s"},
                       {"sustained"},
                       {"rows"}});
  const auto& data = gpu.data();
  for (const auto& rate : data.tensor) {
    const auto peak =
        2 * rate.maccsPerCycle * static_cast<double>(data.sms) * data.clock.statedHertz;
    table.row({rate.instruction, rate.type, fmt::format("{}", rate.maccsPerCycle),
               core::formatLarge(peak), core::formatPercent(rate.efficiency),
               fmt::format("{}", rate.rows)});
  }
  return table.render(style);
}

/// "1: add, mul; 8: exp2": operations by what they cost.
std::string operationsOf(const arch::Gpu& gpu) {
  std::map<double, std::vector<std::string>> byCost;
  for (const auto& operation : gpu.data().operations) {
    byCost[operation.cycles].push_back(operation.op);
  }
  std::vector<std::string> texts;
  for (const auto& [cycles, names] : byCost) {
    texts.push_back(fmt::format("{}: {}", cycles, fmt::join(names, ", ")));
  }
  return fmt::format("{}", fmt::join(texts, "\n    "));
}

std::string smText(const arch::Gpu::Data& gpu) {
  auto out = fmt::format("  shared memory: {} an SM, {} a CTA, {} B a cycle\n",
                         core::formatCapacity(gpu.shared.bytesPerSm),
                         core::formatCapacity(gpu.shared.bytesPerCta), gpu.shared.bytesPerCycle);
  if (gpu.tensorMemoryBytes > 0) {
    out += fmt::format("  tensor memory: {} an SM\n", core::formatCapacity(gpu.tensorMemoryBytes));
  }
  return out + fmt::format("  registers: {} an SM, {} a thread\n",
                           core::formatCount(gpu.registers.words), gpu.registers.perThread);
}

std::string memoryText(const arch::Gpu::Data& gpu) {
  return fmt::format("l2: {}, {} B a cycle ({} an SM), {} cycles\n",
                     core::formatCapacity(gpu.l2.bytes), gpu.l2.bytesPerCycle,
                     gpu.l2.bytesPerCyclePerSm, gpu.l2.latencyCycles) +
         fmt::format("dram: {}, {} in {} channels, {} sustained, {} beyond l2\n",
                     core::formatCapacity(gpu.dram.bytes),
                     core::formatBytesPerSecond(gpu.dram.bytesPerSecond), gpu.dram.channels,
                     core::formatPercent(gpu.dram.efficiency),
                     core::formatSeconds(gpu.dram.latencySeconds));
}

std::string launchText(const arch::Gpu::Data& gpu) {
  auto out = fmt::format("launch: {} between kernels, {} cycles between CTAs",
                         core::formatSeconds(gpu.launch.kernelSeconds), gpu.launch.ctaCycles);
  if (gpu.launch.hostSeconds > 0) {
    out += fmt::format(", {} at least on the host", core::formatSeconds(gpu.launch.hostSeconds));
  }
  out += "\n";
  return gpu.dollarsPerHour ? out + fmt::format("price: {:.2f} USD an hour\n", *gpu.dollarsPerHour)
                            : out;
}

std::string clockText(const arch::Clock& clock) {
  const auto fall = clock.exponent > 0
                        ? fmt::format("falls when the tensor cores are used more than {}",
                                      core::formatPercent(clock.onset))
                        : std::string("does not fall with load");
  const auto settles =
      clock.settlingSeconds > 0
          ? fmt::format(", after rest within {}", core::formatSeconds(clock.settlingSeconds))
          : std::string();
  return fmt::format("{} at most, {}{}; peaks are stated at {}",
                     core::formatHertz(clock.maximumHertz), fall, settles,
                     core::formatHertz(clock.statedHertz));
}

} // namespace

std::string describe(const arch::Gpu& gpu, const report::Style& style) {
  const auto& data = gpu.data();
  auto out = report::bold(fmt::format("{}: {}", data.name, data.summary), style) + "\n";
  out += fmt::format("gpu, {}, {} SMs\nsource: {}\n\n", data.architecture, data.sms, data.source);
  out += "clock: " + clockText(data.clock) + "\n";
  out += memoryText(data);
  out += fmt::format("SM: {} lanes, {} threads, {} CTAs\n", data.lanes, data.threadsPerSm,
                     data.ctasPerSm);
  out += smText(data);
  out += "  cycles of an operation on every lane\n    " + operationsOf(gpu) + "\n";
  out +=
      fmt::format("  {:.1f}% of the rate of special functions sustained beside other operations\n",
                  100 * data.specialEfficiency);
  out +=
      fmt::format("  {} cycles for a hand-over between tensor cores and lanes\n", data.syncCycles);
  out += launchText(data) + "\n" + tensorCores(gpu, style);
  report::Table fitted(
      {{"fitted", report::Table::Align::Left}, {"on", report::Table::Align::Left}});
  for (const auto& one : data.calibrations) {
    fitted.row({one.path, one.data});
  }
  out += data.calibrations.empty() ? "" : "\n" + fitted.render(style);
  report::Table sources(
      {{"section", report::Table::Align::Left}, {"source", report::Table::Align::Left}});
  for (const auto& [section, source] : data.sources) {
    sources.row({section, source});
  }
  return out + "\n" + sources.render(style);
}

} // namespace einsight::cli
