#pragma once
#include "mappings/gpu/kernel_plan.hpp"

/// What the Einsums of a kernel cost: products on the tensor cores, everything else on the lanes.
namespace einsight::mappings::gpu {

/// An Einsum that the tensor cores can do: a sum over products of two tensors, each with more than
/// one value in the tile that the other one does not share.
struct Product {
  const einsum::Einsum* einsum = nullptr;
  const einsum::Access* left = nullptr;               ///< has the rows
  const einsum::Access* right = nullptr;              ///< has the columns
  double rows = 1, columns = 1, depth = 1, batch = 1; ///< of a tile, as they are
  bool rowsDivided = true; ///< its rows are those that the warpgroups divide
};

std::optional<Product> productOf(const einsum::Einsum& einsum, const KernelPlan& plan);

struct ProductCost {
  double maccs = 0;        ///< of all warpgroups, with padding
  double cycles = 0;       ///< of the tensor cores, for one warpgroup
  double mathCycles = 0;   ///< of them, if shared memory were no limit
  double sharedCycles = 0; ///< of shared memory
  double peakCycles = 0;   ///< at the rate the vendor states
  double sharedBytes = 0;  ///< that one warpgroup's operands take from shared memory
  double paddedRows = 0;   ///< of all warpgroups
};

/// Rows are padded to the instruction's, columns to 8, depth to 256 bits; the warpgroups divide the
/// rows or the columns, whichever pads less. An instruction without shared operands reads the
/// right-hand tile once per warp; its cycles are the larger of arithmetic and shared memory.
ProductCost costOf(const Product& product, const KernelPlan& plan, const arch::TensorRate& rate,
                   int bits, bool leftInShared, double sharedBytesPerCycle);

/// Operations of an Einsum on the lanes, by the names of arch::LaneOperation. A part of the
/// expression is done once per point of its own rank variables; a product followed by a sum is an
/// fma; the base change of exp and the half in sigmoid(x) = 1/2 + 1/2 tanh(x/2) are part of the sum
/// before them; dividing by what has fewer rank variables is one reciprocal and many products.
std::map<std::string, double> laneOperations(const einsum::Einsum& einsum, const Extents& extents);

/// How the results of a kernel's products lie in the lanes' registers.
struct RowLayout {
  std::string row;                  ///< rank variable of the rows; "": there are no products
  std::vector<std::string> columns; ///< rank variables of the columns
  int lanes = 1;                    ///< that the columns of a row are divided over

  /// Is a value with these rank variables one that a row has one of?
  [[nodiscard]] bool isOfRow(const std::vector<std::string>& variables) const;
};

/// Of laneOperations, those on values that a row has one of.
std::map<std::string, double> rowOperations(const einsum::Einsum& einsum, const Extents& extents,
                                            const RowLayout& rows);

} // namespace einsight::mappings::gpu
