#pragma once
#include "report/table.hpp"
#include "results/result.hpp"

namespace einsight::report {

/// The human text of `run` of a whole model that serves requests: tokens per second and dollars,
/// times to and between tokens, batch and memory, devices and links, and what limits it.
/// Needs `serving` in the result.
std::string servingText(const results::Result& result, const Style& style = {});

} // namespace einsight::report
