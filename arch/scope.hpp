#pragma once
#include "config/reader.hpp"
#include "core/settings.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace einsight::arch {

/// The entries of a map that holds names of the user's choice, each name once; repeated names are
/// reported.
std::vector<const std::pair<config::Node, config::Node>*> entriesOf(const config::Node& map,
                                                                    core::Problems& problems);

/// Adds the files that the nodes of a tree were written in.
void collectFiles(const config::Node& node, std::set<std::string>& files);

/// What `compute` returns; a problem at `node` where the exact value does not fit a Rational.
std::optional<core::Rational> exactly(const config::Node& node, core::Problems& problems,
                                      const std::function<core::Rational()>& compute);

/// The parameters of a machine file, and the numbers of the file as expressions over them.
/// Every mistake is recorded in `problems`; a value that could not be had is empty.
class Scope {
public:
  explicit Scope(core::Problems& problems) : problems_(problems) {}

  /// Reads `parameters:`, replaces what `settings` name, and evaluates all.
  void readParameters(const config::Node* parameters, const core::Where& machine,
                      const core::Settings& settings);
  /// A number: "2*columns".
  std::optional<core::Rational> number(const config::Node& node);
  /// A whole number in [low, high].
  std::optional<std::int64_t> count(const config::Node& node, std::int64_t low, std::int64_t high);
  /// A number or expression, a space, and a unit, in the base unit: "16*columns*E B", "940 MHz".
  /// Above zero.
  std::optional<core::Rational> quantity(const config::Node& node, config::Dimension dimension);
  /// A whole number of bytes above zero.
  std::optional<std::int64_t> bytes(const config::Node& node);

  [[nodiscard]] const std::map<std::string, core::Rational>& values() const { return values_; }
  /// Is there such a parameter, be its value known or not?
  [[nodiscard]] bool declares(const std::string& name) const {
    return declared_.contains(name) || failed_.contains(name);
  }

private:
  /// "rows is 256/3, from mine.yaml:4:9" for each parameter of an expression.
  [[nodiscard]] std::string originOf(const config::Node& node) const;
  std::optional<core::Rational> parameter(const std::string& name);
  std::optional<core::Rational> evaluate(const core::Expression& expression,
                                         const config::Node& node);

  core::Problems& problems_;
  std::map<std::string, std::pair<core::Expression, const config::Node*>> declared_;
  std::map<std::string, core::Rational> values_;
  std::set<std::string> set_;         // by the settings
  std::set<std::string> failed_;      // a problem is recorded
  std::vector<std::string> visiting_; // parameters being evaluated, outermost first
};

} // namespace einsight::arch
