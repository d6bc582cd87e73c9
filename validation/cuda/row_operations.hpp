#pragma once
#include "validation/cuda/device.hpp"
#include "validation/cuda/walk.hpp"

/// What happens between the two products of attention: masks, softmax, sigmoid. Scores and sums are
/// C fragments of 16 rows: tile n of 8 columns, then [0], [1] of row g = lane / 4 and [2], [3] of
/// row g + 8. "half" 0 and 1 are these two rows.
namespace einsight::validation::cuda {

constexpr float kLog2E = 1.4426950408889634F;
constexpr float kMinusInfinity = -__builtin_huge_valf();

/// The largest, and the sum, over the four lanes that share a row of sums.
EINSIGHT_DEVICE float rowMaximum(float value) {
  value = fmaxf(value, shuffleXor(value, 1));
  return fmaxf(value, shuffleXor(value, 2));
}
EINSIGHT_DEVICE float rowSum(float value) {
  value += shuffleXor(value, 1);
  return value + shuffleXor(value, 2);
}

/// An A fragment from the sums (16, 16) of two products that lie side by side.
template <class Type>
EINSIGHT_DEVICE void packA(std::uint32_t (&a)[4], const float (&left)[4], const float (&right)[4]) {
  a[0] = pack<Type>(left[0], left[1]);
  a[1] = pack<Type>(left[2], left[3]);
  a[2] = pack<Type>(right[0], right[1]);
  a[3] = pack<Type>(right[2], right[3]);
}

/// Running maximum of the scores and running sum of the weights, of rows g and g + 8. The sum is
/// that of this lane's columns only: lanes are summed once, at the end.
struct RowSums {
  float largest[2] = {kMinusInfinity, kMinusInfinity};
  float sum[2] = {0, 0};
};

/// Scores become e^(scale' x - largest), where scale = scale' log2 e; `factors` are what older sums
/// of the two rows must be multiplied with.
template <int kTiles>
EINSIGHT_DEVICE void softmaxScores(float (&scores)[kTiles][4], RowSums& rows, float (&factors)[2],
                                   float scale) {
  EINSIGHT_UNROLL
  for (int half = 0; half < 2; ++half) {
    float top = rows.largest[half];
    EINSIGHT_UNROLL
    for (int n = 0; n < kTiles; ++n) {
      top = fmaxf(top, fmaxf(scores[n][2 * half], scores[n][2 * half + 1]));
    }
    top = rowMaximum(top);
    // A row without any key so far has no maximum; 0 in its place keeps infinity - infinity away.
    const float shift = top == kMinusInfinity ? 0 : top * scale;
    factors[half] = exp2Fast(rows.largest[half] * scale - shift);
    rows.largest[half] = top;
    float part = 0;
    EINSIGHT_UNROLL
    for (int n = 0; n < kTiles; ++n) {
      EINSIGHT_UNROLL
      for (int i = 2 * half; i < 2 * half + 2; ++i) {
        scores[n][i] = exp2Fast(scores[n][i] * scale - shift);
        part += scores[n][i];
      }
    }
    rows.sum[half] = rows.sum[half] * factors[half] + part;
  }
}

/// Scores become 1 / (1 + e^-(x + bias)), scale and bias in units of log2 e. e^-x overflows to
/// infinity for masked scores, whose weight is then 0.
template <int kTiles>
EINSIGHT_DEVICE void sigmoidScores(float (&scores)[kTiles][4], float scale, float bias) {
  EINSIGHT_UNROLL
  for (int n = 0; n < kTiles; ++n) {
    EINSIGHT_UNROLL
    for (int i = 0; i < 4; ++i) {
      scores[n][i] = reciprocalFast(1 + exp2Fast(-scores[n][i] * scale - bias));
    }
  }
}

template <int kTiles>
EINSIGHT_DEVICE void scaleRows(float (&sums)[kTiles][4], const float (&factors)[2]) {
  EINSIGHT_UNROLL
  for (int n = 0; n < kTiles; ++n) {
    EINSIGHT_UNROLL
    for (int i = 0; i < 4; ++i) {
      sums[n][i] *= factors[i / 2];
    }
  }
}

/// 1 / sum of the weights; a row that sees no key has sum 0 and becomes 0.
EINSIGHT_DEVICE void normalise(const RowSums& rows, float (&factors)[2]) {
  EINSIGHT_UNROLL
  for (int half = 0; half < 2; ++half) {
    const float sum = rowSum(rows.sum[half]);
    factors[half] = sum > 0 ? 1 / sum : 0;
  }
}

/// Writes sums times factors to rows [row, row + 16) of `to` (rows, 8 kTiles), those before
/// `exist`.
template <class Type, int kTiles>
EINSIGHT_DEVICE void writeRows(std::uint16_t* to, const float (&sums)[kTiles][4],
                               const float (&factors)[2], int row, int exist, int lane) {
  EINSIGHT_UNROLL
  for (int half = 0; half < 2; ++half) {
    const int mine = row + 8 * half + lane / 4;
    if (mine < exist) {
      auto* words =
          reinterpret_cast<std::uint32_t*>(to + static_cast<std::int64_t>(mine) * (8 * kTiles));
      EINSIGHT_UNROLL
      for (int n = 0; n < kTiles; ++n) { //                                   (8 columns of a row)
        words[4 * n + lane % 4] =
            pack<Type>(sums[n][2 * half] * factors[half], sums[n][2 * half + 1] * factors[half]);
      }
    }
  }
}

/// The place of every key inside its tile, for partial tiles of a permuted layout.  (kKeys) words
template <int kKeys, int kThreads>
EINSIGHT_DEVICE void storePlaces(std::uint32_t to, const Mask& mask, int thread) {
  for (int i = thread; i < kKeys; i += kThreads) {
    storeShared(to + static_cast<std::uint32_t>(4 * i), packPlace(placeInTile(mask.kvTile, i)));
  }
}

template <int kTiles, class Attends>
EINSIGHT_DEVICE void maskRow(float (&scores)[kTiles][4], int half, int lane,
                             const Attends& attends) {
  EINSIGHT_UNROLL
  for (int n = 0; n < kTiles; ++n) {
    EINSIGHT_UNROLL
    for (int i = 0; i < 2; ++i) {
      if (!attends(8 * n + lane % 4 * 2 + i)) {
        scores[n][2 * half + i] = kMinusInfinity;
      }
    }
  }
}

/// Scores of pairs that do not attend become minus infinity: queries [row, row + 16), a tile of
/// keys.
template <class Walk, int kKeys>
EINSIGHT_DEVICE void maskScores(float (&scores)[kKeys / 8][4], const WalkShape& shape, int row,
                                int tile, std::uint32_t places, int lane) {
  EINSIGHT_UNROLL
  for (int half = 0; half < 2; ++half) {
    const int mine = row + 8 * half + lane / 4;
    if constexpr (Walk::kPlaces) {
      const Box box = boxOf(shape.mask, mine);
      const Place start = tileStart(shape.mask, shape.mask.kvTile, tile);
      maskRow(scores, half, lane, [&](int column) {
        return inBox(box, start, loadSharedWord(places + static_cast<std::uint32_t>(4 * column)));
      });
    } else {
      const Span keys = Walk::keys(shape, mine);
      maskRow(scores, half, lane, [&](int column) {
        const int key = tile * kKeys + column;
        return key >= keys.begin && key < keys.end;
      });
    }
  }
}

} // namespace einsight::validation::cuda
