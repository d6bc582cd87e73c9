#pragma once
#include "mappings/plan.hpp"

namespace einsight::mappings {

/// Is everything made, and whole, before it is read, in the order of sections, lines and stages?
void verifyOrder(const einsum::Cascade& cascade, const Plan& plan, core::Problems& problems);

} // namespace einsight::mappings
