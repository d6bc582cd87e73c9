#include "mappings/plan.hpp"

#include "mappings/planning.hpp"

#include <algorithm>

namespace einsight::mappings {
namespace {

void collect(const einsum::Expr& expression, std::string_view tensor,
             std::vector<const einsum::Access*>& found) {
  if (expression.kind == einsum::Expr::Kind::Access &&
      (tensor.empty() || expression.access.tensor == tensor)) {
    found.push_back(&expression.access);
  }
  for (const auto& operand : expression.operands) {
    collect(operand, tensor, found);
  }
}

} // namespace

const LeafPlan* SectionPlan::producer(std::string_view tensor) const {
  const auto found = std::find_if(leaves.begin(), leaves.end(), [&](const LeafPlan& leaf) {
    return leaf.einsum->output.tensor == tensor;
  });
  return found == leaves.end() ? nullptr : &*found;
}

bool SectionPlan::inside(int node, int other) const {
  while (node >= 0 && node != other) {
    node = nodes[static_cast<std::size_t>(node)].parent;
  }
  return node == other;
}

std::vector<const einsum::Access*> accesses(const einsum::Einsum& einsum, std::string_view tensor) {
  std::vector<const einsum::Access*> found;
  collect(einsum.expression, tensor, found);
  return found;
}

std::vector<std::string> reads(const einsum::Einsum& einsum) {
  std::vector<std::string> names;
  for (const auto* access : accesses(einsum, "")) {
    if (std::find(names.begin(), names.end(), access->tensor) == names.end()) {
      names.push_back(access->tensor);
    }
  }
  return names;
}

core::Expected<Plan> plan(const Mapping& mapping, const einsum::Cascade& cascade,
                          const arch::Machine& machine) {
  core::Problems problems;
  const auto sizes = findSizes(mapping, cascade, machine, problems);
  auto built = buildPlan(mapping, cascade, machine, sizes, problems);
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return built;
}

} // namespace einsight::mappings
