#pragma once
#include "mappings/gpu/chain/variables.hpp"

/// A cascade cut into kernels by what its Einsums are.
namespace einsight::mappings::gpu {

/// Einsums of one kernel.
struct ChainPart {
  enum class Kind {
    Recurrence, ///< Einsums that need their own results of the iteration before, and what is fused
    Product,    ///< a sum over products of two tensors, for the tensor cores
    Lanes       ///< everything else
  };
  Kind kind = Kind::Lanes;
  std::vector<const einsum::Einsum*> einsums; ///< in an order of evaluation
  /// The iterative rank variable of a recurrence: of a part of another kind, that is launched once
  /// for each of its values.
  std::string loop;
};

/// Every Einsum that does work, in exactly one part; the parts in an order of evaluation.
/// Each recurrence and each product is a part; what is left is joined to a part of its kind that it
/// reads, as long as a tile has no more than `elements` points. With `fuse`, a recurrence takes in
/// what only it reads and what reads it, iteration by iteration or after the last one, where that
/// has all rank variables that the recurrence's results share and no cycle comes of it; recurrences
/// along one rank variable that read each other are one. One whose iterations make more than a CTA
/// holds is taken apart: each of its Einsums is
/// launched for one iteration after another.
std::vector<ChainPart> chainParts(const einsum::Cascade& cascade, bool fuse, double elements);

} // namespace einsight::mappings::gpu
