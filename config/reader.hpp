#pragma once
#include "config/node.hpp"
#include "config/scalar.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace einsight::config {

/// Reads one YAML map field by field and records every mistake instead of stopping at the first.
/// A field that could not be read is an empty optional; its problem is already recorded.
/// The calls that read the fields are the schema: one line per field. `…Or` and `…If` fields may be
/// absent or null; the others are required.
class MapReader {
public:
  /// A null node counts as an empty map. The node must outlive the reader.
  MapReader(const Node& map, core::Problems& problems);

  std::optional<std::string> text(std::string_view key);
  std::optional<std::string> textOr(std::string_view key, std::string fallback);
  /// A whole number in [low, high]; K, M, G suffixes are binary.
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t low, std::int64_t high);
  std::optional<std::int64_t> integerOr(std::string_view key, std::int64_t low, std::int64_t high,
                                        std::int64_t fallback);
  std::optional<double> realOr(std::string_view key, double fallback);
  std::optional<bool> booleanOr(std::string_view key, bool fallback);
  std::optional<core::Expression> expression(std::string_view key);
  std::optional<core::Expression> expressionIf(std::string_view key);
  /// A number with a unit of the dimension, exact, in the base unit (see scalar.hpp).
  std::optional<core::Rational> quantity(std::string_view key, Dimension dimension);
  std::optional<core::Rational> quantityIf(std::string_view key, Dimension dimension);
  std::optional<std::string> oneOf(std::string_view key, std::span<const std::string_view> names);
  std::optional<std::string> oneOfOr(std::string_view key, std::span<const std::string_view> names,
                                     std::string fallback);
  /// A scalar or a sequence of scalars; empty when absent.
  std::vector<std::string> textListIf(std::string_view key);
  /// A child of the given kind; null when missing or of another kind (recorded).
  const Node* map(std::string_view key);
  const Node* sequence(std::string_view key);
  /// The same for children that may be absent.
  const Node* mapIf(std::string_view key);
  const Node* sequenceIf(std::string_view key);
  /// A child of any kind; null when absent or without a value (not a problem).
  const Node* optional(std::string_view key);
  [[nodiscard]] bool has(std::string_view key) const;

  /// Records a problem about the value of `key` (or about the map itself when key is empty).
  void problem(std::string_view key, std::string what, std::string help = {});
  [[nodiscard]] const Node& node() const { return map_; }

  /// Reports missing, unknown and repeated keys; a key that is a typo of a missing one is reported
  /// once. Call once, after the last field.
  void finish();

private:
  const Node* ask(std::string_view key, bool required);
  const Node& map_;
  core::Problems& problems_;
  std::vector<std::string> asked_;
  std::vector<std::string> missing_;
};

} // namespace einsight::config
