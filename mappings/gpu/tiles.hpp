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

/// Elements of a tensor that an access touches while the variables run through the tile, never more
/// than the tensor has: per rank, the values from the smallest to the largest index.
double boxElements(const einsum::Cascade& cascade, const einsum::Access& access,
                   const Extents& extents);

/// The access of the tensor that lies in memory behind a view (K behind BK), with the view's rank
/// variables named as the given access names them; the access itself for any other tensor.
einsum::Access behindViews(const einsum::Cascade& cascade, const einsum::Access& access);

/// Accesses of one tensor in an Einsum's expression.
std::vector<const einsum::Access*> accessesOf(const einsum::Einsum& einsum,
                                              const std::string& tensor);

} // namespace einsight::mappings::gpu
