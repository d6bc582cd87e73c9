#pragma once
#include "mappings/mapping.hpp"

namespace einsight::mappings {

/// A rank variable, or a part of one, as a loop or inside a tile.
struct Part {
  std::string name;
  std::string variable;
  std::int64_t trips = 1;
  std::int64_t stride = 1; ///< values of the rank variable per trip
};

/// A keep with its names resolved.
struct KeepPlan {
  const Keep* keep = nullptr;
  const arch::Memory* memory = nullptr;
  int node = 0;
  std::size_t fixed = 0; ///< loops of the node's path that the kept tile stays within
  core::Rational spill{0};
};

/// An Einsum in its place.
struct LeafPlan {
  const einsum::Einsum* einsum = nullptr;
  const arch::Unit* unit = nullptr;
  const Binding* binding = nullptr;
  const Line* line = nullptr;
  int node = 0;
  int phase = 0;
  int stage = 0;
  std::vector<int> path;  ///< all loops around it, outermost first
  std::vector<int> loops; ///< those of its iteration space
  /// Loops around it that it does not have, and whether it runs at their last (or first) trip.
  std::vector<std::pair<int, bool>> pins;
};

struct NodePlan {
  const Nest* nest = nullptr;
  int parent = -1;
  int stage = 0;
  std::vector<int> loops; ///< its own
  std::vector<int> path;  ///< with those around it, outermost first
  /// Per phase: leaves (>= 0) and nodes (as -1 - node), in order.
  std::vector<std::vector<int>> phases;
  std::vector<std::int64_t> waits; ///< cycles after each phase
};

struct SectionPlan {
  std::string name;
  std::vector<Part> loops;
  std::vector<NodePlan> nodes; ///< parents first
  std::vector<LeafPlan> leaves;
  std::vector<KeepPlan> keeps;

  [[nodiscard]] const LeafPlan* producer(std::string_view tensor) const;
  /// Is `node` the other one or inside it?
  [[nodiscard]] bool inside(int node, int other) const;
};

/// A mapping with every name resolved and every size known.
struct Plan {
  std::map<std::string, std::vector<Part>> parts; ///< per rank variable, outermost first
  std::vector<SectionPlan> sections;
};

/// Resolves names and sizes (also those that follow from a capacity). Reports everything that does
/// not exist; whether the result is legal is for verify() to say.
core::Expected<Plan> plan(const Mapping& mapping, const einsum::Cascade& cascade,
                          const arch::Machine& machine);

/// The access of `tensor` in an Einsum's expression, all of them.
std::vector<const einsum::Access*> accesses(const einsum::Einsum& einsum, std::string_view tensor);
/// Tensors that an Einsum reads, each once; views are kept as they are.
std::vector<std::string> reads(const einsum::Einsum& einsum);

} // namespace einsight::mappings
