#pragma once
#include "mappings/gpu/tiles.hpp"

/// What the rank variables of Einsums are in a kernel made by a rule.
namespace einsight::mappings::gpu {

/// Rank variables of the result.
std::vector<std::string> outputVariables(const einsum::Einsum& einsum);

/// Rank variables of an Einsum that is a sum over products of two tensors: in the first operand and
/// the result, in the second and the result, in both and the result, and summed.
struct ProductVariables {
  std::vector<std::string> rows, columns, batch, summed;
};

/// Nothing for other Einsums, and for those without several rows and several columns.
std::optional<ProductVariables> productVariables(const einsum::Cascade& cascade,
                                                 const einsum::Einsum& einsum);

/// Rank variables that all results of some Einsums have, in the order of the first.
std::vector<std::string> commonVariables(const std::vector<const einsum::Einsum*>& einsums);

/// Rank variables of whose values one CTA needs all: those that a scan runs along, and the
/// positions that a topk lists.
std::vector<std::string> wholeVariables(const einsum::Einsum& einsum);

/// Points of a tile with one value of each of `cut` and all values of everything else.
double pointsBeside(const einsum::Cascade& cascade,
                    const std::vector<const einsum::Einsum*>& einsums,
                    const std::vector<std::string>& cut);

bool containsAll(const std::vector<std::string>& list, const std::vector<std::string>& wanted);

/// Whether an iteration of a recurrence along `loop` makes more than a CTA can hold: products with
/// more results than registers, for the fewest rows of the rank variables that all of them share.
bool isLaunched(const einsum::Cascade& cascade, const std::vector<const einsum::Einsum*>& einsums,
                const std::string& loop);

} // namespace einsight::mappings::gpu
