#pragma once
#include "validation/offload/suite.hpp"

/// Attention over the devices of a cluster against published numbers.
namespace einsight::validation::offload {

/// Compares the rows of the file that distributed.yaml names. Engine `cycle`.
core::Expected<Part> runDistributed(const SuiteOptions& options);

/// The same with another file of what to simulate.
core::Expected<Part> runDistributed(const std::filesystem::path& specification,
                                    const SuiteOptions& options);

} // namespace einsight::validation::offload
