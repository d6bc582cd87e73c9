#pragma once
#include "mappings/gna/question.hpp"

namespace einsight::mappings::gna {

/// Tensors of an attention operator: how many elements of Q, K, V and O there are per token.
struct Heads {
  std::int64_t batch = 1;
  std::int64_t heads = 1;
  std::int64_t kvHeads = 1;
  std::int64_t headDim = 128;
  std::int64_t bits = 16;
};

/// What it takes to lay tokens out tile by tile before the kernel and back after it.
struct Permutation {
  bool needed = false;       ///< not for a 1-axis layout without dilation, nor for 1-D tiling
  std::int64_t qTokens = 0;  ///< queries after padding to whole tiles in every dilation group
  std::int64_t kvTokens = 0; ///< keys after padding
  double bytes = 0;          ///< Q, K, V and O, each read and written once; 0 when not needed
};
Permutation permutation(const Question& question, const Heads& heads);

} // namespace einsight::mappings::gna
