#pragma once
#include "validation/cuda/fused_arguments.hpp"
#include "validation/cuda/row_operations.hpp"
#include "validation/cuda/warp_tile.hpp"

/// Fused attention, forward, with the instructions of sm_80: mma.sync, ldmatrix, cp.async.
///
/// A CTA computes a tile of queries of one head. While scores of a tile of keys are computed, its
/// values arrive; while those are multiplied, the next keys arrive.
/// Source: Dao, FlashAttention-2 (arXiv 2307.08691) algorithm 1.
namespace einsight::validation::cuda {

/// Sizes of a kernel. Each warp owns kRowTiles times 16 queries: two reuse every fragment of keys
/// and values, one leaves registers for a large head.
template <class Type_, int kHead_, int kWarps_, int kRowTiles_, int kKeys_, Weights kWeights_,
          template <int, int> class Walk_>
struct FusedSizes {
  using Type = Type_;
  static constexpr int kHead = kHead_;
  static constexpr int kRowTiles = kRowTiles_;
  static constexpr int kQueries = 16 * kWarps_ * kRowTiles_;
  static constexpr int kKeys = kKeys_;
  static constexpr int kThreads = 32 * kWarps_;
  static constexpr Weights kWeights = kWeights_;
  using Walk = Walk_<kQueries, kKeys_>;
  /// Q, K, V, and for permuted layouts the place of each key of a tile.
  static constexpr int kSharedBytes =
      2 * kHead * (kQueries + 2 * kKeys) + (Walk::kPlaces ? 4 * kKeys : 0);
};

template <class Sizes>
class FusedSm80 {
public:
  using Arguments = FusedArguments;

  static EINSIGHT_DEVICE void run(const Arguments& given) { FusedSm80(given).attend(); }

private:
  using Type = typename Sizes::Type;
  using Walk = typename Sizes::Walk;
  static constexpr int kHead = Sizes::kHead;
  static constexpr int kKeys = Sizes::kKeys;
  static constexpr int kQueries = Sizes::kQueries;
  static constexpr int kRowTiles = Sizes::kRowTiles;
  static constexpr int kThreads = Sizes::kThreads;
  static constexpr bool kSoftmax = Sizes::kWeights == Weights::Softmax;

  explicit EINSIGHT_DEVICE FusedSm80(const Arguments& arguments)
      : given_(arguments), thread_(threadIndex()) {
    const std::uint32_t base = sharedBase();
    q_.base = base;
    k_.base = base + 2 * kHead * kQueries;
    v_.base = k_.base + 2 * kHead * kKeys;
    places_ = v_.base + 2 * kHead * kKeys;
    // The last tiles of a causal mask have most keys: they start first, so that short ones fill the
    // end.
    qTile_ = ceilDivide(given_.shape.seqQ, kQueries) - 1 - blockX();
    const int head = blockY();
    const int batch = blockZ();
    const int headKv = head / (given_.headsQ / given_.headsKv);
    kvHead_ = batch * given_.headsKv + headKv;
  }

  EINSIGHT_DEVICE void attend() {
    const Walk walk(given_.shape, qTile_);
    const int count = walk.count();
    prepare();
    copyTile<kQueries, kHead, kThreads>(q_, given_.q + queryOffset(), kHead, rowsLeft(), thread_);
    if (count > 0) {
      copyKeys(k_, given_.k, walk.tile(0));
    }
    commitCopies();
    for (int i = 0; i < count; ++i) {
      waitCopies<0>(); // keys i are there, for all threads after the barrier
      syncThreads();   // and all warps are done with values i - 1
      copyKeys(v_, given_.v, walk.tile(i));
      commitCopies();
      scores();
      waitCopies<0>();
      syncThreads(); // values i are there; all warps are done with keys i
      if (i + 1 < count) {
        copyKeys(k_, given_.k, walk.tile(i + 1));
      }
      commitCopies();
      if (!walk.full(i)) {
        mask(walk.tile(i));
      }
      weigh();
      accumulate();
    }
    waitCopies<0>();
    write();
  }

  /// Where the tile of queries begins, in Q and in the output.
  EINSIGHT_DEVICE std::int64_t queryOffset() const {
    const std::int64_t head = static_cast<std::int64_t>(blockZ()) * given_.headsQ + blockY();
    return (head * given_.shape.seqQ + static_cast<std::int64_t>(qTile_) * kQueries) * kHead;
  }
  EINSIGHT_DEVICE int rowsLeft() const { return given_.shape.seqQ - qTile_ * kQueries; }

  EINSIGHT_DEVICE void copyKeys(const SharedTile<kHead>& to, const std::uint16_t* from, int tile) {
    const std::int64_t first =
        static_cast<std::int64_t>(kvHead_) * given_.shape.seqKv + tile * kKeys;
    copyTile<kKeys, kHead, kThreads>(to, from + first * kHead, kHead,
                                     given_.shape.seqKv - tile * kKeys, forgotten(thread_));
  }

  EINSIGHT_DEVICE void prepare() {
    EINSIGHT_UNROLL
    for (int r = 0; r < kRowTiles; ++r) {
      EINSIGHT_UNROLL
      for (int n = 0; n < kHead / 8; ++n) {
        out_[r][n][0] = out_[r][n][1] = out_[r][n][2] = out_[r][n][3] = 0;
      }
      rows_[r] = {};
    }
    if constexpr (Walk::kPlaces) { // read after the barriers of the loop
      storePlaces<kKeys, kThreads>(places_, given_.shape.mask, thread_);
    }
  }

