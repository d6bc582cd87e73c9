#pragma once
#include "core/problem.hpp"

#include <tl/expected.hpp>

namespace einsight::core {

/// A value, or every problem that kept it from being made.
template <class T>
using Expected = tl::expected<T, Problems>;

/// The failure branch of an Expected, from all the problems found.
inline tl::unexpected<Problems> failure(Problems problems) {
  return tl::unexpected<Problems>(std::move(problems));
}

} // namespace einsight::core
