#pragma once
#include "config/scalar.hpp"

namespace einsight::config {

/// What is wrong with a text, and what would be right.
struct Mistake {
  std::string what, help;
};

/// The number that a setting's text means: arithmetic on exact numbers, with the binary suffixes K,
/// M and G ("4K", "2*64"). Where it stands for one that its file writes with a unit, `measure` says
/// of what: then it may have a unit too, "1.5 GHz", and is in the base unit; Hz, B/s and USD are
/// counted in powers of ten, so there a suffix is a mistake. `form`: help where it is no number.
tl::expected<core::Rational, Mistake>
settingValue(const std::string& text, std::optional<Dimension> measure, std::string_view form);

/// What the number measures that a file writes at a path, `dram.bandwidth`; none where nothing is
/// written there, or a number without a unit.
std::optional<Dimension> measureAt(const Node& file, const std::string& path);

} // namespace einsight::config
