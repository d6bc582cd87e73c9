#include "mappings/gathers.hpp"

#include "einsum/walk.hpp"

#include <algorithm>

namespace einsight::mappings {

bool moves(const einsum::Index& index, const std::string& variable) {
  std::vector<std::string> variables;
  einsum::addVariables(index, variables);
  return einsum::contains(variables, variable);
}

std::vector<std::string> gathered(const einsum::Access& access, const einsum::Index& index) {
  std::vector<std::string> out;
  for (const auto& inner : index.gatherIndex) {
    einsum::addVariables(inner, out);
  }
  std::erase_if(out, [&](const std::string& variable) {
    return std::any_of(access.indices.begin(), access.indices.end(),
                       [&](const auto& each) { return each.terms.count(variable) > 0; });
  });
  return out;
}

} // namespace einsight::mappings
