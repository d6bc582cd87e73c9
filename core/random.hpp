#pragma once
#include <cstdint>

namespace einsight::core {

/// Numbers that depend on the seed alone, on every machine.
/// Source: Steele, Lea and Flood (OOPSLA 2014), figure 17, SplitMix64.
class Draw {
public:
  explicit Draw(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  /// Precondition: bound is not zero.
  std::uint64_t below(std::uint64_t bound);
  /// In [0, 1).
  double real();
  /// In (0, 1).
  double inside();

private:
  std::uint64_t state_;
};

/// A standard normal number from two uniform ones, the first above zero and both at most 1.
/// Source: Box and Muller (Ann. Math. Stat. 1958).
double normalOf(double first, double second);

} // namespace einsight::core
