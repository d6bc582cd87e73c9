#include "core/format.hpp"
#include "report/text.hpp"

#include <fmt/format.h>

namespace einsight::report {
namespace {

using Align = Table::Align;

std::string times(const results::Result& result, const Style& style) {
  Table table({{"kernel", Align::Left},
               {"time"},
               {"launch"},
               {"clock"},
               {"tensor cores"},
               {"lanes"},
               {"tail"},
               {"masks"},
               {"from L2"},
               {"from DRAM"},
               {"to DRAM"}});
  for (const auto& kernel : result.kernels) {
    table.row({kernel.name, core::formatSeconds(kernel.seconds),
               core::formatSeconds(kernel.launchSeconds), core::formatHertz(kernel.hertz),
               core::formatPercent(kernel.tensorUtilization),
               core::formatPercent(kernel.lanesUtilization), core::formatPercent(kernel.tailShare),
               core::formatPercent(kernel.maskShare), core::formatBytes(kernel.l2ReadBytes),
               core::formatBytes(kernel.dramReadBytes), core::formatBytes(kernel.dramWriteBytes)});
  }
  return table.render(style);
}

std::string occupancy(const results::Result& result, const Style& style) {
  Table table({{"occupancy", Align::Left},
               {"CTAs"},
               {"threads"},
               {"registers per thread"},
               {"shared memory"},
               {"CTAs per SM"},
               {"limited by", Align::Left},
               {"waves"}});
  for (const auto& kernel : result.kernels) {
    const auto& use = kernel.occupancy;
    table.row({kernel.name, core::formatCount(use.ctas), core::formatCount(use.threads),
               core::formatCount(use.registersPerThread),
               fmt::format("{:.4g} KiB", static_cast<double>(use.sharedBytes) / 1024),
               core::formatCount(use.ctasPerSm), use.limitedBy, fmt::format("{:.4g}", use.waves)});
  }
  return table.render(style);
}

} // namespace

std::string kernels(const results::Result& result, const Style& style) {
  return result.kernels.empty() ? std::string()
                                : "\n" + times(result, style) + "\n" + occupancy(result, style);
}

} // namespace einsight::report
