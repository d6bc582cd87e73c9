#include "sim/pe/program.hpp"

#include "core/invariant.hpp"
#include "einsum/analysis.hpp"
#include "einsum/walk.hpp"

#include <algorithm>
#include <array>

namespace einsight::sim::cells {
namespace {

using einsum::Expr;
using einsum::Merge;
using einsum::Point;

constexpr std::size_t kDeepest = 16;

} // namespace

Program::Program(const einsum::Einsum& einsum) : einsum_(einsum) {
  compile(einsum.expression);
  EINSIGHT_INVARIANT(steps_.size() <= kDeepest, "an expression fits the PE's stack");
  for (std::size_t i = 0; i < einsum.masks; ++i) {
    Mask mask{{}, einsum.domain[i].constant};
    for (const auto& [variable, coefficient] : einsum.domain[i].terms) {
      mask.terms.emplace_back(place(variable), coefficient);
    }
    masks_.push_back(std::move(mask));
  }
  if (!einsum.reductions.empty()) {
    reduction_ = einsum::findOperator(einsum.reductions.front().op);
  }
}

std::size_t Program::place(const std::string& variable) const {
  const auto found = std::find(einsum_.variables.begin(), einsum_.variables.end(), variable);
  return static_cast<std::size_t>(found - einsum_.variables.begin());
}

void Program::compile(const Expr& expression) {
  for (const auto& operand : expression.operands) {
    compile(operand);
  }
  Step step;
  step.kind = expression.kind;
  step.constant = expression.constant;
  if (expression.kind == Expr::Kind::Access) {
    step.index = accesses_++;
  } else if (expression.kind == Expr::Kind::Variable) {
    step.index = place(expression.name);
  } else if (expression.kind == Expr::Kind::Operator) {
    step.row = einsum::findOperator(expression.name);
    step.operands = expression.operands.size();
  }
  steps_.push_back(step);
}

Point Program::apply(const Step& step, std::span<const Point> operands) {
  std::array<double, kDeepest> values{};
  std::size_t present = 0;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    values[i] = operands[i].present ? operands[i].value : step.row->identity;
    present += operands[i].present ? 1 : 0;
  }
  const bool there = step.row->merge == Merge::Intersection ? present == operands.size()
                     : step.row->merge == Merge::Union      ? present > 0
                                                            : operands.front().present;
  return there ? Point{step.row->evaluate(std::span(values).first(operands.size())), true}
               : Point{};
}

Point Program::at(std::span<const Point> operands, std::span<const std::int64_t> variables) const {
  for (const auto& mask : masks_) {
    auto sum = mask.constant;
    for (const auto& [index, coefficient] : mask.terms) {
      sum += coefficient * variables[index];
    }
    if (sum < 0) {
      return {};
    }
  }
  std::array<Point, kDeepest> stack;
  std::size_t top = 0;
  for (const auto& step : steps_) {
    Point result{step.constant, true};
    if (step.kind == Expr::Kind::Access) {
      result = operands[step.index];
    } else if (step.kind == Expr::Kind::Variable) {
      result.value = static_cast<double>(variables[step.index]);
    } else if (step.kind == Expr::Kind::Operator) {
      top -= step.operands;
      result = apply(step, std::span(stack).subspan(top, step.operands));
    }
    stack[top++] = result;
  }
  return stack[0];
}

core::Rational Program::cycles(const arch::Unit& unit) const {
  const auto operations = einsum::operationsPerPoint(einsum_);
  const auto alone = [&](std::size_t i) {
    return unit.operation(operations[i].op)->cycles * core::Rational(operations[i].perPoint);
  };
  core::Rational sum(0);
  std::size_t next = 0;
  while (next < operations.size()) {
    std::size_t length = 1;
    for (const auto& chain : unit.chained) {
      std::size_t equal = 0;
      while (equal < chain.size() && next + equal < operations.size() &&
             operations[next + equal].op == chain[equal]) {
        ++equal;
      }
      length = equal == chain.size() ? std::max(length, equal) : length;
    }
    auto longest = alone(next);
    for (std::size_t i = next + 1; i < next + length; ++i) {
      longest = std::max(longest, alone(i));
    }
    sum = sum + longest;
    next += length;
  }
  return sum;
}

Point Program::join(const Point& a, const Point& b) const {
  if (!a.present || !b.present) {
    return a.present ? a : b;
  }
  EINSIGHT_INVARIANT(reduction_ != nullptr, "two results of one point");
  const std::array<double, 2> both{a.value, b.value};
  return {reduction_->evaluate(both), true};
}

std::string unsupported(const einsum::Einsum& einsum) {
  std::vector<const einsum::Access*> all = einsum::accesses(einsum.expression);
  all.push_back(&einsum.output);
  for (const auto* access : all) {
    for (const auto& index : access->indices) {
      if (!index.gatherTensor.empty()) {
        return "reads its indices from a tensor";
      }
    }
  }
  for (const auto& reduction : einsum.reductions) {
    const auto* row = einsum::findOperator(reduction.op);
    if (row->leaves != einsum::Leaves::Nothing || row->position) {
      return "leaves more than one value of what it reduces";
    }
    if (reduction.op != einsum.reductions.front().op) {
      return "reduces with two operators";
    }
  }
  return {};
}

} // namespace einsight::sim::cells
