#pragma once
#include "validation/cuda/mask.hpp"

namespace einsight::validation::cuda {

/// Tokens of a layout moved between the order of the layout and that of its tiles. A token is
/// `head` 16-bit numbers, a multiple of 8, that lie together. `mask` has the layout, and the tiles
/// as qTile.
struct PermuteArguments {
  const std::uint16_t* from = nullptr; ///< (rows, tokens of the one order, head)
  std::uint16_t* to = nullptr;         ///< (rows, tokens of the other, head)
  Mask mask;
  int head = 128;
  int rows = 1; ///< batch times heads
};

} // namespace einsight::validation::cuda