  /// scores_ = Q Kᵀ                                                          (16 kRowTiles, kKeys)
  EINSIGHT_DEVICE void scores() {
    const int thread = forgotten(thread_); // else addresses of all fragments stay in registers
    const int lane = thread % 32;
    const int row = rowOf(thread);
    EINSIGHT_UNROLL
    for (int r = 0; r < kRowTiles; ++r) {
      EINSIGHT_UNROLL
      for (int n = 0; n < kKeys / 8; ++n) {
        scores_[r][n][0] = scores_[r][n][1] = scores_[r][n][2] = scores_[r][n][3] = 0;
      }
    }
    // More loads in advance would take registers that there are not.
    EINSIGHT_UNROLL_TWICE
    for (int k = 0; k < kHead; k += 16) {
      std::uint32_t a[kRowTiles][4]; //                                      (16 kRowTiles, 16)
      EINSIGHT_UNROLL
      for (int r = 0; r < kRowTiles; ++r) {
        loadA(a[r], q_, row + 16 * r, k, lane);
      }
      EINSIGHT_UNROLL
      for (int n = 0; n < kKeys; n += 16) {
        std::uint32_t b[4]; //                                               (16, 16)
        loadBFromRows(b, k_, n, k, lane);
        EINSIGHT_UNROLL
        for (int r = 0; r < kRowTiles; ++r) {
          multiply<Type>(scores_[r][n / 8], a[r], b[0], b[1]);
          multiply<Type>(scores_[r][n / 8 + 1], a[r], b[2], b[3]);
        }
      }
    }
  }

  /// Scores of pairs that do not attend become minus infinity.
  EINSIGHT_DEVICE void mask(int tile) {
    const int thread = forgotten(thread_);
    const int first = qTile_ * kQueries + rowOf(thread);
    EINSIGHT_UNROLL
    for (int r = 0; r < kRowTiles; ++r) {
      maskScores<Walk, kKeys>(scores_[r], given_.shape, first + 16 * r, tile, places_, thread % 32);
    }
  }

  /// scores_ become weights; what was summed under an older maximum is scaled to the new one.
  EINSIGHT_DEVICE void weigh() {
    const float scale =
        given_.scale * kLog2E; // 2^(x log2 e) = e^x: the unit computes powers of two
    EINSIGHT_UNROLL
    for (int r = 0; r < kRowTiles; ++r) {
      if constexpr (kSoftmax) {
        float factors[2];
        softmaxScores(scores_[r], rows_[r], factors, scale);
        scaleRows(out_[r], factors);
      } else {
        sigmoidScores(scores_[r], scale, given_.bias * kLog2E);
      }
    }
  }

  /// out_ += scores_ V                                                       (16 kRowTiles, kHead)
  EINSIGHT_DEVICE void accumulate() {
    EINSIGHT_UNROLL
    for (int k = 0; k < kKeys; k += 16) {
      const int lane = forgotten(thread_) % 32;
      std::uint32_t a[kRowTiles][4]; //                                      (16 kRowTiles, 16)
      EINSIGHT_UNROLL
      for (int r = 0; r < kRowTiles; ++r) {
        packA<Type>(a[r], scores_[r][k / 8], scores_[r][k / 8 + 1]);
      }
      EINSIGHT_UNROLL
      for (int n = 0; n < kHead; n += 16) {
        std::uint32_t b[4]; //                                               (16, 16)
        loadBFromColumns(b, v_, k, n, lane);
        EINSIGHT_UNROLL
        for (int r = 0; r < kRowTiles; ++r) {
          multiply<Type>(out_[r][n / 8], a[r], b[0], b[1]);
          multiply<Type>(out_[r][n / 8 + 1], a[r], b[2], b[3]);
        }
      }
    }
  }

  EINSIGHT_DEVICE void write() {
    EINSIGHT_UNROLL
    for (int r = 0; r < kRowTiles; ++r) {
      float factors[2] = {1, 1};
      if constexpr (kSoftmax) {
        normalise(rows_[r], factors);
      }
      writeRows<Type>(given_.out + queryOffset(), out_[r], factors, rowOf(thread_) + 16 * r,
                      rowsLeft(), thread_ % 32);
    }
  }

  /// The first row of the tile that a thread's warp owns.
  EINSIGHT_DEVICE static int rowOf(int thread) { return thread / 32 * 16 * kRowTiles; }

  const Arguments& given_;
  int thread_, qTile_ = 0, kvHead_ = 0;
  SharedTile<kHead> q_, k_, v_; //                    (kQueries, kHead), (kKeys, kHead) twice
  std::uint32_t places_ = 0;
  float scores_[kRowTiles][kKeys / 8][4]; //         (16 kRowTiles, kKeys), as C fragments
  float out_[kRowTiles][kHead / 8][4];    //         (16 kRowTiles, kHead), as C fragments
  RowSums rows_[kRowTiles];               //         (16 kRowTiles), rows g and g + 8
};

} // namespace einsight::validation::cuda
