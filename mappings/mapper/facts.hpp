#pragma once
#include "arch/machine.hpp"
#include "einsum/cascade.hpp"
#include "mappings/mapper/masks.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

/// The inside of the search: a cascade and a machine as numbers, for millions of questions.
namespace einsight::mappings::mapper {

/// A set of rank variables, by number.
using Variables = std::uint64_t;
inline Variables only(int variable) {
  return Variables{1} << variable;
}
inline bool has(Variables set, int variable) {
  return (set >> variable & 1) != 0;
}

struct IndexFact {
  struct Term {
    int variable = 0;
    std::int64_t coefficient = 1;
  };
  std::vector<Term> terms;
  int plain = -1; ///< the rank variable when the index is just one
  std::int64_t shape = 1;
  bool replaced = false; ///< the iterative rank: one value takes the place of another
};

struct AccessFact {
  int tensor = 0;
  Variables variables = 0;
  std::vector<IndexFact> indices;
  std::int64_t shift = 0; ///< iterations of the iterative rank between making and reading
};

/// One Einsum on one unit.
struct WorkFact {
  bool able = false;
  double cycles = 0;     ///< per point of one lane
  double picojoules = 0; ///< per point
};

/// The last short tile of a partition that the cascade makes itself: `variable` <= total - 1 -
/// coefficient * `outer`.
struct ClipFact {
  int variable = 0;
  int outer = 0;
  std::int64_t coefficient = 1;
  std::int64_t total = 1;
};

struct EinsumFact {
  const einsum::Einsum* einsum = nullptr;
  Variables variables = 0;
  Variables reduced = 0;
  AccessFact output;
  std::vector<AccessFact> reads; ///< every access, in order
  int iterative = -1;
  std::vector<ClipFact> clips;
  int domain = 0;             ///< set of masks, those of short partitions among them
  std::vector<WorkFact> work; ///< per unit
};

struct TensorFact {
  const einsum::Tensor* tensor = nullptr;
  int maker = -1; ///< an Einsum that is not a view
  int iterative = -1;
  std::vector<int> readers; ///< Einsums, views too
};

struct MemoryFact {
  double readPicojoules = 0;  ///< of one access
  double writePicojoules = 0; ///< of one access
  double bytesPerCycle = 0;   ///< 0: never limits
  int unit = -1;              ///< of registers
};

struct Facts {
  Facts(const einsum::Cascade& cascade, const arch::Machine& machine);

  const einsum::Cascade& cascade;
  const arch::Machine& machine;
  std::vector<std::string> names;     ///< of rank variables
  std::vector<std::int64_t> sizes;    ///< of rank variables
  std::vector<EinsumFact> einsums;    ///< without views, in cascade order
  std::vector<TensorFact> tensors;    ///< as in the cascade
  std::vector<MemoryFact> memories;   ///< as in the machine; the first is DRAM
  std::vector<int> registers;         ///< memory of each unit, -1 for none
  Variables partitions = 0;           ///< rank variables that only cut another rank (m0)
  std::shared_ptr<Masks> masks;       ///< of all Einsums; counts them when asked
  bool masked = false;                ///< are some of them more than short partitions?
  std::vector<std::string> uncovered; ///< actions that a mapping may need, without an energy
  bool exact = true;                  ///< false: what follows only estimates (gathers)

  /// Points of some rank variables that masks leave, each mask with the best values of the others:
  /// tiles visited hold no fewer, however they are cut.
  [[nodiscard]] double points(Variables variables, int set) const;
  /// The same as if nothing were masked; short partitions stay short.
  [[nodiscard]] Facts unmasked() const;

private:
  void addEinsum(const einsum::Einsum& einsum);
  void addClips(const einsum::Einsum& einsum, EinsumFact& fact);
  AccessFact accessOf(const einsum::Access& access);
  int variable(std::string_view name) const;
  int tensor(std::string_view name) const;
};

} // namespace einsight::mappings::mapper
