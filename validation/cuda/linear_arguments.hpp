#pragma once
#include <cstdint>

namespace einsight::validation::cuda {

/// Tensors are (batch, heads, seq, kHead), dense, the last axis fastest.
struct LinearArguments {
  const std::uint16_t* q = nullptr;
  const std::uint16_t* k = nullptr;
  const std::uint16_t* v = nullptr;
  std::uint16_t* out = nullptr;
  int batch = 1;
  int heads = 1;
  int seq = 1;
  float scale = 1;
};

} // namespace einsight::validation::cuda
