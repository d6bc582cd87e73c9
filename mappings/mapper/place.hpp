#pragma once
#include "mappings/mapper/nest.hpp"

#include <map>
#include <tuple>

namespace einsight::mappings::mapper {

/// The units that can do an Einsum, for given tiles, whatever the loops are.
class Places {
public:
  Places(const Facts& facts, const std::vector<Tile>& tiles, const std::vector<int>& members);

  /// Each unit with the Einsum's fastest axes, the fastest unit first: of equally fast axes those
  /// that add up least in registers, then those with fewest rank variables on one axis, then those
  /// that most other Einsums use too. Tiles that the set
  /// of masks leaves out are not visited.
  const std::vector<Bound>& of(int einsum, int masks);
  /// As if the Einsum skipped every tile that it may skip in some nest.
  const std::vector<Bound>& least(int einsum) { return of(einsum, mostMasks(einsum)); }

private:
  /// Votes for rank variables on an axis of a unit.
  using Votes = std::map<std::tuple<int, std::size_t, Variables>, double>;
  using Ties = std::vector<std::vector<Bound>>; ///< per unit
  [[nodiscard]] Ties tiesOf(int einsum, int masks) const;
  [[nodiscard]] std::vector<Bound> best(const Ties& ties) const;
  [[nodiscard]] int mostMasks(int einsum) const;

  const Facts* facts_;
  std::vector<Tile> tiles_;
  std::vector<int> members_;
  Votes votes_;
  std::vector<std::vector<Bound>> own_; ///< per Einsum, with its own masks
  std::map<std::pair<int, int>, std::vector<Bound>> others_;
};

/// The set of masks without which an Einsum does no work in tiles of which the `looped` rank
/// variables stand, when it skips those in which `others` find nothing that attends.
int skippedMasks(const Facts& facts, int einsum, const std::vector<int>& others, Variables looped);

/// The least time of the busiest unit, over all assignments of Einsums to units: each list has the
/// units of one Einsum.
double leastMakespan(std::vector<const std::vector<Bound>*> work, std::size_t units);

} // namespace einsight::mappings::mapper
