#pragma once
#include "mappings/mapper/facts.hpp"

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

/// An Einsum on a unit. `axes`: the rank variable on each axis of the unit, -1 for none.
struct Bound {
  int unit = -1;
  std::vector<int> axes;
  double cycles = 0;     ///< of the section
  double lanes = 0;      ///< busy PE-cycles
  double picojoules = 0; ///< operations and running sums in registers
  bool accumulates = false;
};

struct Leaf {
  int einsum = 0; ///< number in Facts
  int node = 0;
  std::vector<int> path;                      ///< all loops around it, outermost first
  std::vector<int> loops;                     ///< those that it has
  const std::vector<Bound>* bounds = nullptr; ///< one per unit that can do it, the fastest first
};

struct Node {
  std::vector<int> path;   ///< loops around its lines, outermost first
  std::vector<int> leaves; ///< in order
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
/// each rank variable.
class Iterations {
public:
  /// `clips` are those of the Einsum that works.
  Iterations(const Nested& nested, const std::vector<int>& loops,
             const std::vector<ClipFact>& clips);

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
  struct Class {
    double times = 1;
    double value = 1;
  };
  using Classes = std::vector<Class>;
  void addClasses(const Factor& factor, std::vector<Classes>& lists) const;
  [[nodiscard]] const ClipFact* clipOf(int variable) const;

  const Nested& nested_;
  const std::vector<ClipFact>& clips_;
  std::vector<std::int64_t> trips_, strides_; ///< per rank variable; no loop: 1 and 0
  double share_ = 1;                          ///< of the iterations
};

} // namespace einsight::mappings::mapper
