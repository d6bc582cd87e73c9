#pragma once
#include "mappings/mapper/sized.hpp"
#include "mappings/mapper/sized_cost.hpp"

namespace einsight::mappings::sized {

/// What of a plan's legality depends on the sizes of parts: room in memories, and pipelines that
/// need a number of iterations.
class RoomCost {
public:
  RoomCost(const einsum::Cascade& cascade, const arch::Machine& machine, const Plan& plan,
           const PartTable& table);
  /// Fills `used`, `fits` and `ordered`.
  void evaluate(const PartTable& table, Evaluation& evaluation) const;

private:
  /// The bytes that one keep holds; see Room.
  struct Held {
    int memory = 0;
    std::vector<Window> box; ///< one per rank of the tensor
    std::vector<int> divided;
    std::int64_t bits = 8, per = 8; ///< bytes of an element, as a fraction
    std::int64_t tiles = 1;
    std::int64_t least = 1; ///< slots that the pipeline needs
  };
  struct Need {
    std::int64_t stages = 0, shift = 0;
    std::vector<int> inner;
    bool listedAfter = false;
  };
  [[nodiscard]] static std::int64_t bytes(const Held& held, const PartTable& table);

  std::vector<std::vector<Held>> sections_;
  std::vector<Need> needs_;
  std::vector<std::optional<std::int64_t>> capacities_; ///< per memory
};

} // namespace einsight::mappings::sized
