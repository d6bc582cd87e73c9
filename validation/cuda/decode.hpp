#pragma once
#include "validation/cuda/decode_arguments.hpp"
#include "validation/cuda/row_operations.hpp"
#include "validation/cuda/warp_tile.hpp"

/// Decoding: one query per sequence and head against a long cache of keys and values. The queries
/// of the heads that share a KV head are the 16 rows of a product, so that the cache is read once
/// for all.
namespace einsight::validation::cuda {

/// kLatent: values are the first kHeadV columns of the keys, as in multi-head latent attention.
template <class Type_, int kHeadQk_, int kHeadV_, bool kLatent_, int kStages_>
struct DecodeSizes {
  using Type = Type_;
  static constexpr int kHeadQk = kHeadQk_;
  static constexpr int kHeadV = kHeadV_;
  static constexpr bool kLatent = kLatent_;
  static constexpr int kStages = kStages_;
  static constexpr int kKeys = 64; ///< of a tile: 16 for each of four warps
  static constexpr int kThreads = 128;
  static constexpr int kKeyBytes = 2 * kKeys * kHeadQk;
  static constexpr int kStageBytes = kKeyBytes + (kLatent ? 0 : 2 * kKeys * kHeadV);
  static constexpr int kQueryBytes = 2 * kDecodeRows * kHeadQk;
  static constexpr int kWeightBytes = 2 * kDecodeRows * kKeys;
  /// Queries, stages, weights, and a number per row and warp, twice.
  static constexpr int kSharedBytes =
      kQueryBytes + kStages * kStageBytes + kWeightBytes + 2 * 4 * 4 * kDecodeRows;
};

template <class Sizes>
class Decode {
public:
  using Arguments = DecodeArguments;

  static EINSIGHT_DEVICE void run(const Arguments& given) { Decode(given).walk(); }

private:
  using Type = typename Sizes::Type;
  static constexpr int kHeadQk = Sizes::kHeadQk;
  static constexpr int kHeadV = Sizes::kHeadV;
  static constexpr int kKeys = Sizes::kKeys;
  static constexpr int kStages = Sizes::kStages;
  static constexpr int kThreads = Sizes::kThreads;
  static constexpr int kColumns = kHeadV / 4; ///< of the output, per warp

  explicit EINSIGHT_DEVICE Decode(const Arguments& arguments)
      : given_(arguments), thread_(threadIndex()), lane_(threadIndex() % 32),
        warp_(threadIndex() / 32) {
    q_.base = sharedBase();
    stages_ = q_.base + Sizes::kQueryBytes;
    weights_.base = stages_ + kStages * Sizes::kStageBytes;
    largest_ = weights_.base + Sizes::kWeightBytes;
    sums_ = largest_ + 4 * 4 * kDecodeRows;
  }

  /// The CTA's piece of the line, item by item.
  EINSIGHT_DEVICE void walk() {
    const DecodeSchedule& schedule = given_.schedule;
    std::int64_t tile = firstTile(schedule, blockX());
    const std::int64_t end = firstTile(schedule, blockX() + 1);
    while (tile < end) {
      const int item = static_cast<int>(tile / schedule.tiles);
      const std::int64_t itemStart = static_cast<std::int64_t>(item) * schedule.tiles;
      const std::int64_t left = itemStart + schedule.tiles;
      const std::int64_t stop = left < end ? left : end;
      attend(item, static_cast<int>(tile - itemStart), static_cast<int>(stop - itemStart));
      tile = stop;
    }
  }

  EINSIGHT_DEVICE void attend(int item, int first, int last) {
    place(item);
    syncThreads(); // all warps are done with the item before
    copyTile<kDecodeRows, kHeadQk, kThreads>(q_, given_.q + qOffset_, kHeadQk, rows_, thread_);
    for (int i = 0; i < kStages - 1; ++i) { // the queries arrive with the first tile
      copyStage(first + i, last, i);
    }
    for (int tile = first; tile < last; ++tile) {
      const int stage = (tile - first) % kStages;
      waitCopies<kStages - 2>(); // this tile is there, for all threads after the barrier
      syncThreads();             // and all warps are done with the tile before
      copyStage(tile + kStages - 1, last, (stage + kStages - 1) % kStages);
      float scores[2][4] = {}; //                                            (16, 16)
      multiplyKeys(scores, stage);
      maskTail(scores, tile);
      float factors[2];
      weigh(scores, factors);
      scaleRows(out_, factors);
      multiplyValues(stage);
    }
    waitCopies<0>();
    write(item, first == 0 && last == given_.schedule.tiles);
  }

