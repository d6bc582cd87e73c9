#include "mappings/gpu/chain/variables.hpp"

#include "einsum/operators.hpp"
#include "einsum/walk.hpp"

#include <algorithm>

namespace einsight::mappings::gpu {
namespace {

using einsum::contains;
using einsum::Einsum;
using Names = std::vector<std::string>;

constexpr double kLeastRows = 64;      ///< that an instruction of the tensor cores has
constexpr double kMostResults = 49152; ///< of products: registers of an SM, less what else is held

} // namespace

Names outputVariables(const Einsum& einsum) {
  return einsum::variablesOf(einsum.output);
}

std::optional<ProductVariables> productVariables(const einsum::Cascade& cascade,
                                                 const Einsum& einsum) {
  const auto& root = einsum.expression;
  const auto isAccess = [](const auto& each) { return each.kind == einsum::Expr::Kind::Access; };
  if (root.kind != einsum::Expr::Kind::Operator || root.name != "mul" ||
      !std::all_of(root.operands.begin(), root.operands.end(), isAccess) ||
      einsum.reductions.size() != 1 || einsum.reductions.front().op != "add") {
    return std::nullopt;
  }
  Names left;
  Names right;
  einsum::addVariables(root.operands[0], left);
  einsum::addVariables(root.operands[1], right);
  const Names output = outputVariables(einsum);
  ProductVariables out;
  double rows = 1;
  double columns = 1;
  for (const auto& variable : einsum.variables) {
    const auto size = static_cast<double>(cascade.size(variable));
    if (!contains(output, variable)) {
      out.summed.push_back(variable);
    } else if (contains(left, variable) && contains(right, variable)) {
      out.batch.push_back(variable);
    } else if (contains(left, variable)) {
      out.rows.push_back(variable);
      rows *= size;
    } else {
      out.columns.push_back(variable);
      columns *= size;
    }
  }
  return rows > 1 && columns > 1 ? std::optional(out) : std::nullopt;
}

Names commonVariables(const std::vector<const Einsum*>& einsums) {
  Names out = outputVariables(*einsums.front());
  for (const auto* einsum : einsums) {
    const Names own = outputVariables(*einsum);
    const Names whole = wholeVariables(*einsum);
    std::erase_if(out,
                  [&](const auto& name) { return !contains(own, name) || contains(whole, name); });
  }
  return out;
}

Names wholeVariables(const Einsum& einsum) {
  Names out;
  for (const auto& reduction : einsum.reductions) {
    const auto* row = einsum::findOperator(reduction.op);
    if (row->leaves == einsum::Leaves::Rank) {
      out.insert(out.end(), reduction.variables.begin(), reduction.variables.end());
    } else if (row->leaves == einsum::Leaves::Positions) {
      Names inputs;
      einsum::addVariables(einsum.expression, inputs);
      for (const auto& variable : outputVariables(einsum)) {
        if (!contains(inputs, variable)) {
          out.push_back(variable);
        }
      }
    }
  }
  return out;
}

double pointsBeside(const einsum::Cascade& cascade, const std::vector<const Einsum*>& einsums,
                    const Names& cut) {
  double most = 1;
  for (const auto* einsum : einsums) {
    double points = 1;
    for (const auto& variable : einsum->variables) {
      points *= contains(cut, variable) ? 1.0 : static_cast<double>(cascade.size(variable));
    }
    most = std::max(most, points);
  }
  return most;
}

bool containsAll(const Names& list, const Names& wanted) {
  return std::all_of(wanted.begin(), wanted.end(),
                     [&](const std::string& name) { return contains(list, name); });
}

bool isLaunched(const einsum::Cascade& cascade, const std::vector<const Einsum*>& einsums,
                const std::string& loop) {
  Names cut = commonVariables(einsums);
  cut.push_back(loop);
  double results = 0;
  for (const auto* einsum : einsums) {
    double points = 1;
    for (const auto& variable : outputVariables(*einsum)) {
      points *= contains(cut, variable) ? 1.0 : static_cast<double>(cascade.size(variable));
    }
    if (const auto variables = productVariables(cascade, *einsum)) {
      const auto isCut = [&](const std::string& name) { return contains(cut, name); };
      const bool rows = std::any_of(variables->rows.begin(), variables->rows.end(), isCut) ||
                        std::any_of(variables->columns.begin(), variables->columns.end(), isCut);
      results += points * (rows ? kLeastRows : 1);
    }
  }
  return results > kMostResults;
}

} // namespace einsight::mappings::gpu
