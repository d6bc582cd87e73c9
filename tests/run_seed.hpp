#pragma once
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace einsight::test {

/// The seed of this run, as tests/main.cpp sets it, for random numbers that RapidCheck does not
/// draw.
inline std::uint64_t runSeed() {
  constexpr std::string_view kKey = "seed=";
  const char* parameters = std::getenv("RC_PARAMS"); // NOLINT(concurrency-mt-unsafe): one thread
  const std::string text = parameters == nullptr ? "" : parameters;
  const auto at = text.find(kKey);
  return at == std::string::npos ? 1 : std::strtoull(text.c_str() + at + kKey.size(), nullptr, 10);
}

} // namespace einsight::test
