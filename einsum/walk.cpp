#include "einsum/walk.hpp"

#include "einsum/operators.hpp"

#include <fmt/format.h>

namespace einsight::einsum {
namespace {

void collect(const Expr& expression, bool onlyRequired, std::vector<const Access*>& out) {
  if (expression.kind == Expr::Kind::Access) {
    out.push_back(&expression.access);
  }
  const Operator* row =
      expression.kind == Expr::Kind::Operator ? findOperator(expression.name) : nullptr;
  for (const Expr& operand : expression.operands) {
    if (onlyRequired && row != nullptr && row->merge == Merge::Union) {
      return;
    }
    collect(operand, onlyRequired, out);
    if (onlyRequired && row != nullptr && row->merge == Merge::First) {
      return;
    }
  }
}

void addOnce(const std::string& name, std::vector<std::string>& list) {
  if (!contains(list, name)) {
    list.push_back(name);
  }
}

void addGathered(const Index& index, std::vector<std::string>& names) {
  if (!index.gatherTensor.empty()) {
    addOnce(index.gatherTensor, names);
  }
  for (const Index& inner : index.gatherIndex) {
    addGathered(inner, names);
  }
}

std::string joined(const std::vector<Index>& indices) {
  std::string out;
  for (const Index& index : indices) {
    out += (out.empty() ? "" : ",") + toText(index);
  }
  return out;
}

} // namespace

std::vector<const Access*> accesses(const Expr& expression) {
  std::vector<const Access*> out;
  collect(expression, false, out);
  return out;
}

std::vector<const Access*> requiredAccesses(const Expr& expression) {
  std::vector<const Access*> out;
  collect(expression, true, out);
  return out;
}

std::vector<std::string> tensorsRead(const Einsum& einsum) {
  std::vector<std::string> names;
  for (const Access* access : accesses(einsum.expression)) {
    addOnce(access->tensor, names);
    for (const Index& index : access->indices) {
      addGathered(index, names);
    }
  }
  return names;
}

void addVariables(const Index& index, std::vector<std::string>& variables) {
  for (const auto& [variable, coefficient] : index.terms) {
    addOnce(variable, variables);
  }
  for (const Index& inner : index.gatherIndex) {
    addVariables(inner, variables);
  }
}

void addVariables(const Access& access, std::vector<std::string>& variables) {
  for (const Index& index : access.indices) {
    addVariables(index, variables);
  }
}

void addVariables(const Expr& expression, std::vector<std::string>& variables) {
  if (expression.kind == Expr::Kind::Access) {
    addVariables(expression.access, variables);
  } else if (expression.kind == Expr::Kind::Variable) {
    addOnce(expression.name, variables);
  }
  for (const Expr& operand : expression.operands) {
    addVariables(operand, variables);
  }
}

std::vector<std::string> variablesOf(const Access& access) {
  std::vector<std::string> out;
  addVariables(access, out);
  return out;
}

std::vector<std::string> reducedVariables(const Einsum& einsum) {
  std::vector<std::string> out;
  for (const Reduction& reduction : einsum.reductions) {
    const Operator* row = findOperator(reduction.op);
    if (row == nullptr || row->leaves == Leaves::Rank) {
      continue;
    }
    for (const std::string& variable : reduction.variables) {
      addOnce(variable, out);
    }
  }
  return out;
}

std::string toText(const Index& index) {
  if (!index.gatherTensor.empty()) {
    return fmt::format("{}[{}]", index.gatherTensor, joined(index.gatherIndex));
  }
  std::string out;
  for (const auto& [variable, coefficient] : index.terms) {
    const std::string_view sign = coefficient < 0 ? "-" : out.empty() ? "" : "+";
    const std::int64_t size = coefficient < 0 ? -coefficient : coefficient;
    out += size == 1 ? fmt::format("{}{}", sign, variable)
                     : fmt::format("{}{}*{}", sign, size, variable);
  }
  if (index.constant != 0 || out.empty()) {
    out += fmt::format("{}{}", index.constant >= 0 && !out.empty() ? "+" : "", index.constant);
  }
  return out;
}

std::string toText(const Access& access) {
  return fmt::format("{}[{}]", access.tensor, joined(access.indices));
}

} // namespace einsight::einsum
