#include "einsum/analysis.hpp"

#include "einsum/operators.hpp"
#include "einsum/points.hpp"
#include "einsum/walk.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::einsum {
namespace {

constexpr double kBitsPerByte = 8;

void addOperation(std::string name, std::vector<OperationCount>& out) {
  const auto found = std::find_if(out.begin(), out.end(),
                                  [&](const OperationCount& count) { return count.op == name; });
  if (found == out.end()) {
    out.push_back({std::move(name), 1});
  } else {
    ++found->perPoint;
  }
}

/// Operands before operators, left to right: the order of evaluation.
void addOperations(const Expr& expression, std::vector<OperationCount>& out) {
  for (const Expr& operand : expression.operands) {
    addOperations(operand, out);
  }
  if (expression.kind == Expr::Kind::Operator) {
    addOperation(expression.name, out);
  } else if (expression.kind == Expr::Kind::Access) {
    for (const Index& index : expression.access.indices) {
      if (!index.gatherTensor.empty()) {
        addOperation("gather", out);
      }
    }
  }
}

core::Problems problemOf(const Einsum& einsum, std::string_view what) {
  return {{einsum.where, fmt::format("the iteration space of {} {}", einsum.name, what), {}}};
}

double bytes(const Tensor& tensor) {
  double elements = 1;
  for (const std::int64_t size : tensor.shape) {
    elements *= static_cast<double>(size);
  }
  return elements * tensor.bits / kBitsPerByte;
}

} // namespace

std::vector<OperationCount> operationsPerPoint(const Einsum& einsum) {
  std::vector<OperationCount> out;
  if (einsum.view) {
    return out;
  }
  const Expr& root = einsum.expression;
  const bool fused = root.kind == Expr::Kind::Operator && root.name == "mul" &&
                     !einsum.reductions.empty() && einsum.reductions.front().op == "add";
  if (fused) {
    for (const Expr& operand : root.operands) {
      addOperations(operand, out);
    }
    addOperation("macc", out);
  } else {
    addOperations(root, out);
  }
  for (std::size_t i = fused ? 1 : 0; i < einsum.reductions.size(); ++i) {
    addOperation(einsum.reductions[i].op, out);
  }
  return out;
}

core::Expected<std::int64_t> points(const Cascade& cascade, const Einsum& einsum) {
  Polytope space;
  for (const std::string& variable : einsum.variables) {
    space.sizes.push_back(cascade.size(variable));
  }
  for (const Constraint& constraint : einsum.domain) {
    Polytope::Row row{{}, constraint.constant};
    for (const std::string& variable : einsum.variables) {
      const auto term = constraint.terms.find(variable);
      row.coefficients.push_back(term == constraint.terms.end() ? 0 : term->second);
    }
    space.rows.push_back(std::move(row));
  }
  const auto count = countPoints(std::move(space));
  if (!count) {
    return core::failure(problemOf(einsum, count.error()));
  }
  return *count;
}

core::Expected<std::map<std::string, std::int64_t>> operations(const Cascade& cascade,
                                                               const Einsum& einsum) {
  std::map<std::string, std::int64_t> out;
  const auto count = points(cascade, einsum);
  if (!count) {
    return core::failure(count.error());
  }
  for (const OperationCount& operation : operationsPerPoint(einsum)) {
    std::int64_t& total = out[operation.op];
    if (__builtin_mul_overflow(operation.perPoint, *count, &total)) {
      return core::failure(problemOf(einsum, "needs more operations than 64 bits hold"));
    }
  }
  return out;
}

double flopsOf(std::string_view operation) {
  return operation == "macc" ? 2 : 1;
}

double flops(const Cascade& cascade) {
  double total = 0;
  for (const Einsum& einsum : cascade.einsums()) {
    if (const auto counts = operations(cascade, einsum)) {
      for (const auto& [op, count] : *counts) {
        total += static_cast<double>(count) * flopsOf(op);
      }
    }
  }
  return total;
}

double operationalIntensity(const Cascade& cascade) {
  double moved = 0;
  for (const Tensor& tensor : cascade.tensors()) {
    moved += tensor.input || tensor.result ? bytes(tensor) : 0;
  }
  return flops(cascade) / moved;
}

} // namespace einsight::einsum
