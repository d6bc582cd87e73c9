#include "cli/kernel_text.hpp"

#include "core/format.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace einsight::cli {
namespace {

using report::Table;
using sim::gpu::Kernel;
using sim::gpu::Part;
using sim::gpu::Step;

void addTransfers(Table& table, const std::string& when,
                  const std::vector<sim::gpu::Transfer>& transfers, std::string_view verb) {
  for (const auto& transfer : transfers) {
    table.row({when, fmt::format("{} {}", verb, transfer.tensor), "memory", "", "",
               core::formatBytes(transfer.bytes)});
  }
}

void addPart(Table& table, const std::string& when, const Part& part) {
  addTransfers(table, when, part.loads, "load");
  for (const auto& step : part.steps) {
    table.row({when, step.name, step.unit == Step::Unit::Tensor ? "tensor cores" : "lanes",
               fmt::format("{:.4g}", step.cycles),
               step.maskedCycles > 0 ? fmt::format("+{:.4g}", step.maskedCycles) : "",
               step.sharedBytes > 0 ? core::formatBytes(step.sharedBytes) + " shared" : ""});
  }
  addTransfers(table, when, part.stores, "store");
}

std::string iterationsText(const Kernel& kernel) {
  std::int64_t least = kernel.kinds.empty() ? 0 : kernel.kinds.front().iterations;
  std::int64_t most = least;
  for (const auto& kind : kernel.kinds) {
    least = std::min(least, kind.iterations);
    most = std::max(most, kind.iterations);
  }
  return least == most ? core::formatCount(most)
                       : fmt::format("{} to {}", core::formatCount(least), core::formatCount(most));
}

std::string headingOf(const Kernel& kernel, const report::Style& style) {
  std::vector<std::string> facts{
      fmt::format("{} CTAs of {} iterations", core::formatCount(std::ssize(kernel.order)),
                  iterationsText(kernel)),
      fmt::format("{} warpgroup{}{}", kernel.warpgroups, kernel.warpgroups == 1 ? "" : "s",
                  kernel.producer ? " and a producer" : ""),
      fmt::format("{} stage{}", kernel.stages, kernel.stages == 1 ? "" : "s")};
  if (kernel.overlap) {
    facts.emplace_back("products of the next iteration overlap the arithmetic of this one");
  }
  if (kernel.persistent) {
    facts.emplace_back("persistent");
  }
  return report::bold("kernel " + kernel.name, style) +
         fmt::format(": {}\n  {} threads, {} registers each, {:.4g} KiB of shared memory: {} CTA{} "
                     "per SM, limited by {}\n",
                     fmt::join(facts, ", "), kernel.threads, kernel.registersPerThread,
                     static_cast<double>(kernel.sharedBytes) / 1024, kernel.residents,
                     kernel.residents == 1 ? "" : "s", kernel.limitedBy);
}

} // namespace

std::string kernelText(const explore::GpuPoint& point, const report::Style& style) {
  std::string out;
  for (const auto& kernel : point.chain.kernels) {
    Table table({{"", Table::Align::Left},
                 {"step", Table::Align::Left},
                 {"on", Table::Align::Left},
                 {"cycles of a warpgroup"},
                 {"masked"},
                 {"bytes"}});
    addPart(table, "before", kernel.prologue);
    addPart(table, "loop", kernel.iteration);
    addPart(table, "after", kernel.epilogue);
    out += (out.empty() ? "" : "\n") + headingOf(kernel, style) + table.render(style);
  }
  return out;
}

} // namespace einsight::cli
