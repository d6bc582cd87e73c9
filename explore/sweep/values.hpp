#pragma once
#include "config/setting.hpp"
#include "core/random.hpp"
#include "explore/sweep/sweep.hpp"

namespace einsight::explore::sweep {

using config::Mistake;
using Measure = std::optional<config::Dimension>; ///< of numbers that may have a unit

/// The numbers that a text means: "4K", "2*64", "1K..16K" (doubling), "2..10:4" (adding), with
/// units where there is a measure: "1 TB/s..4 TB/s" (config::settingValue).
tl::expected<std::vector<core::Rational>, Mistake> parseValues(const std::string& text,
                                                               Measure measure = {});

/// The values of a parameter: one such text, a list of them, or a map
/// {from: 1, to: 1K, log: 5} or {from: 1, to: 1K, random: 8, seed: 3, scale: log}.
std::vector<core::Rational> readValues(const config::Node& node, core::Problems& problems,
                                       Measure measure = {});

using core::Draw;

} // namespace einsight::explore::sweep
