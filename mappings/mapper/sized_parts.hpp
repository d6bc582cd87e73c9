#pragma once
#include "mappings/planning.hpp"

#include <span>

/// The inside of SizedMapping: a schedule's numbers as functions of the sizes of parts.
namespace einsight::mappings::sized {

/// Trips and strides of every part of every rank variable (a variable that is not partitioned is
/// one part), by number.
class PartTable {
public:
  PartTable(const Mapping& mapping, const einsum::Cascade& cascade, const Plan& plan);

  /// The number of a part; it must exist.
  [[nodiscard]] int find(std::string_view name) const;
  /// The parts whose sizes are chosen; see SizedMapping::parts.
  [[nodiscard]] const std::vector<std::string>& open() const { return open_; }
  [[nodiscard]] PartSizes asMap(std::span<const std::int64_t> sizes) const;

  /// Takes these sizes of the open parts.
  void set(std::span<const std::int64_t> sizes);
  [[nodiscard]] std::int64_t trips(int part) const {
    return trips_[static_cast<std::size_t>(part)];
  }
  [[nodiscard]] std::int64_t stride(int part) const {
    return strides_[static_cast<std::size_t>(part)];
  }
  /// Trips of several parts multiplied.
  [[nodiscard]] std::int64_t product(const std::vector<int>& parts) const;
  /// A bit for each part that has more than one trip: what the structure of a schedule depends on.
  [[nodiscard]] std::uint64_t pattern() const { return pattern_; }

private:
  struct Variable {
    std::int64_t size = 1;
    int first = 0; ///< its outermost part
    int last = 0;  ///< its innermost part
  };
  std::vector<std::string> names_;
  std::vector<Variable> variables_; ///< that are partitioned
  std::vector<int> chosen_;         ///< per part: its place among the open ones, or -1
  std::vector<std::int64_t> trips_, strides_;
  std::vector<std::string> open_;
  std::uint64_t pattern_ = 0;
};

} // namespace einsight::mappings::sized
