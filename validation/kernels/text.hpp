#pragma once
#include "config/node.hpp"
#include "validation/kernels/spec.hpp"

namespace einsight::validation {

/// The expression of a plain value; a problem at its place where it is none.
core::Expression readExpression(const config::Node& node, core::Problems& problems);
/// A map of names to expressions.
Expressions readExpressions(const config::Node& map, core::Problems& problems);

} // namespace einsight::validation
