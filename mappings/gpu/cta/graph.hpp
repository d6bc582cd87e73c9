#pragma once
#include "mappings/gpu/cta/mix.hpp"
#include "mappings/gpu/cta/roles.hpp"
#include "sim/gpu/kernel.hpp"

/// The Einsums of a kernel in their places: before, in and after the loop; on tensor cores or
/// lanes; and who waits for whom.
namespace einsight::mappings::gpu {

/// What is done without looking at anything else of its role: an Einsum, or the conversion of a
/// product's result that another product or memory takes.
struct Node {
  const einsum::Einsum* einsum = nullptr; ///< whose result it makes or converts
  Role role = Role::Prologue;
  std::optional<Product> product;           ///< on the tensor cores; else on the lanes
  std::map<std::string, double> operations; ///< on the lanes, of a tile of the CTA
  /// What the lanes do besides, since several of them hold a row (addRowWork).
  std::map<std::string, double> repeated;
  /// Takes part of a running sum that the tensor cores add to without cost.
  const einsum::Einsum* accumulates = nullptr;
  std::vector<int> needs;              ///< nodes of the same role
  std::vector<int> carried;            ///< nodes of the iteration before
  std::vector<int> after;              ///< nodes that it waits for and takes nothing from
  std::vector<einsum::Access> outside; ///< tensors of memory that it takes, behind views
  int level = -1;                      ///< hand-overs between units on the longest way to it
  bool joint = false;                  ///< all warpgroups meet before it
  int turn = 0; ///< apart from others of its level: which alias it, or what it takes, waits for
};

struct Graph {
  std::vector<Node> nodes;
  std::map<std::string, int> makers;      ///< tensor -> node
  std::vector<std::string> stored;        ///< tensors that memory gets
  const einsum::Einsum* masked = nullptr; ///< whose points partly masked tiles decide about
};

/// Builds the graph. Fails when an Einsum of the loop takes what is known only after the loop.
core::Expected<Graph> graphOf(const KernelPlan& plan, const einsum::Cascade& cascade);

} // namespace einsight::mappings::gpu
