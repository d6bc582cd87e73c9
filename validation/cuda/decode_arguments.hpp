#pragma once
#include "validation/cuda/decode_schedule.hpp"
#include "validation/cuda/mask.hpp"

namespace einsight::validation::cuda {

constexpr int kDecodeRows = 16;

/// Tensors are dense, the last axis fastest.
struct DecodeArguments {
  const std::uint16_t* q = nullptr; ///< (batch, headsQ, kHeadQk)
  const std::uint16_t* k = nullptr; ///< (batch, headsKv, seqKv, kHeadQk)
  const std::uint16_t* v = nullptr; ///< (batch, headsKv, seqKv, kHeadV); latent: unused
  std::uint16_t* out = nullptr;     ///< (batch, headsQ, kHeadV)
  float* parts = nullptr; ///< (slots, 16, kHeadV + 2): sums, largest score, sum of weights
  int batch = 1;
  int headsQ = 1;
  int headsKv = 1;
  int seqKv = 1;
  float scale = 1;
  DecodeSchedule schedule; ///< items: (batch, headsKv, blocks of rows)
};

/// Blocks of 16 rows of a KV head.
EINSIGHT_BOTH int rowBlocks(const DecodeArguments& given) {
  return ceilDivide(given.headsQ / given.headsKv, kDecodeRows);
}

} // namespace einsight::validation::cuda
