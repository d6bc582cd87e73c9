#pragma once
#include "core/expected.hpp"
#include "core/settings.hpp"

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Simulated against published or measured numbers, suite by suite.
namespace einsight::validation {

/// Why a point is not compared, or how the comparison came out.
enum class Verdict {
  Within,      ///< inside its tolerance
  Known,       ///< a miss that the suite lists with its reason: no larger than listed
  Outside,     ///< not inside its tolerance
  Informative, ///< shown, never judged: the reason says why
  NotCovered   ///< could not be simulated: the reason says why
};
std::string_view name(Verdict verdict);

/// One published or measured number and ours.
struct Outcome {
  std::string id;    ///< unique in the suite: "6a/FuseMax+Binding/BERT/1K/util_1d/cycle"
  std::string group; ///< what is reported together: the configuration
  std::string metric;
  std::string engine; ///< "analytic", "cycle", or empty
  std::optional<double> reference;
  std::optional<double> simulated;
  std::optional<double> relativeError; ///< (simulated - reference) / reference
  double tolerance = 0;                ///< largest |relativeError| that is within
  Verdict verdict = Verdict::NotCovered;
  std::string reason;  ///< of the verdict, or what the difference comes from
  bool fitted = false; ///< a constant of the machine was fitted on it: no evidence for the model
};

/// Is it judged: within, known or outside?
bool isCompared(const Outcome& outcome);

/// Errors over the points that are compared.
struct Summary {
  int count = 0; ///< all points
  int notCovered = 0;
  int informative = 0;
  int known = 0;
  int outside = 0;
  double meanAbsoluteError = 0; ///< relative
  double maxAbsoluteError = 0;  ///< relative
  /// Rank correlation (Kendall) over pairs of points of one metric and engine; empty without pairs.
  std::optional<double> kendallTau;
};
Summary summarize(std::span<const Outcome> outcomes);

/// A table of a suite's report, for people: a heading, columns, rows, and sentences below.
struct Exhibit {
  std::string title;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> sentences;
};

struct SuiteResult {
  std::string name;
  std::vector<Outcome> points;
  Summary summary;
  std::vector<Exhibit> exhibits;
  /// No comparison is outside, and nothing that the suite ships was left out.
  bool passed = true;
};

struct SuiteOptions {
  std::vector<std::string> engines{"analytic", "cycle"};
  std::optional<std::filesystem::path> points;     ///< a user's own rows instead of the suite's
  std::optional<double> tolerance;                 ///< relative; instead of the suite's
  std::function<bool(double fraction)> progress{}; ///< false stops the run
  core::Settings machineSettings{}; ///< of every machine of a suite of GPU kernels: for fits
};

/// A suite of `validate`: adding one is one row of the table in suites.cpp.
struct Suite {
  std::string name;
  std::string summary;
  std::function<core::Expected<SuiteResult>(const SuiteOptions&)> run;
  bool takesMachineSettings = false; ///< SuiteOptions::machineSettings
};
std::span<const Suite> suites();
/// The suite of that name, or a problem with the nearest one.
core::Expected<const Suite*> findSuite(const std::string& name);

/// The folder of suites and published data, in the source tree or $EINSIGHT_CATALOGUE.
std::filesystem::path validationFolder();

} // namespace einsight::validation
