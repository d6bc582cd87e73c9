#pragma once
#include "config/node.hpp"
#include "einsum/cascade.hpp"

namespace einsight::einsum {

/// The value of a size expression over parameters: a whole number of at least 1.
std::optional<std::int64_t> sizeOf(const config::Node& node,
                                   const std::vector<Parameter>& parameters, std::string_view what,
                                   core::Problems& problems);

/// The parameters of a `parameters:` map with their values. `defaults` replace values of the file
/// where they name a parameter that is not derived; `settings` replace those, and must name one.
/// A parameter with a problem is 1, so that what uses it is not reported as well.
std::vector<Parameter> bindParameters(const config::Node& map, const core::Settings& defaults,
                                      const core::Settings& settings, core::Problems& problems);

} // namespace einsight::einsum
