#pragma once
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

/// Masks over tiles: how many tiles hold a point that attends, as sim::Guard decides it.
namespace einsight::mappings::mapper {

/// Sum of coefficient * rank variable + constant >= 0.
struct MaskFact {
  std::vector<std::pair<int, std::int64_t>> terms; ///< rank variable, coefficient
  std::int64_t constant = 0;
  bool operator==(const MaskFact&) const = default;
};

/// Tiles of a rank variable, of `stride` values each: numbers begin to end - 1.
struct TileRange {
  int variable = 0;
  std::int64_t stride = 1;
  std::int64_t begin = 0, end = 1;
};

/// Sets of masks by number (0: no mask), and the tiles that they leave, counted exactly.
class Masks {
public:
  explicit Masks(std::vector<std::int64_t> sizes) : sizes_(std::move(sizes)), sets_(1) {}

  int setOf(const std::vector<MaskFact>& masks);
  /// Both sets together.
  int both(int a, int b);
  /// A set with one mask more.
  int with(int set, int mask);
  /// The numbers of a set's masks, in order.
  [[nodiscard]] const std::vector<int>& masksOf(int set) const {
    return sets_[static_cast<std::size_t>(set)];
  }
  [[nodiscard]] const MaskFact& mask(int number) const {
    return masks_[static_cast<std::size_t>(number)];
  }
  [[nodiscard]] bool has(int set, int mask) const;
  /// Has `outer` every mask of `inner`?
  [[nodiscard]] bool within(int inner, int outer) const;
  /// Are there no masks at all?
  [[nodiscard]] bool none() const { return masks_.empty(); }
  /// Does some mask of the set look at the rank variable?
  [[nodiscard]] bool looksAt(int set, int variable) const;

  /// Combinations of one tile per range for which no mask of the set is false all over. Rank
  /// variables without a range are whole inside the tile. Where counting would take too long all
  /// combinations are counted, and exact() is false from then on.
  double count(int set, const std::vector<TileRange>& ranges);
  [[nodiscard]] bool exact() const { return exact_; }

private:
  /// Tiles of a range whose first and last values are linear in their number.
  struct Piece {
    std::int64_t tiles = 1;
    std::int64_t first = 0, last = 0; ///< values of the first tile
    std::int64_t stride = 0;
  };
  struct Active {
    std::vector<int> masks;        ///< that may be false
    std::vector<TileRange> ranges; ///< that these look at
    double others = 1;             ///< combinations of the other ranges
  };
  [[nodiscard]] Active activeOf(int set, const std::vector<TileRange>& ranges) const;
  [[nodiscard]] std::vector<Piece> pieces(const TileRange& range) const;
  [[nodiscard]] std::int64_t lastValue(const TileRange& range, std::int64_t tile) const;
  double countActive(const Active& active);

  std::vector<std::int64_t> sizes_; ///< of rank variables
  std::vector<MaskFact> masks_;
  std::vector<std::vector<int>> sets_;
  std::map<std::vector<std::int64_t>, double> known_;
  bool exact_ = true;
};

} // namespace einsight::mappings::mapper