  /// Where the item's tensors begin; nothing is summed yet.
  EINSIGHT_DEVICE void place(int item) {
    const int blocks = rowBlocks(given_);
    const int group = given_.headsQ / given_.headsKv;
    const int headRow = item / blocks; // (batch, headsKv)
    const int firstRow = item % blocks * kDecodeRows;
    rows_ = smaller(group - firstRow, kDecodeRows);
    const std::int64_t query = static_cast<std::int64_t>(headRow) * group + firstRow;
    qOffset_ = query * kHeadQk;
    outOffset_ = query * kHeadV;
    cacheRow_ = static_cast<std::int64_t>(headRow) * given_.seqKv;
    sum_[0] = sum_[1] = 0;
    top_[0] = top_[1] = kMinusInfinity;
    EINSIGHT_UNROLL
    for (int n = 0; n < kColumns / 8; ++n) {
      out_[n][0] = out_[n][1] = out_[n][2] = out_[n][3] = 0;
    }
  }

  EINSIGHT_DEVICE SharedTile<kHeadQk> keys(int stage) const {
    return {stages_ + static_cast<std::uint32_t>(stage * Sizes::kStageBytes)};
  }
  EINSIGHT_DEVICE SharedTile<kHeadV> values(int stage) const {
    return {stages_ + static_cast<std::uint32_t>(stage * Sizes::kStageBytes + Sizes::kKeyBytes)};
  }

  /// Starts copying a tile; an empty group after the last one keeps the count of groups right.
  EINSIGHT_DEVICE void copyStage(int tile, int last, int stage) {
    if (tile < last) {
      const int exist = given_.seqKv - tile * kKeys;
      const std::int64_t row = cacheRow_ + static_cast<std::int64_t>(tile) * kKeys;
      copyTile<kKeys, kHeadQk, kThreads>(keys(stage), given_.k + row * kHeadQk, kHeadQk, exist,
                                         thread_);
      if constexpr (!Sizes::kLatent) {
        copyTile<kKeys, kHeadV, kThreads>(values(stage), given_.v + row * kHeadV, kHeadV, exist,
                                          thread_);
      }
    }
    commitCopies();
  }

  /// scores = Q Kᵀ for the warp's 16 keys
  EINSIGHT_DEVICE void multiplyKeys(float (&scores)[2][4], int stage) {
    EINSIGHT_UNROLL
    for (int k = 0; k < kHeadQk; k += 16) {
      std::uint32_t a[4]; //                                                 (16, 16)
      std::uint32_t b[4]; //                                                 (16, 16)
      loadA(a, q_, 0, k, lane_);
      loadBFromRows(b, keys(stage), 16 * warp_, k, lane_);
      multiply<Type>(scores[0], a, b[0], b[1]);
      multiply<Type>(scores[1], a, b[2], b[3]);
    }
  }

  EINSIGHT_DEVICE void maskTail(float (&scores)[2][4], int tile) const {
    const int exist = given_.seqKv - tile * kKeys - 16 * warp_;
    EINSIGHT_UNROLL
    for (int i = 0; i < 8; ++i) {
      if (8 * (i / 4) + lane_ % 4 * 2 + i % 2 >= exist) {
        scores[i / 4][i % 4] = kMinusInfinity;
      }
    }
  }

  /// The warp's weights go to shared memory, under the largest score that any warp has seen.
  EINSIGHT_DEVICE void weigh(float (&scores)[2][4], float (&factors)[2]) {
    const float scale = given_.scale * kLog2E;
    EINSIGHT_UNROLL
    for (int half = 0; half < 2; ++half) {
      const float left = fmaxf(scores[0][2 * half], scores[0][2 * half + 1]);
      const float right = fmaxf(scores[1][2 * half], scores[1][2 * half + 1]);
      const float top = rowMaximum(fmaxf(left, right));
      if (lane_ % 4 == 0) {
        storeShared(rowNumber(largest_, warp_, half), top);
      }
    }
    syncThreads();
    EINSIGHT_UNROLL
    for (int half = 0; half < 2; ++half) {
      float top = top_[half];
      EINSIGHT_UNROLL
      for (int warp = 0; warp < 4; ++warp) {
        top = fmaxf(top, loadSharedFloat(rowNumber(largest_, warp, half)));
      }
      factors[half] = exp2Fast((top_[half] - top) * scale); // every tile has a key: top is finite
      top_[half] = top;
      float part = 0;
      EINSIGHT_UNROLL
      for (int n = 0; n < 2; ++n) {
        const float left = exp2Fast((scores[n][2 * half] - top) * scale);
        const float right = exp2Fast((scores[n][2 * half + 1] - top) * scale);
        part += left + right;
        storeShared(weights_.word(8 * half + lane_ / 4, 16 * warp_ + 8 * n + lane_ % 4 * 2),
                    pack<Type>(left, right)); //                             (16, 64)
      }
      sum_[half] = sum_[half] * factors[half] + part;
    }
    syncThreads();
  }

