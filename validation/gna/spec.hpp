#pragma once
#include "core/expected.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace einsight::validation {

/// How closely rows of a class must agree.
struct GnaClass {
  std::optional<double> tolerance; ///< relative; without one the row is shown, not judged
  bool rounded = false;            ///< ours is rounded to the decimals that were printed
  /// Of predictions: the largest mean error over the rows of the class; it must also be below the
  /// mean error of counting tiles.
  std::optional<double> mean;
  std::string reason;
};

/// What to take for rows of a metric, or why nothing can be taken.
struct GnaRule {
  std::string metric; ///< `*` stands for any text
  std::string window; ///< empty: any
  std::string take, rowClass;
  std::string notCovered; ///< the reason, in place of both

  [[nodiscard]] bool fits(const std::string& ofMetric, const std::string& ofWindow) const;
};

/// What rows leave out: those of this layout, window and metric (empty: any) take the rest from
/// here.
struct GnaCompletion {
  std::string layout, window, metric;
  std::string asWindow, stride, qTile, kvTile, useCase;
};

/// What a row's hardware is simulated as.
struct GnaMachine {
  std::string machine;  ///< name or file
  std::string baseline; ///< the mapping of self attention
};

/// suites/gna.yaml.
struct GnaSpec {
  std::filesystem::path oracle, published;
  std::vector<std::string> counts, ratios; ///< columns of the oracle
  double ratioTolerance = 0;
  std::string sweepMetric;
  std::map<std::string, GnaMachine> machines; ///< by the rows' hardware
  std::vector<GnaCompletion> completions;
  std::map<std::string, GnaClass> classes;
  std::vector<GnaRule> rules;
};

/// Reads the file; all problems at once, unknown classes and quantities among them.
core::Expected<GnaSpec> readGnaSpec(const std::filesystem::path& file);

} // namespace einsight::validation
