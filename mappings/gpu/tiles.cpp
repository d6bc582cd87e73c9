#include "mappings/gpu/tiles.hpp"

#include "einsum/walk.hpp"

#include <algorithm>
#include <cstdlib>

namespace einsight::mappings::gpu {
namespace {

/// An index of a view's source in terms of the access of the view: each of the view's variables is
/// replaced by what the access says at its place; of a partition that the view puts together
/// (`NK[j*T+l] = K[j*N+l*B]`) each variable is, so that boxes have as many elements as the access.
einsum::Index substitute(const einsum::Index& index, const einsum::Access& output,
                         const einsum::Access& access) {
  einsum::Index out;
  out.constant = index.constant;
  out.gatherTensor = index.gatherTensor;
  for (const auto& inner : index.gatherIndex) {
    out.gatherIndex.push_back(substitute(inner, output, access));
  }
  for (const auto& [variable, coefficient] : index.terms) {
    const auto place =
        std::find_if(output.indices.begin(), output.indices.end(),
                     [&](const einsum::Index& each) { return each.terms.count(variable) > 0; });
    if (place == output.indices.end()) {
      out.terms[variable] += coefficient;
      continue;
    }
    const auto& given = access.indices[static_cast<std::size_t>(place - output.indices.begin())];
    // Of two lists in one index, the one that more tiles have for themselves.
    if (!given.gatherTensor.empty() && given.gatherIndex.size() > out.gatherIndex.size()) {
      out.gatherTensor = given.gatherTensor;
      out.gatherIndex = given.gatherIndex;
    }
    out.constant += coefficient * given.constant;
    for (const auto& [inner, factor] : given.terms) {
      out.terms[inner] += coefficient * factor;
    }
  }
  return out;
}

bool seesThrough(const einsum::Cascade& cascade, const einsum::Einsum* maker) {
  return maker != nullptr && (maker->view || isGatherCopy(cascade, *maker));
}

/// Points of the index tensors of one index, over variables that no other index of the access has.
double gathered(const einsum::Access& access, const einsum::Index& index, const Extents& extents) {
  std::vector<std::string> variables;
  for (const auto& inner : index.gatherIndex) {
    einsum::addVariables(inner, variables);
  }
  const auto plain = plainVariables(access);
  std::erase_if(variables, [&](const auto& name) { return einsum::contains(plain, name); });
  return extents.points(variables);
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

double indexElements(const einsum::Cascade& cascade, const einsum::Access& access,
                     std::size_t index, const Extents& extents) {
  const auto* tensor = cascade.tensor(access.tensor);
  std::int64_t span = 1;
  double points = 1; // of a partition that is cut inside: fewer than it spans
  for (const auto& [variable, coefficient] : access.indices[index].terms) {
    span += std::abs(coefficient) * (extents(variable) - 1);
    points *= static_cast<double>(extents(variable));
  }
  const auto all = std::min(static_cast<double>(span), points) *
                   gathered(access, access.indices[index], extents);
  return tensor == nullptr ? all : std::min(all, static_cast<double>(tensor->shape[index]));
}

double boxElements(const einsum::Cascade& cascade, const einsum::Access& access,
                   const Extents& extents) {
  double out = 1;
  for (std::size_t i = 0; i < access.indices.size(); ++i) {
    out *= indexElements(cascade, access, i, extents);
  }
  return std::min(out, extents.points(einsum::variablesOf(access)));
}

bool isGatherCopy(const einsum::Cascade& cascade, const einsum::Einsum& einsum) {
  const auto isPlain = [](const einsum::Index& index) { return !index.plainVariable().empty(); };
  const auto isGather = [](const einsum::Index& index) { return !index.gatherTensor.empty(); };
  const auto& read = einsum.expression.access.indices;
  return einsum.expression.kind == einsum::Expr::Kind::Access && einsum.reductions.empty() &&
         !einsum.iterative && !cascade.tensor(einsum.name)->result &&
         std::any_of(read.begin(), read.end(), isGather) &&
         std::all_of(einsum.output.indices.begin(), einsum.output.indices.end(), isPlain);
}

einsum::Access behindViews(const einsum::Cascade& cascade, const einsum::Access& access) {
  einsum::Access out = access;
  for (const auto* maker = cascade.einsum(out.tensor); seesThrough(cascade, maker);
       maker = cascade.einsum(out.tensor)) {
    einsum::Access source = maker->expression.access;
    for (auto& index : source.indices) {
      index = substitute(index, maker->output, out);
    }
    out = std::move(source);
  }
  return out;
}

std::vector<einsum::Access> sourcesOf(const einsum::Cascade& cascade,
                                      const einsum::Einsum& einsum) {
  std::vector<einsum::Access> out;
  for (const auto& access : einsum::accesses(einsum.expression)) {
    out.push_back(behindViews(cascade, *access));
  }
  for (std::size_t i = 0; i < out.size(); ++i) { // grows: an index tensor may be gathered too
    for (const auto& index : std::vector(out[i].indices)) {
      if (!index.gatherTensor.empty()) {
        out.push_back(behindViews(cascade, {index.gatherTensor, index.gatherIndex, out[i].where}));
      }
    }
  }
  return out;
}

std::vector<std::string> plainVariables(const einsum::Access& access) {
  std::vector<std::string> out;
  for (const auto& index : access.indices) {
    for (const auto& [variable, coefficient] : index.terms) {
      if (!einsum::contains(out, variable)) {
        out.push_back(variable);
      }
    }
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
