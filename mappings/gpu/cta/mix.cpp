#include "mappings/gpu/cta/mix.hpp"

#include "einsum/walk.hpp"

#include <algorithm>
#include <cmath>

namespace einsight::mappings::gpu {
namespace {

using einsum::Expr;
using Counts = std::map<std::string, double>;

constexpr double kWarpsPerWarpgroup = 4;
// Shapes of mma, wgmma and tcgen05.mma: columns are multiples of 8, an operand is 256 bits deep
// (PTX ISA, matrix shapes).
constexpr double kColumnGranularity = 8;
constexpr double kDepthBits = 256;
constexpr double kBitsPerByte = 8;

double padded(double value, double granularity) {
  return std::ceil(value / granularity) * granularity;
}

bool isOperator(const Expr& expression, std::string_view name) {
  return expression.kind == Expr::Kind::Operator && expression.name == name;
}

bool isSum(const Expr& expression) {
  return isOperator(expression, "add") || isOperator(expression, "sub");
}

/// Counts the operators of one Einsum over a tile.
class Counting {
public:
  /// `rows`: only operations on values that a row has one of; null: all.
  Counting(const einsum::Einsum& einsum, const Extents& extents, const RowLayout* rows)
      : einsum_(einsum), extents_(extents), rows_(rows) {}

  Counts count() {
    const double all = extents_.points(einsum_.variables);
    const Expr& root = einsum_.expression;
    std::size_t first = 0;
    if (!einsum_.reductions.empty() && einsum_.reductions.front().op == "add" &&
        isOperator(root, "mul") && points(root) == all) {
      add("fma", all, einsum_.variables);
      operands(root);
      first = 1;
    } else {
      visit(root);
    }
    for (std::size_t i = first; i < einsum_.reductions.size(); ++i) {
      add(einsum_.reductions[i].op, all, einsum_.variables);
    }
    return counts_;
  }

private:
  [[nodiscard]] static std::vector<std::string> variablesIn(const Expr& expression) {
    std::vector<std::string> variables;
    einsum::addVariables(expression, variables);
    return variables;
  }

  [[nodiscard]] double points(const Expr& expression) const {
    return extents_.points(variablesIn(expression));
  }

  void add(const std::string& op, double times, const std::vector<std::string>& variables) {
    if (rows_ == nullptr || rows_->isOfRow(variables)) {
      counts_[op] += times;
    }
  }

  void add(const std::string& op, const Expr& of) { add(op, points(of), variablesIn(of)); }

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
    const bool ofSum = !expression.operands.empty() && isSum(expression.operands[0]) &&
                       points(expression.operands[0]) == times;
    if (isSum(expression)) {
      sum(expression, expression.name);
    } else if (expression.name == "exp" && ofSum) {
      add("exp2", expression);
      sum(expression.operands[0], "fma");
    } else if (expression.name == "sigmoid" && ofSum) {
      add("tanh", expression);
      add("fma", expression);
      sum(expression.operands[0], "fma");
    } else if (expression.name == "div" && points(expression.operands[1]) < times) {
      add("recip", expression.operands[1]);
      add("mul", expression);
      operands(expression);
    } else {
      add(expression.name, expression);
      operands(expression);
    }
  }

  /// A sum or difference: an fma when one side is a product of as many points.
  void sum(const Expr& expression, const std::string& plain) {
    const double times = points(expression);
    bool fused = false;
    for (const auto& operand : expression.operands) {
      if (!fused && isOperator(operand, "mul") && points(operand) == times) {
        fused = true;
        operands(operand);
      } else {
        visit(operand);
      }
    }
    add(fused ? "fma" : plain, expression);
  }

  void gathers(const Expr& expression) {
    for (const auto& index : expression.access.indices) {
      if (!index.gatherTensor.empty()) {
        add("gather", expression);
      }
    }
  }

  const einsum::Einsum& einsum_;
  const Extents& extents_;
  const RowLayout* rows_;
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
    return einsum::contains(einsum::variablesOf(access), divided);
  };
  if (has(*out.right) && !has(*out.left)) {
    std::swap(out.left, out.right);
  }
  out.rowsDivided = has(*out.left) && !has(*out.right);
  const auto left = einsum::variablesOf(*out.left);
  const auto right = einsum::variablesOf(*out.right);
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
  // Warps that work alone pad their own rows or columns; a warpgroup's instruction pads those of
  // all four.
  const bool columnWarps =
      plan.kernel != nullptr && plan.kernel->columnWarps && !rate.sharedOperands;
  const double unit = static_cast<double>(rate.rows) *
                      (rate.sharedOperands || columnWarps ? 1 : kWarpsPerWarpgroup);
  const double granularity = kColumnGranularity * (columnWarps ? kWarpsPerWarpgroup : 1);
  const double groups = plan.warpgroups;
  const double depth = padded(product.depth, kDepthBits / bits);
  const double byRows =
      padded(std::ceil(product.rows / groups), unit) * padded(product.columns, granularity);
  const double byColumns =
      padded(product.rows, unit) * padded(std::ceil(product.columns / groups), granularity);
  const bool morePadding = padded(std::ceil(product.rows / groups), unit) * groups >
                           padded(product.rows, unit); // the lanes then work on padded rows
  const bool splitRows = byRows < byColumns || (byRows == byColumns && !morePadding);
  const double rows =
      splitRows ? padded(std::ceil(product.rows / groups), unit) : padded(product.rows, unit);
  const double columns =
      padded(splitRows ? product.columns : std::ceil(product.columns / groups), granularity);
  ProductCost out;
  out.paddedRows = splitRows ? rows * groups : rows;
  const double maccs = product.batch * rows * columns * depth;
  out.maccs = maccs * groups;
  double readers = kWarpsPerWarpgroup; // of the right-hand tile
  double leftReaders = leftInShared ? 1 : 0;
  if (!splitRows && plan.kernel != nullptr && resultsInTensorMemory(plan.kernel->instruction)) {
    leftReaders /= groups; // one thread issues an instruction for the columns of all
  }
  if (rate.sharedOperands) {
    readers = std::ceil(rows / static_cast<double>(rate.rows));
  } else if (columnWarps) {
    readers = 1;
    leftReaders = kWarpsPerWarpgroup; // also of what they made: each has columns of it only
  }
  out.sharedBytes =
      product.batch * depth * bits / kBitsPerByte * (readers * columns + leftReaders * rows);
  out.peakCycles = maccs / rate.maccsPerCycle;
  out.mathCycles = out.peakCycles / rate.efficiency;
  out.sharedCycles = out.sharedBytes / sharedBytesPerCycle;
  out.cycles = std::max(out.mathCycles, out.sharedCycles);
  return out;
}

bool RowLayout::isOfRow(const std::vector<std::string>& variables) const {
  return einsum::contains(variables, row) &&
         std::none_of(columns.begin(), columns.end(),
                      [&](const auto& column) { return einsum::contains(variables, column); });
}

std::map<std::string, double> laneOperations(const einsum::Einsum& einsum, const Extents& extents) {
  return Counting(einsum, extents, nullptr).count();
}

std::map<std::string, double> rowOperations(const einsum::Einsum& einsum, const Extents& extents,
                                            const RowLayout& rows) {
  return Counting(einsum, extents, &rows).count();
}

} // namespace einsight::mappings::gpu
