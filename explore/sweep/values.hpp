#pragma once
#include "config/node.hpp"
#include "core/random.hpp"
#include "explore/sweep/sweep.hpp"

namespace einsight::explore::sweep {

/// What is wrong with a value, and what would be right.
struct Mistake {
  std::string what, help;
};

/// The numbers that a text means: "4K", "2*64", "1K..16K" (doubling), "2..10:4" (adding).
tl::expected<std::vector<core::Rational>, Mistake> parseValues(const std::string& text);

/// The values of a parameter: one such text, a list of them, or a map
/// {from: 1, to: 1K, log: 5} or {from: 1, to: 1K, random: 8, seed: 3, scale: log}.
std::vector<core::Rational> readValues(const config::Node& node, core::Problems& problems);

using core::Draw;

} // namespace einsight::explore::sweep
