#pragma once
#include "validation/suite.hpp"

/// The suite `offload`: clusters, attention offloading and distributed attention. Its points come
/// from several evaluators.
namespace einsight::validation::offload {

struct Part {
  std::vector<Outcome> points;
  std::vector<Exhibit> exhibits;
};

/// A source of points; adding one is a row of the table in suite.cpp.
struct Evaluator {
  std::string_view name;
  core::Expected<Part> (*run)(const SuiteOptions& options);
};

/// All points of all evaluators. Takes no points of the user's own.
core::Expected<SuiteResult> runOffloadSuite(const SuiteOptions& options);

} // namespace einsight::validation::offload
