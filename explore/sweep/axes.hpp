#pragma once
#include "explore/sweep/reading.hpp"

namespace einsight::explore::sweep {

/// Makes the axes of a sweep: lists of inputs, `set`, `zip` and overrides.
class AxisReader {
public:
  /// `machines`: all that the sweep names; numbers of theirs may have units as in their files.
  AxisReader(Raw& raw, std::vector<std::string> machines, core::Problems& problems)
      : raw_(raw), machines_(std::move(machines)), problems_(problems) {}

  /// A list of workloads, machines or mappings (or one of them) as an axis.
  void inputs(const config::Node& node, const std::string& name);
  /// `set:`, one axis a parameter.
  void set(const config::Node& map);
  /// `zip:`, a map whose lists change together, or a list of such maps.
  void zip(const config::Node& node);
  /// NAME=VALUES replaces a parameter of `set`, or adds one.
  void override(const std::string& text);

private:
  void zipGroup(const config::Node& map);
  /// The values of one name of a group.
  std::vector<Value> column(const config::Node& key, const config::Node& node);
  std::vector<Value> names(const config::Node& node, const std::string& name);
  /// Records the name as varied; false with a problem where it is none or there twice.
  bool declare(const std::string& name, const core::Where& where);
  void add(const std::string& name, std::vector<Value> values);

  [[nodiscard]] std::optional<config::Dimension> measureOf(const std::string& name) const;

  Raw& raw_;
  std::vector<std::string> machines_;
  core::Problems& problems_;
  std::set<std::string> declared_, zipped_;
};

} // namespace einsight::explore::sweep
