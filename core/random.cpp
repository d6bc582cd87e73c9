#include "core/random.hpp"

#include <cmath>
#include <numbers>

namespace einsight::core {
namespace {

constexpr double kScale = 0x1p-53;
constexpr unsigned kBeyondDouble = 11; ///< bits of a number that a double does not hold

} // namespace

std::uint64_t Draw::next() {
  state_ += 0x9e3779b97f4a7c15U;
  auto mixed = state_;
  mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
  return mixed ^ (mixed >> 31U);
}

std::uint64_t Draw::below(std::uint64_t bound) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint64_t>((static_cast<Wide>(next()) * bound) >> 64U);
}

double Draw::real() {
  return static_cast<double>(next() >> kBeyondDouble) * kScale;
}

double Draw::inside() {
  return (static_cast<double>(next() >> kBeyondDouble) + 0.5) * kScale;
}

double normalOf(double first, double second) {
  return std::sqrt(-2 * std::log(first)) * std::cos(2 * std::numbers::pi * second);
}

} // namespace einsight::core
