#include "mappings/gpu/mix.hpp"

#include "einsum/walk.hpp"

#include <algorithm>
#include <cmath>

namespace einsight::mappings::gpu {
namespace {

using einsum::Expr;
using Counts = std::map<std::string, double>;

constexpr double kWarpsPerWarpgroup = 4;
constexpr double kColumnGranularity = 8;
constexpr double kDepthBits = 256;
constexpr double kBitsPerByte = 8;

double padded(double value, double granularity) {
  return std::ceil(value / granularity) * granularity;
}

std::vector<std::string> variablesOf(const einsum::Access& access) {
  std::vector<std::string> out;
  einsum::addVariables(access, out);
  return out;
}

bool isOperator(const Expr& expression, std::string_view name) {
  return expression.kind == Expr::Kind::Operator && expression.name == name;
}

/// Counts the operators of one Einsum over a tile.
class Counting {
public:
  Counting(const einsum::Einsum& einsum, const Extents& extents)
      : einsum_(einsum), extents_(extents) {}

  Counts count() {
    const double all = extents_.points(einsum_.variables);
    const Expr& root = einsum_.expression;
    std::size_t first = 0;
    if (!einsum_.reductions.empty() && einsum_.reductions.front().op == "add" &&
        isOperator(root, "mul") && points(root) == all) {
      add("fma", all);
      operands(root);
      first = 1;
    } else {
      visit(root);
    }
    for (std::size_t i = first; i < einsum_.reductions.size(); ++i) {
      add(einsum_.reductions[i].op, all);
    }
    return counts_;
  }

private:
  [[nodiscard]] double points(const Expr& expression) const {
    std::vector<std::string> variables;
    einsum::addVariables(expression, variables);
    return extents_.points(variables);
  }

  void add(const std::string& op, double times) { counts_[op] += times; }

  void operands(const Expr& expression) {
    for (const auto& operand : expression.operands) {
      visit(operand);
    }
  }

  void visit(const Expr& expression) {
    if (expression.kind == Expr::Kind::Access) {
      gathers(expression);
    }
    if (expression.kind != Expr::Kind::Operator) {
      return;
    }
    const double times = points(expression);
    if (expression.name == "add" || expression.name == "sub") {
      sum(expression, times, expression.name);
    } else if (expression.name == "exp" && !expression.operands.empty() &&
               (isOperator(expression.operands[0], "add") ||
                isOperator(expression.operands[0], "sub")) &&
               points(expression.operands[0]) == times) {
      add("exp2", times);
      sum(expression.operands[0], times, "fma");
    } else if (expression.name == "div" && points(expression.operands[1]) < times) {
      add("recip", points(expression.operands[1]));
      add("mul", times);
      operands(expression);
    } else {
      add(expression.name, times);
      operands(expression);
    }
  }

  /// A sum or difference: an fma when one side is a product of as many points.
  void sum(const Expr& expression, double times, const std::string& plain) {
    bool fused = false;
    for (const auto& operand : expression.operands) {
      if (!fused && isOperator(operand, "mul") && points(operand) == times) {
        fused = true;
        operands(operand);
      } else {
        visit(operand);
      }
    }
    add(fused ? "fma" : plain, times);
  }

  void gathers(const Expr& expression) {
    for (const auto& index : expression.access.indices) {
      if (!index.gatherTensor.empty()) {
        add("gather", points(expression));
      }
    }
  }

  const einsum::Einsum& einsum_;
  const Extents& extents_;
  Counts counts_;
};

} // namespace

std::optional<Product> productOf(const einsum::Einsum& einsum, const KernelPlan& plan) {
  const Expr& root = einsum.expression;
  if (!isOperator(root, "mul") || einsum.reductions.size() != 1 ||
      einsum.reductions.front().op != "add" || root.operands.size() != 2 ||
      root.operands[0].kind != Expr::Kind::Access || root.operands[1].kind != Expr::Kind::Access) {
    return std::nullopt;
  }
  Product out;
  out.einsum = &einsum;
  out.left = &root.operands[0].access;
  out.right = &root.operands[1].access;
  const auto divided = plan.rowVariable();
  const auto has = [&](const einsum::Access& access) {
    return einsum::contains(variablesOf(access), divided);
  };
  if (has(*out.right) && !has(*out.left)) {
    std::swap(out.left, out.right);
  }
  out.rowsDivided = has(*out.left) && !has(*out.right);
  const auto left = variablesOf(*out.left);
  const auto right = variablesOf(*out.right);
  const auto reduced = einsum::reducedVariables(einsum);
  for (const auto& variable : einsum.variables) {
    const auto extent = static_cast<double>(plan.extents(variable));
    const bool inLeft = einsum::contains(left, variable);
    const bool inRight = einsum::contains(right, variable);
    (einsum::contains(reduced, variable) ? out.depth
     : inLeft && !inRight                ? out.rows
     : inRight && !inLeft                ? out.columns
                                         : out.batch) *= extent;
  }
  return out.rows > 1 && out.columns > 1 ? std::optional(out) : std::nullopt;
}

ProductCost costOf(const Product& product, const KernelPlan& plan, const arch::TensorRate& rate,
                   int bits, bool leftInShared, double sharedBytesPerCycle) {
  // Warps that work alone pad their own rows; a warpgroup's instruction pads those of all four.
  const double unit =
      static_cast<double>(rate.rows) * (rate.sharedOperands ? 1 : kWarpsPerWarpgroup);
  const double groups = plan.warpgroups;
  const double depth = padded(product.depth, kDepthBits / bits);
  const double byRows =
      padded(std::ceil(product.rows / groups), unit) * padded(product.columns, kColumnGranularity);
  const double byColumns =
      padded(product.rows, unit) * padded(std::ceil(product.columns / groups), kColumnGranularity);
  const bool splitRows = byRows <= byColumns;
  const double rows =
      splitRows ? padded(std::ceil(product.rows / groups), unit) : padded(product.rows, unit);
  const double columns =
      padded(splitRows ? product.columns : std::ceil(product.columns / groups), kColumnGranularity);
  ProductCost out;
  out.paddedRows = splitRows ? rows * groups : rows;
  const double maccs = product.batch * rows * columns * depth;
  out.maccs = maccs * groups;
  const double readers =
      rate.sharedOperands ? std::ceil(rows / static_cast<double>(rate.rows)) : kWarpsPerWarpgroup;
  out.sharedBytes =
      product.batch * depth * bits / kBitsPerByte * (readers * columns + (leftInShared ? rows : 0));
  out.peakCycles = maccs / rate.maccsPerCycle;
  out.mathCycles = out.peakCycles / rate.efficiency;
  out.sharedCycles = out.sharedBytes / sharedBytesPerCycle;
  out.cycles = std::max(out.mathCycles, out.sharedCycles);
  return out;
}

std::map<std::string, double> laneOperations(const einsum::Einsum& einsum, const Extents& extents) {
  return Counting(einsum, extents).count();
}

} // namespace einsight::mappings::gpu
