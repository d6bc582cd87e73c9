#include "core/format.hpp"
#include "report/text.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace einsight::report {
namespace {

using Align = Table::Align;
using Cells = std::vector<std::string>;

/// Launches that stand one after another and print the same are one row, with their number.
class Rows {
public:
  explicit Rows(Table table) : table_(std::move(table)) {}

  void add(Cells cells) {
    if (cells == last_) {
      ++times_;
      return;
    }
    flush();
    last_ = std::move(cells);
    times_ = 1;
  }
  std::string render(const Style& style) {
    flush();
    return table_.render(style);
  }

private:
  void flush() {
    if (times_ > 1) {
      last_.front() += fmt::format(", {} times", times_);
    }
    if (times_ > 0) {
      table_.row(std::move(last_));
    }
    last_.clear();
    times_ = 0;
  }

  Table table_;
  Cells last_;
  int times_ = 0;
};

std::string times(const results::Result& result, const Style& style) {
  Rows table(Table({{"kernel", Align::Left},
                    {"time"},
                    {"launch"},
                    {"clock"},
                    {"tensor cores"},
                    {"lanes"},
                    {"tail"},
                    {"masks"},
                    {"from L2"},
                    {"from DRAM"},
                    {"to DRAM"}}));
  for (const auto& kernel : result.kernels) {
    table.add({kernel.name, core::formatSeconds(kernel.seconds),
               core::formatSeconds(kernel.launchSeconds), core::formatHertz(kernel.hertz),
               core::formatPercent(kernel.tensorUtilization),
               core::formatPercent(kernel.lanesUtilization), core::formatPercent(kernel.tailShare),
               core::formatPercent(kernel.maskShare), core::formatBytes(kernel.l2ReadBytes),
               core::formatBytes(kernel.dramReadBytes), core::formatBytes(kernel.dramWriteBytes)});
  }
  return table.render(style);
}

std::string occupancy(const results::Result& result, const Style& style) {
  Rows table(Table({{"occupancy", Align::Left},
                    {"CTAs"},
                    {"threads"},
                    {"registers per thread"},
                    {"shared memory"},
                    {"CTAs per SM"},
                    {"limited by", Align::Left},
                    {"waves"}}));
  for (const auto& kernel : result.kernels) {
    const auto& use = kernel.occupancy;
    table.add({kernel.name, core::formatCount(use.ctas), core::formatCount(use.threads),
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
