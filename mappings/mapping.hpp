#pragma once
#include "arch/machine.hpp"
#include "core/expected.hpp"
#include "core/expression.hpp"
#include "einsum/cascade.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// How a cascade runs on a spatial machine, as the user wrote it. docs/mappings.md explains each
/// part.
namespace einsight::mappings {

/// The trip count of one part of a partitioned rank variable: a number, or the largest with which
/// everything kept in a memory fits.
struct PartSize {
  struct Fit {
    std::string memory;
    std::optional<core::Expression> within; ///< bytes to use instead of the memory's capacity
    bool divides = false;                   ///< must divide the number of tiles
  };
  std::optional<core::Expression> size;
  std::optional<Fit> fit;
  core::Where where;
};

/// `p: [p2, p1, p0]`: outermost part first; the outermost one's size follows from the others.
struct Partition {
  std::string variable;
  std::vector<std::string> parts;
  core::Where where;
};

/// The unit of an Einsum and what is spatial on which of its axes.
struct Binding {
  std::string einsum;
  std::string unit;
  std::map<std::string, std::vector<std::string>> spatial; ///< axis -> rank variables or parts
  core::Where where;
};

/// A memory keeps the tile of a tensor that one iteration of loop `per` works on ("run": all of
/// it).
struct Keep {
  std::string memory;
  std::string tensor;
  std::string per;
  std::optional<std::int64_t> tiles;        ///< tiles held at once; default: two where they fit
  std::optional<std::int64_t> countedTiles; ///< a publication's count, where it differs
  std::optional<core::Expression> spill;    ///< fraction that does not fit and stays in DRAM
  std::vector<std::string> streamed;        ///< rank variables of which one value is held at a time
  std::string shares;                       ///< lies in the place of this tensor, overwriting it
  core::Where where;
};

struct Nest;

/// One line of a nest: an Einsum, or loops of its own, `stage` epochs behind.
struct Line {
  std::string einsum;     ///< empty: a nest
  std::vector<Nest> nest; ///< one, or none
  int stage = 0;
  core::Where where;
};

/// Lines that run side by side on their units; a barrier ends a phase when the nest has phases.
struct Phase {
  std::vector<Line> lines;
  std::optional<core::Expression> wait; ///< cycles that pass after the barrier
};

/// Loops, outermost first and run as one, around lines.
struct Nest {
  std::vector<std::string> loops;
  std::vector<Keep> keeps;
  std::vector<Phase> phases;
  bool skipMasked = false;   ///< tiles in which nothing attends are not visited
  bool synchronised = false; ///< written as `phases:`, with barriers; else as `do:`
  core::Where where;
};

/// Parts of a mapping that run one after another with a barrier between.
struct Section {
  std::string name;
  Nest nest;
};

/// What a mapping wants a parameter of the workload to be.
struct Parameter {
  std::string name;
  core::Expression value;
  core::Where where;
};

struct Mapping {
  std::string name, summary, source, file;
  std::string machineKind;
  std::vector<Parameter> parameters; ///< of the workload: M0
  std::vector<Partition> partitions;
  std::map<std::string, PartSize> sizes;
  std::vector<Binding> bindings;
  std::vector<Section> sections;
  core::Where where;

  [[nodiscard]] const Binding* binding(std::string_view einsum) const;
};

/// Names that expressions of a mapping may use: parameters and ranks of the workload, values of the
/// machine ("array_2d.rows"), and sizes of parts.
core::Expression::Lookup names(const einsum::Cascade& cascade, const arch::Machine& machine);

/// Reads a mapping file. `cases:` (named, each with `when:` and replacements; the first that holds
/// is laid over the file) are decided by the workload and the machine. `settings` replace sizes of
/// parts.
core::Expected<Mapping> readMapping(const std::filesystem::path& file,
                                    const einsum::Cascade& cascade, const arch::Machine& machine,
                                    const core::Settings& settings = {},
                                    const std::vector<std::filesystem::path>& catalogue = {});

/// The workload parameters that the mapping sets, as values.
core::Expected<core::Settings> workloadParameters(const Mapping& mapping,
                                                  const einsum::Cascade& cascade,
                                                  const arch::Machine& machine);

} // namespace einsight::mappings
