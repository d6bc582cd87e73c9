#include "mappings/gpu/tiles.hpp"

#include "einsum/walk.hpp"

#include <algorithm>
#include <cstdlib>

namespace einsight::mappings::gpu {
namespace {

/// An index of a view's source in terms of the access of the view: each of the view's variables is
/// replaced by what the access says at its place.
einsum::Index substitute(const einsum::Index& index, const einsum::Access& output,
                         const einsum::Access& access) {
  einsum::Index out;
  out.constant = index.constant;
  for (const auto& [variable, coefficient] : index.terms) {
    const auto place =
        std::find_if(output.indices.begin(), output.indices.end(),
                     [&](const einsum::Index& each) { return each.plainVariable() == variable; });
    if (place == output.indices.end()) {
      out.terms[variable] += coefficient;
      continue;
    }
    const auto& given = access.indices[static_cast<std::size_t>(place - output.indices.begin())];
    out.constant += coefficient * given.constant;
    for (const auto& [inner, factor] : given.terms) {
      out.terms[inner] += coefficient * factor;
    }
  }
  return out;
}

} // namespace

std::int64_t Extents::operator()(const std::string& variable) const {
  const auto found = of.find(variable);
  return found == of.end() ? 1 : found->second;
}

double Extents::points(const std::vector<std::string>& variables) const {
  double out = 1;
  for (const auto& variable : variables) {
    out *= static_cast<double>((*this)(variable));
  }
  return out;
}

double boxElements(const einsum::Cascade& cascade, const einsum::Access& access,
                   const Extents& extents) {
  const auto* tensor = cascade.tensor(access.tensor);
  double out = 1;
  for (std::size_t i = 0; i < access.indices.size(); ++i) {
    std::int64_t values = 1;
    for (const auto& [variable, coefficient] : access.indices[i].terms) {
      values += std::abs(coefficient) * (extents(variable) - 1);
    }
    out *= static_cast<double>(tensor == nullptr ? values : std::min(values, tensor->shape[i]));
  }
  return out;
}

einsum::Access behindViews(const einsum::Cascade& cascade, const einsum::Access& access) {
  einsum::Access out = access;
  for (const auto* maker = cascade.einsum(out.tensor); maker != nullptr && maker->view;
       maker = cascade.einsum(out.tensor)) {
    einsum::Access source = maker->expression.access;
    for (auto& index : source.indices) {
      index = substitute(index, maker->output, out);
    }
    out = std::move(source);
  }
  return out;
}

std::vector<const einsum::Access*> accessesOf(const einsum::Einsum& einsum,
                                              const std::string& tensor) {
  auto all = einsum::accesses(einsum.expression);
  std::erase_if(all, [&](const auto* access) { return access->tensor != tensor; });
  return all;
}

} // namespace einsight::mappings::gpu
