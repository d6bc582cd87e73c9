#pragma once
#include "sim/pe/layout.hpp"
#include "sim/pe/memory.hpp"

#include <memory>
#include <optional>

namespace einsight::sim::cells {

/// An operand or the result of an Einsum, and how its words come to the PEs.
struct Operand {
  /// From above: one for each column. FromLeft: one for each row. Own: one for each PE, from above.
  enum class Way { FromAbove, FromLeft, Own };
  struct Index {
    std::int64_t constant = 0;
    std::int64_t size = 1;
    std::int64_t stride = 1;
    std::vector<std::pair<std::size_t, std::int64_t>> terms; ///< range, coefficient
  };
  int tensor = -1;
  Source source = Source::Loaded;
  Way way = Way::FromLeft;
  unsigned ranges = 0;
  std::vector<Index> indices;

  /// The coordinate at a point, or -1 where there is none.
  [[nodiscard]] std::int64_t at(const Spot& spot) const;
};

/// A compute task of a section, ready to be run by an array: made once, used by every instance.
struct Job {
  int task = -1;
  std::string name;
  Layout layout;
  Program program;
  core::Rational cycles;
  std::vector<Operand> operands;
  Operand result;
  bool leaves = false; ///< somebody waits for the result outside the PE that makes it
  bool stays = false;  ///< somebody reads it in that PE
};

/// One instance of a job on its way through an array.
struct Command {
  const Job* job = nullptr;
  Wave wave;
  std::int64_t ticks = 0; ///< occupancy of each PE
  bool empty = false;     ///< nothing to do: only tells that it came by
  std::int64_t count = 1; ///< of such instances, one after another in the same moment
};
using CommandPointer = std::shared_ptr<const Command>;

/// What a compute task does, from its Einsum and its place; the problem when a PE cannot do it.
core::Expected<Job> jobOf(const Schedule& schedule, const Section& section, int task,
                          const einsum::Cascade& cascade, const arch::Unit& unit,
                          const Memory& memory);

} // namespace einsight::sim::cells
