#pragma once
#include "validation/measure/plan.hpp"

#include <string>

/// What `measure --dry-run` answers.
namespace einsight::cli {

/// A row a suite: how many cases, and how long they take; how many fit in so many seconds.
std::string planText(const validation::MeasurePlan& plan, double seconds);

/// Every case with its simulated time, or the reason why it has none.
std::string planJson(const validation::MeasurePlan& plan);

} // namespace einsight::cli
