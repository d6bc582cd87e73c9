#pragma once
#include "explore/serving/point.hpp"

#include <set>
#include <span>

/// What a model serves: a trace, or a batch that stays.
namespace einsight::explore {

/// Names of the numbers that a load may have, besides its `trace`.
std::span<const std::string_view> loadNumbers();

/// Does the request itself, and not only the file of its model, say what is served?
bool hasLoad(const PointRequest& request);

/// The trace that the file of a model names under `serving`; empty where there is none.
std::string traceOf(const std::string& model);

/// What is wrong with a number of the load; empty: nothing.
std::string mistakeInLoad(std::string_view name, double value);
/// What such numbers are.
inline constexpr const char* kLoadNumbers = "whole numbers from 1 on, but for a rate";

/// What a load with these names (numbers, "trace") lacks, besides what the model's file says, or
/// which of them no one load has; empty: nothing.
std::string missingInLoad(const std::string& model, std::set<std::string> names);
/// What a load is, in a file.
inline constexpr const char* kLoadKeys =
    "{trace: azure-conv}, {trace: FILE.csv} or {batch: 16, context: 4K}";

/// What the settings and the model file's key `serving` say. All problems at once.
core::Expected<Load> readLoad(const PointRequest& request);

/// Refuses requests that are longer than the model can see, and a batch that stays for which there
/// is no memory, with the amount.
core::Expected<void> checkLoad(const ServingPoint& point);

} // namespace einsight::explore
