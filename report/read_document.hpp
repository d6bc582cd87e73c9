#pragma once
#include "core/expected.hpp"
#include "report/document.hpp"
#include "report/labels.hpp"
#include "report/peak.hpp"

#include <optional>

namespace einsight::report {

struct DocumentOptions {
  std::string command; ///< that makes the report, for its reader
  std::string version;
  std::optional<Baseline> baseline; ///< of speedups
  PeakOf peakOf{};                  ///< of measured cases
};

/// A report of answers: the JSON of `run`, `compare`, `plan`, `validate`, `gna` and `measure`, and
/// the database of `sweep`, told apart by their content. Runs are compared with each other.
/// `inputs`: files with their hashes.
/// Fails, with all problems at once, on files that are none of these, and on a baseline that no
/// input has.
core::Expected<Document> readDocument(const std::vector<Input>& inputs,
                                      const DocumentOptions& options);

/// The same of one answer that is in no file: its JSON. `input` names it in problems.
core::Expected<Document> readAnswer(const Input& input, const std::string& json,
                                    const DocumentOptions& options);

} // namespace einsight::report
