#pragma once
#include "einsum/cascade.hpp"

#include <map>

/// Sizes of what a CTA works on in one iteration.
namespace einsight::mappings::gpu {

/// Values of each rank variable in the tile of one iteration; 1 for those that are not listed.
struct Extents {
  std::map<std::string, std::int64_t> of;

  [[nodiscard]] std::int64_t operator()(const std::string& variable) const;
  /// Points of the box of some rank variables.
  [[nodiscard]] double points(const std::vector<std::string>& variables) const;
};

/// Values of one index of an access while the variables run through the tile: those from the
/// smallest to the largest, or as many as its rank variables have points, never more than the rank
/// has.
double indexElements(const einsum::Cascade& cascade, const einsum::Access& access,
                     std::size_t index, const Extents& extents);

/// Elements of a tensor that an access touches while the variables run through the tile, never more
/// than the tensor has.
double boxElements(const einsum::Cascade& cascade, const einsum::Access& access,
                   const Extents& extents);

/// Is the Einsum only a gather (`BK[b,j,e] = K[b,S[b,j],e]`)? Whoever reads it reads the source
/// with the index tensor, so that it is computed by no kernel. Results are not.
bool isGatherCopy(const einsum::Cascade& cascade, const einsum::Einsum& einsum);

/// The access of the tensor that lies in memory behind a view or a gather copy (K behind BK), with
/// the view's rank variables named as the given access names them; the access itself for any other
/// tensor. An index may then be affine and gathered at once: as many runs of the affine part as the
/// index tensor has elements.
einsum::Access behindViews(const einsum::Cascade& cascade, const einsum::Access& access);

/// What an Einsum reads of memory or of other Einsums: every access behind views, with the index
/// tensors among them.
std::vector<einsum::Access> sourcesOf(const einsum::Cascade& cascade, const einsum::Einsum& einsum);

/// Rank variables of an access that are outside its index tensors.
std::vector<std::string> plainVariables(const einsum::Access& access);

/// Accesses of one tensor in an Einsum's expression.
std::vector<const einsum::Access*> accessesOf(const einsum::Einsum& einsum,
                                              const std::string& tensor);

} // namespace einsight::mappings::gpu
