#pragma once
#include "validation/offload/suite.hpp"

/// Whole models that serve requests against published numbers.
namespace einsight::validation::offload {

/// Compares the rows of a specification (as serving.yaml). It has `runs` with their workload,
/// machine, mapping and settings; `values` over results of runs (RUN.tokens_per_s, RUN.tbt_s,
/// RUN.batch, RUN.PART.busy_s, RUN.LINK.bytes; blanks in names of parts are underscores); `rows`,
/// one per published number; `tables` of values beside each other. Rows whose run is refused are
/// not covered, with the reason. Engine `cycle`. All problems of the file at once.
core::Expected<Part> runServing(const std::filesystem::path& specification,
                                const SuiteOptions& options);
/// The same with the shipped specification.
core::Expected<Part> runServing(const SuiteOptions& options);

} // namespace einsight::validation::offload
