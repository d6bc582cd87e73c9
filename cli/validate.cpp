#include "cli/command.hpp"
#include "cli/command_line.hpp"
#include "cli/engines.hpp"
#include "cli/settings.hpp"
#include "cli/terminal.hpp"
#include "validation/suite_report.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>

namespace einsight::cli {
namespace {

struct Options {
  std::vector<std::string> suites;
  std::string engine, points, csv, tolerance;
  std::vector<std::string> settings;
};

core::Expected<std::optional<double>> toleranceOf(const std::string& text) {
  if (text.empty()) {
    return std::optional<double>{};
  }
  const bool percent = text.back() == '%';
  std::istringstream stream(percent ? text.substr(0, text.size() - 1) : text);
  double value = 0;
  if (!(stream >> value) || !stream.eof() || !std::isfinite(value) || value < 0) {
    return core::failure({{{{}, 0, 0, "--tolerance"},
                           fmt::format("'{}' is not a relative tolerance", text),
                           "write a number such as 0.01, or 1%"}});
  }
  return std::optional(percent ? value / 100 : value);
}

/// The suites asked for; all of them when none is named.
core::Expected<std::vector<const validation::Suite*>>
suitesOf(const std::vector<std::string>& names) {
  std::vector<const validation::Suite*> suites;
  core::Problems problems;
  for (const auto& name : names) {
    if (const auto suite = validation::findSuite(name)) {
      suites.push_back(*suite);
    } else {
      problems.insert(problems.end(), suite.error().begin(), suite.error().end());
    }
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  if (names.empty()) {
    for (const auto& suite : validation::suites()) {
      suites.push_back(&suite);
    }
  }
  return suites;
}

/// Settings of machines, for a fit of their constants.
core::Expected<core::Settings> machineSettings(const Options& options) {
  auto settings = readSettings(options.settings);
  if (!settings) {
    return core::failure(std::move(settings.error()));
  }
  if (!settings->workload.empty() || !settings->mapping.empty()) {
    return core::failure({{{{}, 0, 0, "--set"},
                           "a suite says itself what it simulates; only machines can be changed",
                           "write arch.NAME=VALUE"}});
  }
  return std::move(settings->machine);
}

core::Expected<Answer> work(const Options& options, const CLI::App& app) {
  const auto suites = suitesOf(options.suites);
  const auto tolerance = toleranceOf(options.tolerance);
  core::Problems problems = options.engine.empty() ? core::Problems{} : checkEngine(options.engine);
  if (!suites) {
    problems.insert(problems.end(), suites.error().begin(), suites.error().end());
  } else if (!options.points.empty() && suites->size() != 1) {
    problems.push_back({{{}, 0, 0, "--points"},
                        "goes with one suite",
                        "name the suite whose columns the file has"});
  }
  const auto machine = machineSettings(options);
  if (!machine) {
    problems.insert(problems.end(), machine.error().begin(), machine.error().end());
  }
  for (const auto* suite : suites.value_or(std::vector<const validation::Suite*>{})) {
    if (!options.settings.empty() && !suite->takesMachineSettings) {
      problems.push_back({{{}, 0, 0, "--set"},
                          fmt::format("suite {} says itself what its machines are", suite->name),
                          "--set goes with suite kernels alone"});
    }
  }
  if (!tolerance) {
    problems.insert(problems.end(), tolerance.error().begin(), tolerance.error().end());
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  Answer answer;
  std::vector<validation::SuiteResult> results;
  for (const auto* suite : *suites) {
    ProgressBar bar("validating " + suite->name);
    validation::SuiteOptions how;
    how.engines = options.engine.empty() ? engineNames() : std::vector{options.engine};
    how.points = options.points.empty() ? std::optional<std::filesystem::path>{}
                                        : std::filesystem::path(options.points);
    how.tolerance = *tolerance;
    how.machineSettings = *machine;
    how.progress = [&bar](double fraction) { return bar.show(fraction); };
    auto result = suite->run(how);
    if (!result) {
      return core::failure(std::move(result.error()));
    }
    answer.outside = answer.outside || !result->passed;
    results.push_back(std::move(*result));
  }
  for (const auto& result : results) {
    answer.text += (answer.text.empty() ? "" : "\n") + validation::text(result, stdoutStyle());
  }
  if (app.count("--json") > 0) {
    answer.json = withProvenance(validation::toJson(results), app);
  }
  if (!options.csv.empty()) {
    answer.files.emplace_back(options.csv, validation::toCsv(results));
  }
  return answer;
}

} // namespace

Work addValidate(CLI::App& options) {
  const auto given = std::make_shared<Options>();
  options.add_option("suite", given->suites, "suites to run; all when none is named");
  options.add_option("--engine", given->engine, "analytic or cycle; both when not given");
  options
      .add_option(
          "--points", given->points,
          "a CSV file of your own points; of measured and thirdparty, a JSON file of measure")
      ->type_name("FILE");
  options.add_option("--tolerance", given->tolerance, "relative, instead of the suite's");
  options
      .add_option("--set", given->settings,
                  "suites of GPU kernels: numbers of every machine, arch.lanes.sync=100")
      ->delimiter(',');
  options.add_option("--csv", given->csv, "write every point to FILE")->type_name("FILE");
  return [given, &options] { return work(*given, options); };
}

} // namespace einsight::cli
