#pragma once
#include "sim/serving/driver.hpp"

#include <array>
#include <map>

namespace einsight::sim::serving {

/// Times of iterations, each shape of a grid simulated once when it is first needed and linear in
/// between. On each axis 0 to 4 units, then four points per factor of two.
class IterationTable {
public:
  explicit IterationTable(IterationOf simulate) : simulate_(std::move(simulate)) {}
  core::Expected<Iteration> operator()(const Shape& shape);
  /// Shapes that were simulated.
  [[nodiscard]] std::size_t simulated() const { return known_.size(); }

private:
  using Key = std::array<int, 5>; ///< batches, then the place on each axis
  core::Expected<Iteration> corner(const Key& key);
  IterationOf simulate_;
  std::map<Key, Iteration> known_;
};

} // namespace einsight::sim::serving
