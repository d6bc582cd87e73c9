#pragma once
#include "validation/cuda/linear_arguments.hpp"
#include "validation/cuda/row_operations.hpp"
#include "validation/cuda/warp_tile.hpp"

/// Causal linear attention in chunks: out_t = scale q_t · Σ_{s ≤ t} k_s v_sᵀ.
///
/// Inside a chunk the pairs are multiplied as in attention; what came before a chunk is a matrix,
/// the state, of head times head numbers. A CTA computes 64 columns of a head's values, chunk after
/// chunk. Source: Hua et al., Transformer Quality in Linear Time (arXiv 2202.10447) section 3.2.
namespace einsight::validation::cuda {

template <class Type_, int kHead_>
struct LinearSizes {
  using Type = Type_;
  static constexpr int kHead = kHead_;
  static constexpr int kChunk = 64;
  static constexpr int kColumns = 64; ///< of the values, per CTA
  static constexpr int kThreads = 128;
  static constexpr int kStageBytes = 2 * kChunk * (2 * kHead + kColumns);
  static constexpr int kSharedBytes = 2 * kStageBytes + 2 * kHead * kColumns;
};

template <class Sizes>
class Linear {
public:
  using Arguments = LinearArguments;

  static EINSIGHT_DEVICE void run(const Arguments& given) { Linear(given).attend(); }

private:
  using Type = typename Sizes::Type;
  static constexpr int kHead = Sizes::kHead;
  static constexpr int kChunk = Sizes::kChunk;
  static constexpr int kColumns = Sizes::kColumns;
  static constexpr int kStateRows = kHead / 4; ///< of a warp
  static constexpr int kRowTiles = kStateRows / 16;

  explicit EINSIGHT_DEVICE Linear(const Arguments& arguments)
      : given_(arguments), thread_(threadIndex()), lane_(threadIndex() % 32),
        warp_(threadIndex() / 32) {
    const std::int64_t head = static_cast<std::int64_t>(blockZ()) * given_.heads + blockY();
    offset_ = head * given_.seq * kHead;
    state_.base = sharedBase() + 2 * Sizes::kStageBytes;
  }

  EINSIGHT_DEVICE SharedTile<kHead> queries(int stage) const { return {stageBase(stage)}; }
  EINSIGHT_DEVICE SharedTile<kHead> keys(int stage) const {
    return {stageBase(stage) + 2 * kChunk * kHead};
  }
  EINSIGHT_DEVICE SharedTile<kColumns> values(int stage) const {
    return {stageBase(stage) + 4 * kChunk * kHead};
  }
  EINSIGHT_DEVICE static std::uint32_t stageBase(int stage) {
    return sharedBase() + static_cast<std::uint32_t>(stage * Sizes::kStageBytes);
  }

  EINSIGHT_DEVICE void attend() {
    const int chunks = ceilDivide(given_.seq, kChunk);
    copyChunk(0, chunks);
    storeState();
    for (int chunk = 0; chunk < chunks; ++chunk) {
      const int stage = chunk % 2;
      waitCopies<0>(); // this chunk is there, and after the barrier the state of those before it
      syncThreads();   // all warps are done with the chunk before
      copyChunk(chunk + 1, chunks);
      float out[kColumns / 8][4] = {}; //                                    (16, kColumns)
      inside(out, stage);
      before(out, stage);
      write(out, chunk);
      remember(stage);
      syncThreads(); // all warps have read the old state
      storeState();
    }
    waitCopies<0>();
  }

  EINSIGHT_DEVICE void copyChunk(int chunk, int chunks) {
    if (chunk < chunks) {
      const int thread = forgotten(thread_); // else addresses stay in registers
      const int stage = chunk % 2;
      const int exist = given_.seq - chunk * kChunk;
      const std::int64_t row = offset_ + static_cast<std::int64_t>(chunk) * kChunk * kHead;
      copyTile<kChunk, kHead, Sizes::kThreads>(queries(stage), given_.q + row, kHead, exist,
                                               thread);
      copyTile<kChunk, kHead, Sizes::kThreads>(keys(stage), given_.k + row, kHead, exist, thread);
      copyTile<kChunk, kColumns, Sizes::kThreads>(
          values(stage), given_.v + row + blockX() * kColumns, kHead, exist, thread);
    }
    commitCopies();
  }

