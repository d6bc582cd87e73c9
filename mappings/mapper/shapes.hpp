#pragma once
#include "mappings/mapper/place.hpp"
#include "mappings/mapper/skips.hpp"

#include <functional>

/// The structures of a section: which rank variables are loops, with which tiles, in which order.
namespace einsight::mappings::mapper {

/// How a rank variable may be used in a section.
enum class Role {
  Batch,   ///< every tensor moves along it: an outermost loop
  Common,  ///< a loop around all Einsums
  Inner,   ///< a loop of inner nests: one Einsum needs a whole sum over it of another
  Private, ///< inside the tile
};

/// One choice for a rank variable.
struct Cut {
  Tile tile;
  Role role = Role::Private;
};

/// The tiles and roles of all rank variables.
using Cuts = std::vector<Cut>;

class Shapes {
public:
  /// `members`: the Einsums of the section, consecutive in the cascade. `anySize`: chunks of any
  /// number of tiles, else powers of two, which go together with those of other sections.
  /// `smooth`: see Nested.
  Shapes(const Facts& facts, std::vector<int> members, bool anySize, bool smooth);

  /// Does no Einsum need, through a view, what another one makes here, is everyone part of a
  /// recurrence if anyone is, and is no recurrence cut?
  [[nodiscard]] bool legal() const;
  /// All choices of tiles.
  [[nodiscard]] std::vector<Cuts> cuts() const;
  /// Every legal nest with these tiles, until `use` returns false.
  void nests(const Cuts& cuts, Places& places, const std::function<bool(const Nested&)>& use) const;

private:
  friend class NestBuilder;
  [[nodiscard]] const EinsumFact& einsum(int number) const {
    return facts_.einsums[static_cast<std::size_t>(number)];
  }
  [[nodiscard]] bool readsAhead(int number) const;
  [[nodiscard]] bool recurs(int variable) const;
  /// Is it the iterative rank of a member? Its loop is there even with one trip.
  [[nodiscard]] bool iterates(int variable) const;
  [[nodiscard]] Role roleOf(int variable) const;
  struct Heaviest {
    const EinsumFact* einsum = nullptr;
    double cycles = 0; ///< on the unit on which it is fastest
    double filled = 1; ///< of that unit's PEs
  };
  [[nodiscard]] double lanesOf(const EinsumFact& einsum, const arch::Unit& unit, std::size_t axis,
                               Variables taken) const;
  [[nodiscard]] Heaviest heaviest() const;
  /// Rank variables along which everything moves that may be whole inside the tile all the same:
  /// where the Einsum with the most work fills less than half of its array, its longest ones that
  /// fit an axis, as many as fill the array; where it does not fill it, those that fill more than
  /// half of an axis.
  [[nodiscard]] Variables packed() const;
  [[nodiscard]] std::vector<std::int64_t> widths() const;
  [[nodiscard]] Cuts choices(int v, const std::vector<std::int64_t>& widths, Variables whole) const;
  [[nodiscard]] std::vector<std::vector<int>> blocks(const Cuts& cuts) const;

  const Facts& facts_;
  std::vector<int> members_;
  bool anySize_;
  bool smooth_;
  std::shared_ptr<Skips> skips_;
};

/// Does an Einsum of the list that has the rank variable need a value that another one of the list
/// makes only when all of the variable's values are through?
bool needsWhole(const Facts& facts, const std::vector<int>& einsums, int variable);

/// Numbers of tiles per chunk that give different numbers of chunks of n tiles, largest first,
/// without n and 1; only powers of two unless any size will do.
std::vector<std::int64_t> chunks(std::int64_t n, bool anySize);

} // namespace einsight::mappings::mapper
