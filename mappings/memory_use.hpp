#pragma once
#include "mappings/storage.hpp"

/// How many bytes of a memory the kept tiles of a plan take.
namespace einsight::mappings {

/// Bytes of a memory that the tiles of one keep take (of one PE for register files), with the slots
/// that the mapping asks for.
std::int64_t keptBytes(const Plan& plan, const SectionPlan& section, const KeepPlan& keep,
                       const einsum::Cascade& cascade);

/// Largest number of bytes of a memory that any section holds at once (of one PE for register
/// files), with the slots that the mapping asks for. What does not depend on the plan's sizes is
/// found once.
class MemoryUse {
public:
  /// All must outlive it; of the plan only sizes may change (resize()).
  MemoryUse(const Plan& plan, const einsum::Cascade& cascade, const arch::Memory& memory);

  /// Of the plan as it is now.
  [[nodiscard]] std::int64_t bytes() const;
  /// Does more of the parts inside the outermost one of a rank variable never take less room? Not
  /// so where tiles of several trips of the outermost part are kept, whose sum is rounded up.
  [[nodiscard]] bool growsWith(const Partition& partition) const;

private:
  struct Kept {
    const SectionPlan* section;
    const KeepPlan* keep;
    Footprint print;
  };

  const Plan& plan_;
  const einsum::Cascade& cascade_;
  std::vector<Kept> kept_; ///< sections one after the other
};

} // namespace einsight::mappings
