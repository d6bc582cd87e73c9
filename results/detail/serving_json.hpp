#pragma once
#include "results/result.hpp"

#include <nlohmann/json.hpp>

/// Numbers in JSON, and what a machine that serves did.
namespace einsight::results::detail {

using Json = nlohmann::ordered_json;

/// Whole numbers without a point; null for what is no number.
Json number(double value);
Json number(const std::optional<double>& value);

Json servingJson(const Serving& serving);
/// What servingJson() made; numbers that are missing are NaN or 0.
Serving servingOf(const Json& json);

} // namespace einsight::results::detail
