#include "mappings/gpu/merge.hpp"

#include "einsum/walk.hpp"
#include "mappings/gpu/cta/occupancy.hpp"
#include "mappings/gpu/cta/transfers.hpp"
#include "mappings/gpu/grid/kinds.hpp"

#include <algorithm>
#include <numeric>

namespace einsight::mappings::gpu {
namespace {

constexpr std::int64_t kThreads = 128;
constexpr std::int64_t kRegisters = 64;
constexpr std::int64_t kWarps = 4;

bool carries(const einsum::Einsum& einsum, const KernelPlan& plan) {
  return plan.loop && (einsum.iterative == plan.loop->variable || knownAfterLoop(einsum, plan));
}

std::vector<std::string> carriedVariables(const KernelPlan& plan) {
  std::vector<std::string> out;
  for (const auto* einsum : plan.einsums) {
    if (carries(*einsum, plan)) {
      einsum::addVariables(einsum->output, out);
    }
  }
  return out;
}

/// The plan with tiles of the rows that exist.
KernelPlan withoutPadding(KernelPlan plan) {
  for (const auto& axis : plan.grid) {
    plan.extents.of[axis.variable] = std::min(axis.tile, axis.size);
  }
  return plan;
}

/// The axis along which a tile has the most rows: all that the loop carries has its variable.
const Axis* rowAxis(const KernelPlan& plan) {
  const Axis* most = nullptr;
  for (const auto& axis : plan.grid) {
    const bool all = std::all_of(plan.einsums.begin(), plan.einsums.end(), [&](const auto* einsum) {
      std::vector<std::string> variables;
      einsum::addVariables(einsum->output, variables);
      return !carries(*einsum, plan) || einsum::contains(variables, axis.variable);
    });
    const auto rows = std::min(axis.tile, axis.size);
    if (all && rows > (most == nullptr ? 1 : std::min(most->tile, most->size))) {
      most = &axis;
    }
  }
  return most;
}

/// Rows of a whole tile that exist, along that axis.
std::int64_t rowsOf(const KernelPlan& plan) {
  const auto* axis = rowAxis(plan);
  return axis == nullptr ? 1 : std::min(axis->tile, axis->size);
}

/// The plan with so many of them at most.
KernelPlan withRows(const KernelPlan& plan, std::int64_t rows) {
  auto out = plan;
  if (const auto* found = rowAxis(plan); found != nullptr) {
    auto& axis = out.grid[static_cast<std::size_t>(found - plan.grid.data())];
    axis.tile = std::min(axis.tile, rows);
    out.extents.of[axis.variable] = axis.tile;
  }
  return out;
}

void addOperations(sim::gpu::Step& step, const einsum::Einsum& einsum,
                   const std::map<std::string, double>& operations, const einsum::Cascade& cascade,
                   const arch::Gpu& gpu) {
  step.name += (step.name.empty() ? "" : "+") + einsum.name;
  const auto all = cascade.einsums();
  const auto index =
      static_cast<int>(std::find_if(all.begin(), all.end(),
                                    [&](const auto& each) { return each.name == einsum.name; }) -
                       all.begin());
  for (const auto& [op, count] : operations) {
    const auto* cost = gpu.operation(op);
    const double cycles =
        cost == nullptr ? 0 : count * cost->cycles / static_cast<double>(gpu.data().lanes);
    step.cycles += cycles;
    step.work.push_back({index, op, count, cycles});
  }
}

/// Merges one part into the running values.
sim::gpu::Step mergeStep(const KernelPlan& plan, const einsum::Cascade& cascade,
                         const arch::Gpu& gpu) {
  sim::gpu::Step step;
  const auto variables = carriedVariables(plan);
  for (const auto* einsum : plan.einsums) {
    if (!einsum::contains(einsum->variables, plan.loop->variable)) {
      continue;
    }
    const bool onCarried =
        std::all_of(einsum->variables.begin(), einsum->variables.end(),
                    [&](const auto& variable) { return einsum::contains(variables, variable); });
    if (knownAfterLoop(*einsum, plan)) {
      std::vector<std::string> output;
      einsum::addVariables(einsum->output, output);
      addOperations(step, *einsum, {{"add", plan.extents.points(output)}}, cascade, gpu);
    } else if (onCarried && !productOf(*einsum, plan)) {
      addOperations(step, *einsum, laneOperations(*einsum, plan.extents), cascade, gpu);
    }
  }
  for (std::size_t load = 0; load < partialResults(plan, cascade).size(); ++load) {
    step.loads.push_back(static_cast<int>(load));
  }
  return step;
}

/// A step that does so many times as much.
void scale(sim::gpu::Step& step, double times) {
  step.cycles *= times;
  for (auto& work : step.work) {
    work.operations *= times;
    work.cycles *= times;
  }
}

/// All bytes that are left for the kernel that merges.
double partialBytes(const KernelPlan& plan, const einsum::Cascade& cascade,
                    const std::vector<std::int64_t>& parts) {
  double each = 0;
  for (const auto& left : partialResults(withoutPadding(plan), cascade)) {
    each += left.bytes;
  }
  return each * static_cast<double>(std::accumulate(parts.begin(), parts.end(), std::int64_t{0}));
}

/// A CTA of the kernel that merges `rows` rows: in every iteration each of its warps takes a part
/// of one; what warps of one row have is merged at the end.
sim::gpu::Body warpsMerge(const KernelPlan& plan, std::int64_t rows, const Graph& graph,
                          const einsum::Cascade& cascade, const arch::Gpu& gpu) {
  const auto some = withRows(plan, rows);
  const std::int64_t ofRow = kWarps / rows;
  const auto warps = static_cast<double>(ofRow);
  auto out = mergeBody(some, graph, cascade, gpu, 1);
  if (warps > 1) {
    auto last = mergeStep(withoutPadding(some), cascade, gpu);
    last.loads.clear();
    scale(last, warps - 1);
    out.epilogue.steps.insert(out.epilogue.steps.begin(), std::move(last));
  }
  for (auto& load : out.iteration.loads) {
    load.bytes *= warps;
  }
  for (auto& step : out.iteration.steps) {
    scale(step, warps);
  }
  return out;
}

} // namespace

std::vector<sim::gpu::Transfer> partialResults(const KernelPlan& plan,
                                               const einsum::Cascade& cascade) {
  std::vector<sim::gpu::Transfer> out;
  for (const auto* einsum : plan.einsums) {
    if (carries(*einsum, plan)) {
      const double bytes = boxElements(cascade, einsum->output, plan.extents) * kPartialBytes;
      out.push_back({einsum->name, bytes, bytes, false});
    }
  }
  return out;
}

sim::gpu::Body mergeBody(const KernelPlan& padded, const Graph& graph,
                         const einsum::Cascade& cascade, const arch::Gpu& gpu, int warpgroups) {
  const auto plan = withoutPadding(padded);
  sim::gpu::Body out;
  out.iteration.loads = partialResults(plan, cascade);
  out.iteration.steps.push_back(mergeStep(plan, cascade, gpu));
  out.iteration.steps.back().carried.push_back(0);
  sim::gpu::Step after;
  for (const auto& node : graph.nodes) {
    if (node.role == Role::Epilogue && !node.product) {
      auto operations = laneOperations(*node.einsum, plan.extents);
      addOperations(after, *node.einsum, operations, cascade, gpu);
    }
  }
  if (!after.work.empty()) {
    out.epilogue.steps.push_back(std::move(after));
  }
  for (const auto& tensor : graph.stored) {
    out.epilogue.stores.push_back(storeOf(plan, tensor, cascade).second);
  }
  for (auto* part : {&out.iteration, &out.epilogue}) {
    for (auto& step : part->steps) {
      step.cycles /= warpgroups;
      for (auto& work : step.work) {
        work.cycles /= warpgroups;
      }
    }
  }
  return out;
}

sim::gpu::Kernel mergeOf(const KernelPlan& plan, const Graph& graph, const einsum::Cascade& cascade,
                         const arch::Gpu& gpu, const Jobs& jobs,
                         const std::vector<std::int64_t>& parts) {
  sim::gpu::Kernel out;
  out.name = plan.kernel->name + " merge";
  setOccupancy(out, occupancyOf(kThreads, kRegisters, gpu));
  out.stages = plan.mergeStages;
  const auto rows = std::min(plan.mergeRows, rowsOf(plan));
  auto body = warpsMerge(plan, plan.mergeRows, graph, cascade, gpu);
  const bool inL2 = partialBytes(plan, cascade, parts) <= static_cast<double>(gpu.data().l2.bytes);
  for (auto& load : body.iteration.loads) {
    load.shared = inL2; // written just now
  }
  out.iteration = std::move(body.iteration);
  out.epilogue = std::move(body.epilogue);
  const auto ctas = (rowsOf(plan) + rows - 1) / rows; // of a tile
  // Where the last one has fewer rows, each has as many less.
  const double existing = static_cast<double>(rowsOf(plan)) / static_cast<double>(ctas * rows);
  const auto warps = kWarps / plan.mergeRows; // of a row
  Kinds kinds;
  for (std::size_t j = 0; j < jobs.order.size(); ++j) {
    const auto filled = jobs.kinds[static_cast<std::size_t>(jobs.order[j])].rows * existing;
    const auto kind = kinds.indexOf({(parts[j] + warps - 1) / warps, 0, filled, 0, filled});
    for (std::int64_t cta = 0; cta < ctas; ++cta) {
      out.reuse.push_back(static_cast<std::int32_t>(out.order.size()));
      out.order.push_back(kind);
    }
  }
  out.kinds = std::move(kinds.all);
  return out;
}

} // namespace einsight::mappings::gpu
