#pragma once
#include "validation/cuda/mask.hpp"
#include "validation/cuda/row_operations.hpp"

/// Softmax of a matrix of scores in place, for the unfused chain: a CTA per row, three passes. The
/// later ones find the row in a cache.
namespace einsight::validation::cuda {

struct SoftmaxArguments {
  std::uint16_t* scores = nullptr; ///< (rows, pitch), dense
  int seqQ = 1;                    ///< rows of a head: row r is query r % seqQ
  int seqKv = 1;
  int pitch = 8; ///< numbers from row to row, a multiple of 8; those from seqKv on become 0
  float scale = 1;
  Mask mask; ///< no neighborhood
};

/// Eight numbers, as one load of 16 bytes.
struct alignas(16) Eight {
  std::uint32_t pairs[4];
};

template <class Type>
class Softmax {
public:
  using Arguments = SoftmaxArguments;
  static constexpr int kThreads = 128;
  static constexpr int kSharedBytes = 2 * 4 * kThreads / 32;

  static EINSIGHT_DEVICE void run(const Arguments& given) {
    const std::int64_t row = blockX();
    const int query = static_cast<int>(row % given.seqQ);
    const Span keys = sequenceKeys(given.mask, given.seqQ, given.seqKv, query);
    auto* numbers = reinterpret_cast<Eight*>(given.scores + row * given.pitch);
    const float scale = given.scale * kLog2E;
    float top = kMinusInfinity;
    for (int i = threadIndex(); i < given.pitch / 8; i += kThreads) {
      const Eight eight = numbers[i];
      EINSIGHT_UNROLL
      for (int j = 0; j < 4; ++j) {
        const float2 pair = unpack<Type>(eight.pairs[j]);
        const int key = 8 * i + 2 * j;
        top = fmaxf(top, inside(keys, key) ? pair.x : kMinusInfinity);
        top = fmaxf(top, inside(keys, key + 1) ? pair.y : kMinusInfinity);
      }
    }
    top = acrossCta<true>(top, 0) * scale;
    top = top == kMinusInfinity ? 0 : top; // a row that sees no key
    float sum = 0;
    for (int i = threadIndex(); i < given.pitch / 8; i += kThreads) {
      const Eight eight = numbers[i];
      EINSIGHT_UNROLL
      for (int j = 0; j < 4; ++j) {
        const float2 pair = weights(eight.pairs[j], keys, 8 * i + 2 * j, scale, top);
        sum += pair.x + pair.y;
      }
    }
    sum = acrossCta<false>(sum, 1);
    const float factor = sum > 0 ? 1 / sum : 0;
    for (int i = threadIndex(); i < given.pitch / 8; i += kThreads) {
      Eight eight = numbers[i];
      EINSIGHT_UNROLL
      for (int j = 0; j < 4; ++j) {
        const float2 pair = weights(eight.pairs[j], keys, 8 * i + 2 * j, scale, top);
        eight.pairs[j] = pack<Type>(pair.x * factor, pair.y * factor);
      }
      numbers[i] = eight;
    }
  }

private:
  static EINSIGHT_DEVICE bool inside(Span keys, int key) {
    return key >= keys.begin && key < keys.end;
  }

  static EINSIGHT_DEVICE float2 weights(std::uint32_t bits, Span keys, int key, float scale,
                                        float top) {
    const float2 pair = unpack<Type>(bits);
    return {inside(keys, key) ? exp2Fast(pair.x * scale - top) : 0,
            inside(keys, key + 1) ? exp2Fast(pair.y * scale - top) : 0};
  }

  /// The largest, or the sum, of all threads' values; `use` numbers the uses of shared memory.
  template <bool kMaximum>
  static EINSIGHT_DEVICE float acrossCta(float value, int use) {
    EINSIGHT_UNROLL
    for (int mask = 16; mask > 0; mask /= 2) {
      const float other = shuffleXor(value, mask);
      value = kMaximum ? fmaxf(value, other) : value + other;
    }
    const auto base = sharedBase() + static_cast<std::uint32_t>(use * 4 * kThreads / 32);
    if (threadIndex() % 32 == 0) {
      storeShared(base + static_cast<std::uint32_t>(threadIndex() / 32 * 4), value);
    }
    syncThreads();
    float all = kMaximum ? kMinusInfinity : 0;
    EINSIGHT_UNROLL
    for (int warp = 0; warp < kThreads / 32; ++warp) {
      const float other = loadSharedFloat(base + static_cast<std::uint32_t>(4 * warp));
      all = kMaximum ? fmaxf(all, other) : all + other;
    }
    return all;
  }
};

} // namespace einsight::validation::cuda
