#pragma once
#include "mappings/gpu/cta/transfers.hpp"

/// Steps and transfers of a kernel in numbers.
namespace einsight::mappings::gpu {

/// A product as it is done: for the occupancy.
struct ProductUse {
  Product product;
  ProductCost cost;
  Role role = Role::Prologue;
  bool accumulated = false; ///< its result stays through the loop
  int bits = 16;            ///< of its operands
  double maccsPerCycle = 0; ///< of an SM, as the vendor states for their type
};

struct Parts {
  sim::gpu::Part prologue, iteration, epilogue;
  std::vector<ProductUse> products;
  double issueShare = 0;  ///< the largest of its instructions
  double setupCycles = 0; ///< likewise
};

/// Fails where the GPU lacks an instruction, a type or an operator.
core::Expected<Parts> partsOf(const KernelPlan& plan, const Graph& graph,
                              const std::vector<Load>& loads, const einsum::Cascade& cascade,
                              const arch::Gpu& gpu);

} // namespace einsight::mappings::gpu
