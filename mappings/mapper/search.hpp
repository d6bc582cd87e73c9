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
  bool cut = false; ///< something was left out because time or steps ran out
  /// Mappings of sections whose tiles, loops and units were reached: `evaluated`, `excluded` by
  /// bounds, or `unseen` since time or steps ran out.
  double met = 0, evaluated = 0, excluded = 0, unseen = 0;
  /// Choices of tiles, loops or units that a bound excluded with all their mappings; these are not
  /// counted.
  double groups = 0;
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

/// Why no mapping can be searched for, whatever the time: energy of an action that no table covers
/// where the objective needs it, more memories or rank variables than the search can count.
core::Problems unsearchable(const einsum::Cascade& cascade, const arch::Machine& machine,
                            Objective objective);

/// What is to be simulated where the bound is too loose to choose by.
struct Widening {
  double below = 1e300;  ///< only mappings with a smaller objective on the bound (cycles,
                         ///< picojoules, or their product)
  std::size_t count = 0; ///< at most so many, the best on the bound and then on an estimate
  /// Every mapping of the space, else of each choice of tiles, loops and units one, in a few
  /// variants.
  bool every = false;
  /// Is shown one after another; gives what is to be `below` from then on, 0 to end.
  std::function<double(const Finalist&)> look{};
};

/// Shows all mappings of the space whose bound is below a value, the best bound first; of equal
/// ones as different ones as there are. Half of the seconds of the options are for finding them.
/// True when of what was to be shown nothing was left out, for lack of time, by `count` or because
/// `look` ended it. `options` as for search(); `finalists` and `steps` do not count. Fails as
/// search() does, but not when there is nothing to show.
core::Expected<bool> widen(const LoadCascade& load, const arch::Machine& machine,
                           const SearchOptions& options, const Widening& widening);

} // namespace einsight::mappings
