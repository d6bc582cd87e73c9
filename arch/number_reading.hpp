#pragma once
#include "arch/gpu/gpu.hpp"
#include "arch/scope.hpp"

#include <map>
#include <set>
#include <vector>

namespace einsight::arch {

/// The numbers of a machine file that settings may replace by their path: where mistakes go, the
/// parameters, and what was read. A number that could not be read is 1, with its problem recorded.
class NumberReading {
public:
  /// `settings` that the scope does not declare are paths of numbers.
  NumberReading(core::Problems& problems, Scope& scope, const core::Settings& settings,
                std::map<std::string, std::string>& sources);

  /// A number above zero, without a unit.
  double number(config::MapReader& reader, std::string_view key);
  /// A share of a peak: above zero, at most one.
  double share(config::MapReader& reader, std::string_view key);
  /// A number that may be zero; `fallback` where the key is absent.
  double numberOr(config::MapReader& reader, std::string_view key, double fallback);
  /// A number above zero, with its unit, in the base unit.
  double quantity(config::MapReader& reader, std::string_view key, config::Dimension dimension);
  /// The same, or null where the key is absent.
  std::optional<double> quantityIf(config::MapReader& reader, std::string_view key,
                                   config::Dimension dimension);
  /// A whole number in [1, high].
  std::int64_t count(config::MapReader& reader, std::string_view key, std::int64_t high);
  std::int64_t bytes(config::MapReader& reader, std::string_view key);
  /// A number above zero that stands at a node of its own.
  double numberAt(const config::Node& node);
  /// `source:` of a section, which is required, kept under the section's name.
  void source(config::MapReader& section, const std::string& name);
  /// `calibration:` a path of a number that was read -> what it was fitted on.
  std::vector<Calibration> calibrations(const config::Node& node);
  /// Reports settings whose path is none of the numbers that were read.
  void finish(const core::Where& machine);

  [[nodiscard]] core::Problems& problems() const { return problems_; }
  [[nodiscard]] Scope& scope() const { return scope_; }

private:
  /// The node, or a copy with the number that a setting gives it (`unit` behind it, if any).
  config::Node replaced(const config::Node& node, std::string_view unit);
  /// What may be meant by a path that is no number: numbers of its section, or the sections.
  [[nodiscard]] std::string advice(const std::string& path) const;
  /// The same of a name without a dot: parameters, and numbers of a section of about that name or
  /// that themselves are called about so.
  [[nodiscard]] std::string adviceOfName(const std::string& name) const;
  /// Whether a problem is recorded at the path or at what it lies in.
  [[nodiscard]] bool isBroken(const std::string& path) const;

  core::Problems& problems_;
  Scope& scope_;
  core::Settings paths_;
  std::set<std::string> read_;
  std::map<std::string, std::string>& sources_;
};

} // namespace einsight::arch
