#pragma once
#include "config/node.hpp"
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

/// A random whole number below `bound`, the same on every machine.
class Draw {
public:
  explicit Draw(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  /// Precondition: bound is not zero.
  std::uint64_t below(std::uint64_t bound);
  /// In [0, 1).
  double real();

private:
  std::uint64_t state_;
};

} // namespace einsight::explore::sweep
