#pragma once
#include "config/node.hpp"
#include "einsum/cascade.hpp"

namespace einsight::einsum {

/// The cascade of a workload document (as config::load gives it). `defaults` (of a model) replace
/// the document's parameter values where they name a free parameter of it and are ignored
/// elsewhere; `settings` replace both and must name a free parameter.
core::Expected<Cascade> readCascade(const config::Node& document, const std::string& file,
                                    const core::Settings& defaults, const core::Settings& settings);

} // namespace einsight::einsum
