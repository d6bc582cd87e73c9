#include "mappings/gpu/cta/rows.hpp"

#include "einsum/walk.hpp"

#include <algorithm>
#include <cmath>

namespace einsight::mappings::gpu {
namespace {

constexpr int kLanesOfRow = 4;

/// Is the result of a node, within the iteration, needed by one that has the variable?
bool isNeededAlong(const Graph& graph, std::size_t from, const std::string& variable) {
  std::vector<bool> reached(graph.nodes.size(), false);
  std::vector<std::size_t> open{from};
  while (!open.empty()) {
    const auto node = open.back();
    open.pop_back();
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      const auto& reader = graph.nodes[i];
      if (reached[i] || !einsum::contains(reader.needs, static_cast<int>(node))) {
        continue;
      }
      if (einsum::contains(reader.einsum->variables, variable)) {
        return true;
      }
      reached[i] = true;
      open.push_back(i);
    }
  }
  return false;
}

/// Steps of a tree over the lanes of each row, for the reductions of a node that need them.
void addExchange(Graph& graph, std::size_t index, const KernelPlan& plan, const RowLayout& rows) {
  auto& node = graph.nodes[index];
  const auto output = einsum::variablesOf(node.einsum->output);
  if (!rows.isOfRow(output)) {
    return;
  }
  for (const auto& reduction : node.einsum->reductions) {
    const auto& variables = reduction.variables;
    const bool exchanged =
        std::any_of(variables.begin(), variables.end(), [&](const auto& variable) {
          return einsum::contains(rows.columns, variable) && isNeededAlong(graph, index, variable);
        });
    if (exchanged) {
      const double times = plan.extents.points(output) * rows.lanes * std::log2(rows.lanes);
      node.repeated["shuffle"] += times;
      node.repeated[reduction.op] += times;
    }
  }
}

/// Does the Einsum of a node take a running sum that the tensor cores add to?
bool takesSum(const Graph& graph, const Node& node) {
  const auto accesses = einsum::accesses(node.einsum->expression);
  return std::any_of(accesses.begin(), accesses.end(), [&](const auto* access) {
    const auto maker = graph.makers.find(access->tensor);
    const auto* sum = maker == graph.makers.end()
                          ? nullptr
                          : graph.nodes[static_cast<std::size_t>(maker->second)].accumulates;
    return sum != nullptr && sum->name == access->tensor;
  });
}

/// A running sum in tensor memory: the lanes read it there, and in the loop write it back.
void addSumTraffic(Graph& graph, const KernelPlan& plan) {
  for (auto& node : graph.nodes) {
    if (!node.product && takesSum(graph, node)) {
      const double times = node.role == Role::Iteration ? 2 : 1;
      node.operations[resultOperation(plan.kernel->instruction)] +=
          times * plan.extents.points(einsum::variablesOf(node.einsum->output));
    }
  }
}

} // namespace

RowLayout rowLayoutOf(const Graph& graph, const KernelPlan& plan) {
  RowLayout out;
  out.lanes = resultsInTensorMemory(plan.kernel->instruction) ? 1 : kLanesOfRow;
  for (const auto& node : graph.nodes) {
    if (!node.product || !node.product->rowsDivided) {
      continue;
    }
    out.row = plan.rowVariable();
    const auto left = einsum::variablesOf(*node.product->left);
    for (const auto& variable : einsum::variablesOf(node.product->einsum->output)) {
      if (plan.extents(variable) > 1 && !einsum::contains(left, variable) &&
          !einsum::contains(out.columns, variable)) {
        out.columns.push_back(variable);
      }
    }
  }
  return out;
}

void addRowWork(Graph& graph, const KernelPlan& plan) {
  if (resultsInTensorMemory(plan.kernel->instruction)) {
    addSumTraffic(graph, plan);
  }
  const auto rows = rowLayoutOf(graph, plan);
  if (rows.row.empty() || rows.lanes == 1) {
    return;
  }
  for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
    auto& node = graph.nodes[i];
    if (node.product) {
      continue;
    }
    // A conversion is a node of its own, of the Einsum whose result it converts.
    if (productOf(*node.einsum, plan)) {
      continue;
    }
    for (const auto& [op, count] : rowOperations(*node.einsum, plan.extents, rows)) {
      node.repeated[op] += count * (rows.lanes - 1);
    }
    addExchange(graph, i, plan, rows);
  }
}

std::vector<int> takenFromAll(const Graph& graph, const Node& node, const KernelPlan& plan) {
  std::vector<int> out;
  const auto row = plan.rowVariable();
  if (plan.warpgroups > 1 && einsum::contains(einsum::reducedVariables(*node.einsum), row)) {
    std::copy_if(node.needs.begin(), node.needs.end(), std::back_inserter(out), [&](int need) {
      const auto& maker = graph.nodes[static_cast<std::size_t>(need)];
      return einsum::contains(einsum::variablesOf(maker.einsum->output), row);
    });
  }
  return out;
}

} // namespace einsight::mappings::gpu
