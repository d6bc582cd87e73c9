#pragma once
#include "mappings/mapper/sized_parts.hpp"

namespace einsight::mappings::sized {

/// A counter of a loop times a factor that may follow from the sizes: coefficient, times the
/// stride of the loop's part when it stands for values of the rank variable.
struct Term {
  int loop = 0; ///< of the section
  int part = 0;
  std::int64_t coefficient = 1;
  bool strided = true;
  bool operator==(const Term&) const = default;
};

/// How many values a rank variable takes inside a tile, as sim::Extent: clamp(total - terms, 0,
/// tile), the tile being the trips of the parts inside it.
struct Form {
  std::int64_t total = 1;
  std::vector<int> inside;
  std::vector<Term> terms;
  bool operator==(const Form&) const = default;
};

/// As sim::Guard: constant + terms + sum coefficient * (form - 1) >= 0.
struct Mask {
  struct Span {
    int form = 0;
    std::int64_t coefficient = 0;
    bool operator==(const Span&) const = default;
  };
  std::int64_t constant = 0;
  std::vector<Term> terms;
  std::vector<Span> spans;
  bool operator==(const Mask&) const = default;
};

/// Loops whose counters some forms and masks look at together, outermost first.
struct GroupShape {
  std::vector<int> loops, parts; ///< numbers of the section's loops, and the part that each is
  std::vector<int> forms;        ///< of the section
  std::vector<Mask> masks;
  bool operator==(const GroupShape&) const = default;
};

/// The iterations of a group in classes in which every form has one value. Iterations that a mask
/// excludes are left out.
class Group {
public:
  Group(GroupShape shape, const std::vector<Form>& forms);

  /// Finds the classes for the table's sizes; `tiles` holds the tile of every form.
  void classify(const PartTable& table, const std::vector<std::int64_t>& tiles);

  [[nodiscard]] const GroupShape& shape() const { return shape_; }
  [[nodiscard]] std::size_t classes() const { return times_.size(); }
  /// Iterations in a class.
  [[nodiscard]] double times(std::size_t which) const { return times_[which]; }
  /// The value of the shape's form number `slot` in a class.
  [[nodiscard]] std::int64_t value(std::size_t which, std::size_t slot) const {
    return values_[which * tile_.size() + slot];
  }

private:
  /// A sum of counters; of forms first, then of masks.
  struct Line {
    std::vector<Term> terms;               ///< `loop` is the position in the group
    std::vector<std::int64_t> coefficient; ///< per position
    std::vector<std::int64_t> low, high;   ///< range of what the loops inside a position add
    std::int64_t base = 0;                 ///< from the counters that stand
  };
  void setLine(Line& line, const PartTable& table);
  [[nodiscard]] bool uniform() const;
  void walk(std::size_t position, double times);
  void emit(double times);
  [[nodiscard]] std::int64_t lastOf(std::size_t position) const { return trips_[position] - 1; }
  [[nodiscard]] std::int64_t formUntil(std::size_t slot, std::size_t position,
                                       std::int64_t here) const;
  [[nodiscard]] std::int64_t maskUntil(std::size_t mask, std::size_t position,
                                       std::int64_t here) const;
  [[nodiscard]] bool holds(std::size_t mask) const;

  GroupShape shape_;
  std::vector<std::int64_t> totals_;           ///< per form
  std::vector<std::vector<Mask::Span>> spans_; ///< per mask; forms by their place in the group
  std::vector<Line> lines_;
  std::vector<std::int64_t> trips_; ///< per position
  std::vector<std::int64_t> tile_;  ///< per form
  std::vector<std::int64_t> now_;   ///< values of the forms in the iteration that is emitted
  std::vector<double> times_;
  std::vector<std::int64_t> values_;
};

} // namespace einsight::mappings::sized