  /// out += (Q Kᵀ, where the key is not after the query) V
  EINSIGHT_DEVICE void inside(float (&out)[kColumns / 8][4], int stage) {
    float scores[kChunk / 8][4] = {}; //                                     (16, kChunk)
    EINSIGHT_UNROLL
    for (int k = 0; k < kHead; k += 16) {
      std::uint32_t a[4]; //                                                 (16, 16)
      loadA(a, queries(stage), 16 * warp_, k, lane_);
      EINSIGHT_UNROLL
      for (int n = 0; n < kChunk; n += 16) {
        std::uint32_t b[4]; //                                               (16, 16)
        loadBFromRows(b, keys(stage), n, k, lane_);
        multiply<Type>(scores[n / 8], a, b[0], b[1]);
        multiply<Type>(scores[n / 8 + 1], a, b[2], b[3]);
      }
    }
    EINSIGHT_UNROLL
    for (int i = 0; i < kChunk / 2; ++i) {
      const int row = 16 * warp_ + lane_ / 4 + i % 4 / 2 * 8;
      if (i / 4 * 8 + lane_ % 4 * 2 + i % 2 > row) {
        scores[i / 4][i % 4] = 0;
      }
    }
    EINSIGHT_UNROLL
    for (int k = 0; k < kChunk; k += 16) {
      std::uint32_t a[4]; //                                                 (16, 16)
      packA<Type>(a, scores[k / 8], scores[k / 8 + 1]);
      multiplyColumns(out, a, values(stage), k);
    }
  }

  /// out += Q state, the sum over all chunks before
  EINSIGHT_DEVICE void before(float (&out)[kColumns / 8][4], int stage) {
    EINSIGHT_UNROLL
    for (int k = 0; k < kHead; k += 16) {
      std::uint32_t a[4]; //                                                 (16, 16)
      loadA(a, queries(stage), 16 * warp_, k, lane_);
      multiplyColumns(out, a, state_, k);
    }
  }

  /// sums (16, kColumns) += a (16, 16) rows [k, k + 16) of a tile (…, kColumns)
  EINSIGHT_DEVICE void multiplyColumns(float (&sums)[kColumns / 8][4], const std::uint32_t (&a)[4],
                                       const SharedTile<kColumns>& tile, int k) {
    EINSIGHT_UNROLL
    for (int n = 0; n < kColumns; n += 16) {
      std::uint32_t b[4]; //                                                 (16, 16)
      loadBFromColumns(b, tile, k, n, lane_);
      multiply<Type>(sums[n / 8], a, b[0], b[1]);
      multiply<Type>(sums[n / 8 + 1], a, b[2], b[3]);
    }
  }

  /// sums_ += Kᵀ V, the warp's rows of the state
  EINSIGHT_DEVICE void remember(int stage) {
    EINSIGHT_UNROLL
    for (int k = 0; k < kChunk; k += 16) {
      EINSIGHT_UNROLL
      for (int r = 0; r < kRowTiles; ++r) {
        std::uint32_t a[4]; //                                               (16, 16), of Kᵀ
        loadAFromColumns(a, keys(stage), k, kStateRows * warp_ + 16 * r, lane_);
        multiplyColumns(sums_[r], a, values(stage), k);
      }
    }
  }

  /// The state as an operand for the next chunk: summed in float, multiplied in 16 bits.
  EINSIGHT_DEVICE void storeState() {
    EINSIGHT_UNROLL
    for (int r = 0; r < kRowTiles; ++r) {
      EINSIGHT_UNROLL
      for (int n = 0; n < kColumns / 8; ++n) { //                            (kHead, kColumns)
        const int row = kStateRows * warp_ + 16 * r + lane_ / 4;
        const int column = 8 * n + lane_ % 4 * 2;
        storeShared(state_.word(row, column), pack<Type>(sums_[r][n][0], sums_[r][n][1]));
        storeShared(state_.word(row + 8, column), pack<Type>(sums_[r][n][2], sums_[r][n][3]));
      }
    }
  }

  EINSIGHT_DEVICE void write(const float (&out)[kColumns / 8][4], int chunk) {
    EINSIGHT_UNROLL
    for (int half = 0; half < 2; ++half) {
      const int row = chunk * kChunk + 16 * warp_ + 8 * half + lane_ / 4;
      if (row < given_.seq) {
        auto* to = reinterpret_cast<std::uint32_t*>(
            given_.out + offset_ + static_cast<std::int64_t>(row) * kHead + blockX() * kColumns);
        EINSIGHT_UNROLL
        for (int n = 0; n < kColumns / 8; ++n) { //                          (8 columns of a row)
          to[4 * n + lane_ % 4] =
              pack<Type>(out[n][2 * half] * given_.scale, out[n][2 * half + 1] * given_.scale);
        }
      }
    }
  }

  const Arguments& given_;
  int thread_, lane_, warp_;
  std::int64_t offset_ = 0;
  SharedTile<kColumns> state_;                  // (kHead, kColumns)
  float sums_[kRowTiles][kColumns / 8][4] = {}; // (kStateRows, kColumns), as C fragments
};

} // namespace einsight::validation::cuda
