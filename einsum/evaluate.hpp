#pragma once
#include "einsum/cascade.hpp"

#include <map>
#include <random>

namespace einsight::einsum {

/// A dense tensor in double, row major; `present` is 0 at points that hold no value (masked).
struct Values {
  std::vector<std::int64_t> shape;
  std::vector<double> data;
  std::vector<unsigned char> present;
};

using Environment = std::map<std::string, Values>;

/// Normal random numbers for every input of the cascade.
Environment randomInputs(const Cascade& cascade, std::uint64_t seed);

/// Every tensor of the cascade, computed point by point in double from the given inputs.
/// Fails when an input is missing or has another shape, or a tensor has more than 2^28 elements.
core::Expected<Environment> evaluate(const Cascade& cascade, Environment inputs);

/// max |a - b| / max(1, |b|) over points present in both; infinity where presence differs.
double largestDifference(const Values& a, const Values& b);

} // namespace einsight::einsum
