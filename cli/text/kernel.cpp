#include "cli/text/kernel.hpp"

#include "core/format.hpp"
#include "mappings/gpu/grid/work_list.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

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

std::string_view unitText(Step::Unit unit) {
  return unit == Step::Unit::Tensor  ? "tensor cores"
         : unit == Step::Unit::Lanes ? "lanes"
                                     : "special functions";
}

void addPart(Table& table, const std::string& when, const Part& part) {
  addTransfers(table, when, part.loads, "load");
  for (const auto& step : part.steps) {
    table.row({when, step.name, std::string(unitText(step.unit)), core::formatNumber(step.cycles),
               step.maskedCycles > 0 ? "+" + core::formatNumber(step.maskedCycles) : "",
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

/// A kind of each body that CTAs have beside the kernel's own parts.
std::vector<std::size_t> bodiesUsed(const Kernel& kernel) {
  std::vector<std::size_t> out;
  std::set<int> known{0};
  for (std::size_t k = 0; k < kernel.kinds.size(); ++k) {
    if (known.insert(kernel.kinds[k].body).second) {
      out.push_back(k);
    }
  }
  return out;
}

/// What CTAs with another body than the kernel's own do.
std::string nameOf(const Kernel& kernel, int body) {
  using mappings::gpu::Piece;
  constexpr std::array<std::pair<Piece, std::string_view>, 3> kPieces{
      {{Piece::Part, "later part"}, {Piece::First, "first part"}, {Piece::Merge, "merging"}}};
  const auto bodies = static_cast<int>(std::ssize(kernel.others)) + 1;
  const int jobs = kernel.awaits.empty() ? bodies : bodies / 4; // and three pieces of each
  for (int of = 0; of < jobs && !kernel.awaits.empty(); ++of) {
    for (const auto& [piece, name] : kPieces) {
      if (mappings::gpu::bodyOf(piece, of, jobs) == body) {
        return std::string(name);
      }
    }
  }
  return fmt::format("length {}", body + 1);
}

std::string headingOf(const Kernel& kernel, const report::Style& style) {
  std::vector<std::string> facts{
      kernel.lists.empty()
          ? fmt::format("{} CTAs of {} iterations", core::formatCount(sim::gpu::ctaCount(kernel)),
                        iterationsText(kernel))
          : fmt::format("{} CTAs with lists of {} pieces of {} iterations",
                        core::formatCount(sim::gpu::ctaCount(kernel)),
                        core::formatCount(std::ssize(kernel.order)), iterationsText(kernel)),
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
    for (const auto kind : bodiesUsed(kernel)) {
      const auto parts = sim::gpu::partsOf(kernel, kernel.kinds[kind]);
      const auto which = nameOf(kernel, kernel.kinds[kind].body) + ", ";
      addPart(table, which + "before", parts.prologue);
      addPart(table, which + "loop", parts.iteration);
      addPart(table, which + "after", parts.epilogue);
    }
    out += (out.empty() ? "" : "\n") + headingOf(kernel, style) + table.render(style);
  }
  return out;
}

} // namespace einsight::cli