  EINSIGHT_DEVICE std::uint32_t rowNumber(std::uint32_t base, int warp, int half) const {
    return base + static_cast<std::uint32_t>(4 * (warp * kDecodeRows + 8 * half + lane_ / 4));
  }

  /// out_ += weights V for the warp's columns
  EINSIGHT_DEVICE void multiplyValues(int stage) {
    EINSIGHT_UNROLL
    for (int k = 0; k < kKeys; k += 16) {
      std::uint32_t a[4]; //                                                 (16, 16)
      loadA(a, weights_, 0, k, lane_);
      EINSIGHT_UNROLL
      for (int n = 0; n < kColumns; n += 16) {
        std::uint32_t b[4]; //                                               (16, 16)
        if constexpr (Sizes::kLatent) {
          loadBFromColumns(b, keys(stage), k, kColumns * warp_ + n, lane_);
        } else {
          loadBFromColumns(b, values(stage), k, kColumns * warp_ + n, lane_);
        }
        multiply<Type>(out_[n / 8], a, b[0], b[1]);
        multiply<Type>(out_[n / 8 + 1], a, b[2], b[3]);
      }
    }
  }

  /// The output, where this CTA had all of the item's keys; else its part.
  EINSIGHT_DEVICE void write(int item, bool whole) {
    EINSIGHT_UNROLL
    for (int half = 0; half < 2; ++half) {
      const float sum = rowSum(sum_[half]);
      if (lane_ % 4 == 0) {
        storeShared(rowNumber(sums_, warp_, half), sum);
      }
    }
    syncThreads();
    EINSIGHT_UNROLL
    for (int half = 0; half < 2; ++half) {
      float sum = 0;
      EINSIGHT_UNROLL
      for (int warp = 0; warp < 4; ++warp) {
        sum += loadSharedFloat(rowNumber(sums_, warp, half));
      }
      const int row = 8 * half + lane_ / 4;
      if (row < rows_ && whole) {
        writeOutput(row, half, 1 / sum);
      } else if (row < rows_) {
        writePart(item, row, half, sum);
      }
    }
  }

  EINSIGHT_DEVICE void writeOutput(int row, int half, float factor) {
    auto* to =
        reinterpret_cast<std::uint32_t*>(given_.out + outOffset_ + row * kHeadV + warp_ * kColumns);
    EINSIGHT_UNROLL
    for (int n = 0; n < kColumns / 8; ++n) {
      to[4 * n + lane_ % 4] =
          pack<Type>(out_[n][2 * half] * factor, out_[n][2 * half + 1] * factor);
    }
  }

  EINSIGHT_DEVICE void writePart(int item, int row, int half, float sum) {
    const int slot = slotOf(blockX(), item);
    float* to = given_.parts + static_cast<std::int64_t>(slot * kDecodeRows + row) * (kHeadV + 2);
    EINSIGHT_UNROLL
    for (int n = 0; n < kColumns / 8; ++n) {
      const int column = warp_ * kColumns + 8 * n + lane_ % 4 * 2;
      to[column] = out_[n][2 * half];
      to[column + 1] = out_[n][2 * half + 1];
    }
    if (warp_ == 0 && lane_ % 4 == 0) {
      to[kHeadV] = top_[half] * given_.scale * kLog2E; // as an exponent of two
      to[kHeadV + 1] = sum;
    }
  }

  const Arguments& given_;
  int thread_, lane_, warp_, rows_ = 0;
  std::int64_t qOffset_ = 0, outOffset_ = 0, cacheRow_ = 0;
  SharedTile<kHeadQk> q_;     // (16, kHeadQk)
  SharedTile<kKeys> weights_; // (16, kKeys)
  std::uint32_t stages_ = 0, largest_ = 0, sums_ = 0;
  float out_[kColumns / 8][4]; // (16, kColumns), as C fragments
  float top_[2], sum_[2];      // rows g and g + 8; the sum over this lane's columns only
};

} // namespace einsight::validation::cuda
