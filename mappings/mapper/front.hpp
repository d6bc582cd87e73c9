#pragma once
#include "mappings/mapper/movement.hpp"
#include "mappings/mapper/search.hpp"

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

/// The best solutions so far: one, or for the product of cycles and energy all that no other beats
/// in both.
class Front {
public:
  /// `accepts`: what a solution must satisfy besides being better.
  explicit Front(Objective objective, std::function<bool(const Solution&)> accepts = {})
      : objective_(objective), accepts_(std::move(accepts)) {}

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

private:
  Objective objective_;
  Limit limit_;
  std::function<bool(const Solution&)> accepts_;
  std::vector<Solution> solutions_;
};

/// The quantity that an objective makes small.
double valueOf(Objective objective, double cycles, double picojoules);
/// Is a worse than b for an objective? Equal ones by cycles, then energy.
bool worse(Objective objective, double cyclesA, double energyA, double cyclesB, double energyB);

} // namespace einsight::mappings::mapper
