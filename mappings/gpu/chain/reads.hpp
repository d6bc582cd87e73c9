#pragma once
#include "mappings/gpu/tiles.hpp"

#include <set>

namespace einsight::mappings::gpu {

/// The Einsums of a cascade that do work on a GPU, in an order of evaluation, and who reads whom,
/// through views, gather copies and index tensors.
struct ChainReads {
  explicit ChainReads(const einsum::Cascade& cascade);
  /// The place in `work` of the Einsum that makes a tensor, or -1.
  [[nodiscard]] int indexOf(const std::string& tensor) const;

  std::vector<const einsum::Einsum*> work;
  std::vector<std::vector<einsum::Access>> sources; ///< of each
  std::vector<std::vector<bool>> reads;             ///< [reader][maker]
};

/// Things in an order in which each comes after all that it needs; nothing where there is none.
std::optional<std::vector<int>> orderOf(const std::vector<std::set<int>>& needs);

} // namespace einsight::mappings::gpu
