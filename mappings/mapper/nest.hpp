#pragma once
#include "mappings/mapper/facts.hpp"

#include <algorithm>
#include <array>

/// A section of a mapping as numbers: its loops, what is around which Einsum, and what is kept.
namespace einsight::mappings::mapper {

/// How a rank variable is cut in a section: values that a step of its innermost loop works on, and
/// how many of these lie side by side on an axis that takes it.
struct Tile {
  std::int64_t values = 1;
  std::int64_t spatial = 1;
  bool operator==(const Tile&) const = default;
};

struct Loop {
  int variable = 0;
  std::int64_t trips = 1;
  std::int64_t stride = 1; ///< values of the rank variable per trip
};

/// An Einsum on a unit. `axes`: the rank variables on each axis of the unit.
struct Bound {
  int unit = -1;
  std::vector<Variables> axes;
  double cycles = 0;     ///< of the section
  double lanes = 0;      ///< busy PE-cycles
  double picojoules = 0; ///< operations and running sums in registers
  double points = 0;     ///< of the tiles that are visited
  bool accumulates = false;

  [[nodiscard]] bool spreads(int variable) const {
    return std::any_of(axes.begin(), axes.end(), [&](Variables on) { return has(on, variable); });
  }
};

struct Leaf {
  int einsum = 0; ///< number in Facts
  int node = 0;
  std::vector<int> path;                      ///< all loops around it, outermost first
  std::vector<int> loops;                     ///< those that it has
  int visits = 0;                             ///< set of masks without which no tile is visited
  const std::vector<Bound>* bounds = nullptr; ///< one per unit that can do it, the fastest first
};

struct Node {
  std::vector<int> path;   ///< loops around its lines, outermost first
  std::vector<int> leaves; ///< in order
  bool skips = false;      ///< skip_masked
};

/// Loops around groups: node 0 holds the common loops, the others an inner nest each.
struct Nested {
  const Facts* facts = nullptr;
  bool smooth = false;     ///< count what starts and ends a run, and room for transfers to overlap
  std::vector<Tile> tiles; ///< per rank variable
  std::vector<Loop> loops;
  std::vector<Node> nodes;
  std::vector<Leaf> leaves; ///< in cascade order

  [[nodiscard]] const Loop& loop(int number) const {
    return loops[static_cast<std::size_t>(number)];
  }
  [[nodiscard]] const EinsumFact& einsum(const Leaf& leaf) const {
    return facts->einsums[static_cast<std::size_t>(leaf.einsum)];
  }
  [[nodiscard]] std::int64_t size(int variable) const {
    return facts->sizes[static_cast<std::size_t>(variable)];
  }
  /// Values of a rank variable inside the tile that stands while `fixed` loops do; its size where
  /// none of them is its own.
  [[nodiscard]] std::int64_t inside(int variable, const std::vector<int>& fixed) const;
  /// The leaf that makes a tensor, -1 for none.
  [[nodiscard]] int makerOf(int tensor) const;
};

/// Sums over the iterations of some loops, in closed form: full tiles and the last short one of
/// each rank variable, less those in which nothing attends.
class Iterations {
public:
  /// Of what an Einsum does in every tile that a set of masks leaves.
  Iterations(const Nested& nested, const std::vector<int>& loops, const EinsumFact& einsum,
             int masks);
  /// Of a transfer for an Einsum.
  Iterations(const Nested& nested, const std::vector<int>& loops, const EinsumFact& einsum)
      : Iterations(nested, loops, einsum, einsum.domain) {}

  /// Only iterations from number `first` of the rank variable's loop on.
  void from(int variable, std::int64_t first);
  /// All but the first iteration of several loops together.
  void afterFirst(const std::vector<int>& loops);

  struct Factor {
    int variable = 0;
    std::int64_t divisor = 1;
  };
  /// Sum over iterations of ceil(scale * product of ceil(extent / divisor) / unit).
  [[nodiscard]] double sum(const std::vector<Factor>& factors, double scale, double unit) const;
  /// The same without rounding up at the end.
  [[nodiscard]] double whole(const std::vector<Factor>& factors, double scale) const {
    return sum(factors, 1, 1) * scale;
  }

private:
  /// Tiles of one rank variable for which factors have one value.
  struct Class {
    std::int64_t begin = 0, end = 1;
    double value = 1;
  };
  struct Axis {
    int variable = 0; ///< whose tiles are counted
    std::size_t count = 0;
    std::array<Class, 2> classes{}; ///< the first `count`: full tiles, and the short one

    void add(const Class& tiles) { classes[count++] = tiles; }
  };
  void addClasses(const Factor& factor, std::vector<Axis>& axes) const;
  void addMasked(std::vector<Axis>& axes) const;
  [[nodiscard]] const ClipFact* clipOf(int variable) const;
  [[nodiscard]] double timesOf(const std::vector<Axis>& axes, const std::vector<std::size_t>& at,
                               Variables standing) const;
  [[nodiscard]] double timesOutside(Variables counted, Variables standing) const;

  const Nested& nested_;
  const std::vector<ClipFact>& clips_;
  int masks_;
  std::vector<std::int64_t> begins_, ends_, strides_; ///< per rank variable; no loop: 0, 1 and 0
  Variables first_ = 0; ///< without the iteration in which these stand at their first tile
};

} // namespace einsight::mappings::mapper
