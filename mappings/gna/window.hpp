#pragma once
#include <cstdint>
#include <vector>

/// Neighborhood attention in tiles: which tiles of keys a tile of queries visits, counted exactly.
namespace einsight::mappings::gna {

/// The mask along one axis of a token layout, in tokens. Precondition of everything below:
/// 1 <= stride <= window, 1 <= dilation, window * dilation <= length.
/// Source: Hassani et al., Generalized Neighborhood Attention (arXiv 2504.16922) section 3.
struct AxisMask {
  std::int64_t length = 1;
  std::int64_t window = 1;
  std::int64_t stride = 1;
  std::int64_t dilation = 1;
  bool causal = false;
  bool operator==(const AxisMask&) const = default;
};

/// Keys [start, end), as positions inside a dilation group.
struct Keys {
  std::int64_t start = 0;
  std::int64_t end = 0;
  bool operator==(const Keys&) const = default;
};

/// The mask of one dilation group, that is of the tokens g, g + dilation, g + 2 dilation, … of an
/// axis: positions 0 to length - 1 without a dilation.
class Group {
public:
  /// Precondition: that of AxisMask, with dilation 1.
  Group(std::int64_t length, std::int64_t window, std::int64_t stride, bool causal);

  /// The keys that query i attends; i may be a padding position (at or after length), which shares
  /// the last window. Queries of a stride group share the window of their leader, its middle one,
  /// shifted inwards at the borders; causal: the last one's, which ends at the query itself.
  [[nodiscard]] Keys keys(std::int64_t i) const;
  /// Whether the window of query i was shifted inwards (or cut, causal) at a border.
  [[nodiscard]] bool atBorder(std::int64_t i) const;
  /// Unmasked pairs of the queries in [first, last), all of them real.
  [[nodiscard]] std::int64_t pairs(std::int64_t first, std::int64_t last) const;
  [[nodiscard]] std::int64_t length() const { return length_; }

private:
  [[nodiscard]] std::int64_t leader(std::int64_t i) const;
  [[nodiscard]] std::int64_t startsBefore(std::int64_t i) const;
  std::int64_t length_, window_, stride_;
  bool causal_;
};

/// The dilation groups of an axis by their length: first longer ones, then shorter ones.
struct Groups {
  Group group;
  std::int64_t count = 0;
};
std::vector<Groups> groupsOf(const AxisMask& mask);

/// ceil(a / b) for a >= 0, b > 0.
constexpr std::int64_t ceilDivide(std::int64_t a, std::int64_t b) {
  return (a + b - 1) / b;
}

} // namespace einsight::mappings::gna
