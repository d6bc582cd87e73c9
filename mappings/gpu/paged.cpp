#include "mappings/gpu/paged.hpp"

#include "einsum/walk.hpp"

#include <algorithm>
#include <numeric>

namespace einsight::mappings::gpu {
namespace {

constexpr double kEntryBytes = 4;
constexpr double kCopyBytes = 16; ///< of one cp.async of a thread

/// The first node that takes a tensor in the loop, and how.
const Node* readerOf(const Graph& graph, const std::string& tensor) {
  const auto found = std::find_if(graph.nodes.begin(), graph.nodes.end(), [&](const Node& node) {
    return node.role == Role::Iteration &&
           std::any_of(node.outside.begin(), node.outside.end(),
                       [&](const einsum::Access& each) { return each.tensor == tensor; });
  });
  return found == graph.nodes.end() ? nullptr : &*found;
}

/// Values of the loop's rank in a tile of the tensor; 0 where the loop does not go along it.
std::int64_t rowsOf(const KernelPlan& plan, const Node& reader, const std::string& tensor) {
  for (const auto& access : reader.outside) {
    for (const auto& index : access.indices) {
      if (access.tensor != tensor || index.terms.count(plan.loop->variable) == 0) {
        continue;
      }
      std::int64_t rows = 1;
      for (const auto& [variable, coefficient] : index.terms) {
        rows += std::abs(coefficient) * (plan.extents(variable) - 1);
      }
      return rows;
    }
  }
  return 0;
}

} // namespace

double pagesTouched(std::int64_t tile, std::int64_t page) {
  const auto step = std::gcd(tile, page);
  return 1 + static_cast<double>(tile - step) / static_cast<double>(page);
}

std::vector<PagedTile> pagesOf(const KernelPlan& plan, const Graph& graph,
                               std::vector<Load>& loads) {
  std::vector<PagedTile> out;
  if (plan.pageTokens == 0 || !plan.loop) {
    return out;
  }
  std::vector<std::int64_t> tables; // rows of a tile, one table each
  std::vector<Load> entries;
  for (auto& load : loads) {
    const auto* reader = load.role == Role::Iteration ? readerOf(graph, load.tensor) : nullptr;
    const auto rows = reader == nullptr ? 0 : rowsOf(plan, *reader, load.tensor);
    if (rows == 0) {
      continue;
    }
    const double rowBytes = load.tileBytes / static_cast<double>(rows);
    load.transfer.burst =
        std::min(load.transfer.burst, rowBytes * static_cast<double>(plan.pageTokens));
    ++load.transfer.lookups;
    if (plan.pageTokens % rows != 0) {
      out.push_back({reader->einsum, load.tileBytes});
    }
    if (std::find(tables.begin(), tables.end(), rows) != tables.end()) {
      continue;
    }
    tables.push_back(rows);
    Load entry;
    entry.tensor = "pages of " + load.tensor;
    entry.role = Role::Iteration;
    entry.bits = static_cast<int>(8 * kEntryBytes);
    entry.variables = load.variables;
    entry.transfer.tensor = entry.tensor;
    entry.tileBytes = kEntryBytes * pagesTouched(rows, plan.pageTokens);
    entry.transfer.bytes = entry.transfer.burst = entry.tileBytes;
    entries.push_back(std::move(entry));
  }
  loads.insert(loads.end(), entries.begin(), entries.end());
  return out;
}

void addAddresses(const std::vector<PagedTile>& tiles, const KernelPlan& plan,
                  const einsum::Cascade& cascade, const arch::Gpu& gpu, Parts& parts) {
  const auto* cost = gpu.operation("gather");
  if (tiles.empty() || cost == nullptr) {
    return;
  }
  sim::gpu::Step step;
  step.name = "addresses in pages";
  for (const auto& tile : tiles) {
    const auto all = cascade.einsums();
    const auto index =
        std::find_if(all.begin(), all.end(),
                     [&](const auto& each) { return each.name == tile.reader->name; }) -
        all.begin();
    const double count = tile.bytes / kCopyBytes;
    step.cycles += count * cost->cycles / static_cast<double>(gpu.data().lanes) / plan.warpgroups;
    step.work.push_back({static_cast<int>(index), "gather", count});
  }
  parts.iteration.steps.push_back(std::move(step));
}

} // namespace einsight::mappings::gpu
