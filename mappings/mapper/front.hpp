#pragma once
#include "mappings/mapper/movement.hpp"
#include "mappings/mapper/search.hpp"

#include <optional>
#include <string>
#include <vector>

namespace einsight::mappings::mapper {

/// Is a below b by more than rounding explains?
inline bool less(double a, double b) {
  constexpr double kClose = 1 + 1e-9;
  return a * kClose < b;
}

/// Loops with everything chosen, and what it costs.
struct Solution {
  Nested nested;
  std::vector<Bound> bounds;   ///< per leaf
  std::vector<int> tensors;    ///< that are touched
  std::vector<Option> options; ///< of these
  Stages stages;               ///< empty: one after another
  Cost cost;
  double cycles = 0;
  double picojoules = 0;
};

/// What a front gathers in place of the best alone.
struct Gathering {
  double below = 1e300;  ///< only what has a smaller objective
  std::size_t count = 0; ///< at most so many, the best
  bool every = false;    ///< every mapping, else the best keeps of each choice of loops and units
};

/// A mapping among others, for the order in which they are looked at.
struct Standing {
  double value = 0, picojoules = 0;
  std::string form; ///< units and loops
};
/// The best first; of equal values as different ones as there are, each form's own by energy.
std::vector<std::size_t> spread(const std::vector<Standing>& list);

/// The best solutions so far: one, or for the product of cycles and energy all that no other beats
/// in both; or, where it gathers, many.
class Front {
public:
  /// `accepts`: what a solution must satisfy besides being better.
  explicit Front(Objective objective, std::function<bool(const Solution&)> accepts = {})
      : objective_(objective), accepts_(std::move(accepts)) {}
  Front(Objective objective, const Gathering& gathering)
      : objective_(objective), gathering_(gathering) {}

  /// What the rest of the cascade costs at least, and the objective of the best answer so far.
  struct Limit {
    double cycles = 0, picojoules = 0, best = 1e300;
  };
  void setLimit(const Limit& limit) { limit_ = limit; }

  /// Can something that costs at least this much not be better than all of them?
  [[nodiscard]] bool hopeless(double cycles, double picojoules) const;
  /// The same, where equal cycles (or energy) with less of the other count as better.
  [[nodiscard]] bool beaten(double cycles, double picojoules) const;
  /// False when it is not accepted.
  bool add(Solution solution);
  [[nodiscard]] const std::vector<Solution>& solutions() const { return solutions_; }

  /// What follows has other loops or units.
  void next();
  /// No more of them than were asked for.
  void trim();
  [[nodiscard]] bool every() const { return gathering_ && gathering_->every; }
  /// Has nothing that was to be gathered been dropped?
  [[nodiscard]] bool all() const { return all_; }

private:
  [[nodiscard]] bool outside(double cycles, double picojoules) const;
  Objective objective_;
  Limit limit_;
  std::function<bool(const Solution&)> accepts_;
  std::vector<Solution> solutions_;
  std::optional<Gathering> gathering_;
  std::optional<Solution> current_; ///< the best keeps of the loops and units at hand
  double worst_ = 1e300;            ///< of those that were kept, once some were dropped
  bool all_ = true;
};

/// Units, loops in their order and groups of a solution, as a word.
std::string formOf(const Solution& solution);

/// The quantity that an objective makes small.
double valueOf(Objective objective, double cycles, double picojoules);
/// Is a at least as good as b in everything that counts?
bool dominates(const Cost& a, const Cost& b);
/// Is a worse than b for an objective? Equal ones by cycles, then energy.
bool worse(Objective objective, double cyclesA, double energyA, double cyclesB, double energyB);

} // namespace einsight::mappings::mapper
