#pragma once
#include "explore/sweep/search/evolve.hpp"
#include "explore/sweep/sweep.hpp"

namespace einsight::explore::sweep {

/// A part of the grid of a sweep: some axes stand still.
class Subspace {
public:
  /// `fixed`: the row of each axis that stands still; empty for the others.
  Subspace(const Sweep& sweep, std::vector<std::optional<std::int64_t>> fixed);
  /// Rows of the axes that move and have more than one.
  [[nodiscard]] const std::vector<std::int64_t>& sizes() const { return sizes_; }
  /// The place on the grid of the sweep.
  [[nodiscard]] std::uint64_t place(const Genome& genome) const;

private:
  std::vector<std::int64_t> rows_; ///< of all axes
  std::vector<std::optional<std::int64_t>> fixed_;
  std::vector<std::int64_t> sizes_;
};

/// The grid in parts, in each of which what `per` names stands still.
std::vector<Subspace> subspaces(const Sweep& sweep);

} // namespace einsight::explore::sweep
