#include "einsum/program.hpp"

#include "core/invariant.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace einsight::einsum {
namespace {

constexpr std::size_t kMostOperands = 3;

std::vector<std::int64_t> strides(const std::vector<std::int64_t>& shape) {
  std::vector<std::int64_t> out(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;) {
    out[i - 1] = out[i] * shape[i];
  }
  return out;
}

} // namespace

std::int64_t Program::Linear::at(const std::int64_t* point) const {
  std::int64_t sum = constant;
  for (const auto& [place, coefficient] : terms) {
    sum += coefficient * point[place];
  }
  return sum;
}

Point Program::Load::at(const std::int64_t* point) const {
  std::int64_t place = offset.at(point);
  for (const Dimension& dimension : dimensions) {
    std::int64_t index = 0;
    if (dimension.gather.empty()) {
      index = dimension.index.at(point);
    } else {
      const Point read = dimension.gather.front().at(point);
      if (!read.present) {
        return {};
      }
      index = std::llround(read.value);
    }
    if (index < 0 || index >= dimension.size) {
      return {};
    }
    place += index * dimension.stride;
  }
  const auto at = static_cast<std::size_t>(place);
  return {values->data[at], values->present[at] != 0};
}

Program::Program(const Einsum& einsum, const std::vector<std::string>& variables,
                 const Environment& values)
    : variables_(variables), environment_(values) {
  for (std::size_t i = 0; i < einsum.masks; ++i) {
    masks_.push_back(linear(einsum.domain[i].terms, einsum.domain[i].constant));
  }
  root_ = step(einsum.expression);
}

Point Program::at(const std::int64_t* point) const {
  return evaluate(root_, point);
}

bool Program::inMask(const std::int64_t* point) const {
  return std::all_of(masks_.begin(), masks_.end(),
                     [&](const Linear& mask) { return mask.at(point) >= 0; });
}

Program::Linear Program::linear(const std::map<std::string, std::int64_t>& terms,
                                std::int64_t constant) const {
  Linear out{{}, constant};
  for (const auto& [variable, coefficient] : terms) {
    const auto found = std::find(variables_.begin(), variables_.end(), variable);
    EINSIGHT_INVARIANT(found != variables_.end(), "an index outside the iteration space");
    out.terms.emplace_back(static_cast<std::size_t>(found - variables_.begin()), coefficient);
  }
  return out;
}

Program::Load Program::load(const std::string& tensor, const std::vector<Index>& indices) const {
  Load out;
  out.values = &environment_.at(tensor);
  const auto& shape = out.values->shape;
  const auto stride = strides(shape);
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const Index& index = indices[i];
    if (!index.gatherTensor.empty()) {
      out.dimensions.push_back(
          {{}, shape[i], stride[i], {load(index.gatherTensor, index.gatherIndex)}});
    } else if (index.plainVariable().empty() && !index.terms.empty()) {
      out.dimensions.push_back({linear(index.terms, index.constant), shape[i], stride[i], {}});
    } else {
      const Linear plain = linear(index.terms, index.constant);
      out.offset.constant += plain.constant * stride[i];
      for (const auto& [place, coefficient] : plain.terms) {
        out.offset.terms.emplace_back(place, coefficient * stride[i]);
      }
    }
  }
  return out;
}

Program::Step Program::step(const Expr& expression) const {
  Step out;
  out.kind = expression.kind;
  out.constant = expression.constant;
  if (expression.kind == Expr::Kind::Access) {
    out.load = load(expression.access.tensor, expression.access.indices);
  } else if (expression.kind == Expr::Kind::Variable) {
    out.place = linear({{expression.name, 1}}, 0).terms.front().first;
  } else if (expression.kind == Expr::Kind::Operator) {
    out.row = findOperator(expression.name);
    EINSIGHT_INVARIANT(out.row != nullptr && expression.operands.size() <= kMostOperands,
                       "an operator that is not in the table");
  }
  for (const Expr& operand : expression.operands) {
    out.operands.push_back(step(operand));
  }
  return out;
}

Point Program::evaluate(const Step& step, const std::int64_t* point) {
  switch (step.kind) {
  case Expr::Kind::Constant:
    return {step.constant, true};
  case Expr::Kind::Variable:
    return {static_cast<double>(point[step.place]), true};
  case Expr::Kind::Access:
    return step.load.at(point);
  case Expr::Kind::Operator:
    break;
  }
  return apply(step, point);
}

Point Program::apply(const Step& step, const std::int64_t* point) {
  std::array<double, kMostOperands> operands{};
  std::size_t present = 0;
  bool first = false;
  for (std::size_t i = 0; i < step.operands.size(); ++i) {
    const Point operand = evaluate(step.operands[i], point);
    operands[i] = operand.present ? operand.value : step.row->identity;
    present += operand.present ? 1 : 0;
    first = first || (i == 0 && operand.present);
  }
  const bool there = step.row->merge == Merge::Intersection ? present == step.operands.size()
                     : step.row->merge == Merge::Union      ? present > 0
                                                            : first;
  if (!there) {
    return {};
  }
  return {step.row->evaluate(std::span(operands).first(step.operands.size())), true};
}

} // namespace einsight::einsum
