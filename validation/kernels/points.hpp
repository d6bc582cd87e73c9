#pragma once
#include "validation/kernels/rows.hpp"

namespace einsight::validation {

/// As readKernelRows, for a user's own file: a row with a system, a GPU, a mask, a metric, a unit
/// or a number that the suite cannot know has a `doubt` with the nearest right name, and where all
/// rows have one, or a line is no row at all, these are problems with their lines. Values become
/// those of the metric's unit.
core::Expected<std::vector<KernelRow>> readOwnRows(const std::filesystem::path& file,
                                                   const KernelSpec& spec);

} // namespace einsight::validation
