#pragma once
#include "core/expected.hpp"
#include "report/document.hpp"
#include "report/labels.hpp"

#include <optional>

namespace einsight::report {

struct DocumentOptions {
  std::string command; ///< that makes the report, for its reader
  std::string version;
  std::optional<Baseline> baseline; ///< of speedups
};

/// A report of answers: the JSON of `run`, `validate` and `gna`, and the database of `sweep`, told
/// apart by their content. Runs are compared with each other. `inputs`: files with their hashes.
/// Fails, with all problems at once, on files that are none of these, and on a baseline that no
/// input has.
core::Expected<Document> readDocument(const std::vector<Input>& inputs,
                                      const DocumentOptions& options);

} // namespace einsight::report
