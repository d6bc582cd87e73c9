#pragma once
#include "mappings/gpu/mapping.hpp"
#include "mappings/gpu/tiles.hpp"

namespace einsight::mappings::gpu {

/// A rank variable that is cut into tiles: over the CTAs, or over the iterations of a CTA.
struct Axis {
  std::string variable;
  std::int64_t size = 1; ///< values of the rank variable
  std::int64_t tile = 1; ///< of them in a tile

  [[nodiscard]] std::int64_t tiles() const { return (size + tile - 1) / tile; }
};

/// A tensor that a kernel rewrites in memory.
struct Copy {
  std::string tensor;
  bool added = false; ///< read in 32 bits, in which CTAs added it up
};

/// A kernel with every name resolved and every number known.
struct KernelPlan {
  const Kernel* kernel = nullptr;
  std::vector<const einsum::Einsum*> einsums; ///< those that do work, in an order of evaluation
  std::vector<Axis> grid;                     ///< slowest first
  std::optional<Axis> loop;
  std::vector<Copy> copies;                  ///< then it has no Einsums
  std::vector<const einsum::Einsum*> clears; ///< sums of CTAs that it sets to zero, in 32 bits
  Extents extents;                           ///< of one iteration
  int warpgroups = 1, stages = 1;
  std::int64_t launches = 1;  ///< of the whole grid, one after another
  std::int64_t launch = 0;    ///< which of them: the value of Kernel::each
  std::int64_t split = 1;     ///< CTAs that the loop is divided over
  std::int64_t mergeRows = 4; ///< of a CTA of the kernel that merges: 1, 2 or 4
  int mergeStages = 2;
  std::optional<std::int64_t> registers, resident, section;
  std::optional<std::int64_t> streamCtas; ///< of stream-K; nothing: as many as are resident
  std::int64_t pageTokens = 0;            ///< 0: what the loop reads is not paged
  bool wholeTiles = false; ///< bytes of an iteration are those of whole tiles, also of a short one
  std::int64_t sharedBytes = 0;             ///< beyond what follows from the tiles
  std::map<std::string, std::int64_t> mask; ///< operations per score of a partly masked tile
  std::map<std::string, double> emulated;   ///< share of an operation that others compute
  double rescaled = 1; ///< share of the iterations in which running sums are multiplied

  [[nodiscard]] const einsum::Einsum* maker(std::string_view tensor) const;
  /// The rank variable whose values the warpgroups divide among them, or "".
  [[nodiscard]] std::string rowVariable() const;
};

/// Whether CTAs that each have a part of an Einsum's sum add it to what lies in memory, in 32 bits.
bool isAdded(const KernelPlan& plan, const einsum::Einsum& einsum);

/// Bytes of an element of such a sum, and of what a CTA leaves for a merge.
constexpr double kPartialBytes = 4;

/// Kernels of a mapping for a cascade: every Einsum in exactly one. All problems at once.
core::Expected<std::vector<KernelPlan>>
resolve(const Mapping& mapping, const einsum::Cascade& cascade, const arch::Gpu& gpu);

} // namespace einsight::mappings::gpu
