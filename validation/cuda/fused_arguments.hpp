#pragma once
#include "validation/cuda/walk.hpp"

#include <cstdint>

namespace einsight::validation::cuda {

/// One fused attention, forward. Tensors are dense, the last axis fastest.
struct FusedArguments {
  const std::uint16_t* q = nullptr; ///< (batch, headsQ, seqQ, D)
  const std::uint16_t* k = nullptr; ///< (batch, headsKv, seqKv, D)
  const std::uint16_t* v = nullptr; ///< (batch, headsKv, seqKv, D)
  std::uint16_t* out = nullptr;     ///< (batch, headsQ, seqQ, D)
  int batch = 1;
  int headsQ = 1;
  int headsKv = 1; ///< divides headsQ; query head h uses head h / (headsQ / headsKv)
  float scale = 1; ///< of the scores, before the mask
  float bias = 0;  ///< sigmoid weights only: added to the scaled scores
  /// sm_90a only: rows of (batch, headsQ) whose tiles are taken side by side (tile_order.hpp).
  int section = 1;
  WalkShape shape;
};

/// What becomes of the scores.
enum class Weights { Softmax, Sigmoid };

} // namespace einsight::validation::cuda
