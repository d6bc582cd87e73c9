#pragma once
#include "mappings/mapper/sized.hpp"

#include <functional>
#include <memory>

namespace einsight::mappings {

/// What a search makes small: cycles, energy, or their product.
enum class Objective { Latency, Energy, Edp };

struct SearchProgress {
  double fraction = 0;  ///< of the limit
  double evaluated = 0; ///< mappings so far
};

struct SearchOptions {
  Objective objective = Objective::Latency;
  core::Settings settings;   ///< of the workload, given by the user: never changed
  std::int64_t seconds = 60; ///< after which the best so far is the answer
  /// In place of seconds, for the same answer on every machine: a structure, or some hundred
  /// choices of what is kept in it, is a step.
  std::optional<std::int64_t> steps{};
  std::size_t finalists = 16;
  std::function<bool(const Evaluation&)> accepts{};      ///< requirements; empty: none
  std::function<bool(const SearchProgress&)> progress{}; ///< false stops the search at once
};

/// A mapping that the search proposes, with the workload at the parameters that it sets.
struct Finalist {
  Mapping mapping;
  Evaluation evaluation;
  std::shared_ptr<const einsum::Cascade> cascade;
};

/// The answer of a search. Counts are doubles since spaces grow beyond 64 bits.
struct Found {
  std::vector<Finalist> finalists; ///< the best first; at least one
  bool exhaustive =
      false;        ///< every mapping of the space was evaluated or excluded by a sound bound
  double space = 0; ///< mappings of the space that were met, each counted once
  double evaluated = 0;
  double excluded = 0; ///< by bounds
};

/// The workload with these parameters set.
using LoadCascade = std::function<core::Expected<einsum::Cascade>(const core::Settings&)>;

/// Partitioning, tile sizes, loop order, fusion, binding and tiles in flight of any cascade on any
/// spatial machine. docs/mapper.md says which mappings are looked at and how bounds exclude others.
/// The finalists are legal for verify(), ranked by the objective on the bound of sim::analytic;
/// equal ones by cycles, energy, then text. The same answer each time, unless it was limited
/// by time and that ran out.
/// Fails when the workload cannot be loaded or no mapping of the space is legal and accepted.
core::Expected<Found> search(const LoadCascade& load, const arch::Machine& machine,
                             const SearchOptions& options);

} // namespace einsight::mappings
