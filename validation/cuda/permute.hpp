#pragma once
#include "validation/cuda/device.hpp"
#include "validation/cuda/permute_arguments.hpp"

/// Token permutation: what a layout needs before and after a kernel that visits it tile by tile.
/// Source: Hassani et al. (arXiv 2504.16922) section 4.
namespace einsight::validation::cuda {

/// A CTA writes 64 tokens of one row of heads; neighbouring threads write neighbouring chunks of 16
/// bytes. kBack: from tiles to the layout. Padding tokens become zero.
template <bool kBack>
class Permute {
public:
  using Arguments = PermuteArguments;
  static constexpr int kThreads = 256;
  static constexpr int kTokens = 64; ///< of a CTA
  static constexpr int kSharedBytes = 0;

  static EINSIGHT_DEVICE void run(const Arguments& given) {
    const int chunks = given.head / kNumbers;
    const int inLayout = tokensOf(given.mask);
    const int inTiles = paddedTokens(given.mask, given.mask.qTile);
    const int written = kBack ? inLayout : inTiles;
    const std::int64_t row = blockY();
    const std::int64_t from = row * (kBack ? inTiles : inLayout);
    const std::int64_t to = row * written;
    for (int i = threadIndex(); i < kTokens * chunks; i += kThreads) {
      const int token = blockX() * kTokens + i / chunks;
      const int chunk = i % chunks;
      if (token < written) {
        const int source = sourceOf(given.mask, token);
        reinterpret_cast<Chunk*>(given.to)[(to + token) * chunks + chunk] =
            source < 0
                ? Chunk{}
                : reinterpret_cast<const Chunk*>(given.from)[(from + source) * chunks + chunk];
      }
    }
  }

  /// Where a token that is written comes from; -1 for padding.
  static EINSIGHT_BOTH int sourceOf(const Mask& mask, int token) {
    if constexpr (kBack) {
      return positionOf(mask, mask.qTile, placeInLayout(mask, token));
    } else {
      const Place place = placeOf(mask, mask.qTile, token);
      return isPadding(mask, place) ? -1 : tokenOf(mask, place);
    }
  }

private:
  static constexpr int kNumbers = 8; ///< of a chunk
  struct alignas(16) Chunk {
    std::uint32_t words[4] = {0, 0, 0, 0};
  };
};

} // namespace einsight::validation::cuda
