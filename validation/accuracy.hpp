#pragma once
#include "core/expected.hpp"
#include "results/result.hpp"

namespace einsight::validation {

/// How well answers of a kind agree with published or measured numbers, as `validate` found.
/// Facts that are empty fit anything.
struct Accuracy {
  std::vector<std::string> workloads, machines, mappings; ///< names as in a Result
  std::string machineKind;
  std::string engine;
  results::Validation found;
};

/// The entries of accuracy.yaml, in the order of the file. All problems at once.
core::Expected<std::vector<Accuracy>> accuracies();

/// What is known about answers of this kind: the first entry whose facts are those of the result,
/// or nothing. `fromCatalogue`: workload, machine and mapping are shipped ones, unchanged; answers
/// about anything else are unknown.
std::optional<results::Validation> validationOf(const std::vector<Accuracy>& known,
                                                const results::Result& result,
                                                const std::string& machineKind, bool fromCatalogue);

} // namespace einsight::validation
