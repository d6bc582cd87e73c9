#pragma once
#include "validation/cuda/fused_sm90_sizes.hpp"
#include "validation/cuda/hopper.hpp"
#include "validation/cuda/row_operations.hpp"
#include "validation/cuda/tile_order.hpp"

/// Fused attention, forward, with the instructions of sm_90a: bulk tensor copies and products of
/// warpgroups.
///
/// One warpgroup only copies. The others own 64 queries each. They take turns at the tensor cores
/// (ping-pong): while one computes its softmax, the other's products run. Inside a warpgroup the
/// scores of the next tile are computed together with the output of this one.
/// Source: Shah et al., FlashAttention-3 (arXiv 2407.08608) sections 3.1 and 3.2.
namespace einsight::validation::cuda {

template <class Sizes>
class FusedSm90 {
public:
  using Arguments = HopperArguments;

  static EINSIGHT_DEVICE void run(const Arguments& given) { FusedSm90(given).attend(); }

private:
  using Type = typename Sizes::Type;
  using Walk = typename Sizes::Walk;
  static constexpr int kHead = Sizes::kHead;
  static constexpr int kKeys = Sizes::kKeys;
  static constexpr int kStages = Sizes::kStages;
  static constexpr int kConsumers = Sizes::kConsumers;
  static constexpr bool kSoftmax = Sizes::kWeights == Weights::Softmax;
  static constexpr std::uint32_t kTileBytes = Sizes::kTileBytes;
  static constexpr std::uint32_t kQBytes = 2 * Sizes::kQueries * kHead;
  static constexpr int kFirstTurn = 1; ///< named barriers of the consumers; 0 is syncThreads

  explicit EINSIGHT_DEVICE FusedSm90(const Arguments& arguments)
      : given_(arguments), lane_(threadIndex() % 32) {
    q_ = sharedBase();
    k_ = q_ + kQBytes;
    v_ = k_ + kStages * kTileBytes;
    barriers_ = v_ + kStages * kTileBytes;
    places_ = barriers_ + 8 * Sizes::kBarriers;
    const FusedArguments& fused = given_.fused;
    const TilePlace place = placeOfCta(blockX(), ceilDivide(fused.shape.seqQ, Sizes::kQueries),
                                       fused.batch * fused.headsQ, fused.section);
    qTile_ = place.qTile;
    head_ = place.row % fused.headsQ;
    batch_ = place.row / fused.headsQ;
  }

  EINSIGHT_DEVICE std::uint32_t queriesThere() const { return barriers_; }
  EINSIGHT_DEVICE std::uint32_t keysThere(int stage) const { return barrier(1, stage); }
  EINSIGHT_DEVICE std::uint32_t keysFree(int stage) const { return barrier(1 + kStages, stage); }
  EINSIGHT_DEVICE std::uint32_t valuesThere(int stage) const {
    return barrier(1 + 2 * kStages, stage);
  }
  EINSIGHT_DEVICE std::uint32_t valuesFree(int stage) const {
    return barrier(1 + 3 * kStages, stage);
  }
  EINSIGHT_DEVICE std::uint32_t barrier(int first, int stage) const {
    return barriers_ + static_cast<std::uint32_t>(8 * (first + stage));
  }
  EINSIGHT_DEVICE std::uint32_t tile(std::uint32_t base, int stage) const {
    return base + static_cast<std::uint32_t>(stage) * kTileBytes;
  }

  EINSIGHT_DEVICE void attend() {
    if (threadIndex() == 0) {
      initBarrier(queriesThere(), 1);
      for (int stage = 0; stage < kStages; ++stage) {
        initBarrier(keysThere(stage), 1);
        initBarrier(valuesThere(stage), 1);
        initBarrier(keysFree(stage), 4 * kConsumers); // a lane of every warp: warps run apart
        initBarrier(valuesFree(stage), 4 * kConsumers);
      }
      publishBarriers();
    }
    if constexpr (Walk::kPlaces) {
      storePlaces<kKeys, Sizes::kThreads>(places_, given_.fused.shape.mask, threadIndex());
    }
    syncThreads();
    const Walk walk(given_.fused.shape, qTile_);
    const int warpgroup = uniform(threadIndex() / 128);
    if (warpgroup == 0) {
      giveRegisters<Sizes::kCopyRegisters>();
      if (threadIndex() == 0) {
        copy(walk);
      }
    } else {
      takeRegisters<Sizes::kComputeRegisters>();
      compute(walk, warpgroup - 1);
    }
  }

  /// The one thread that copies, in the order in which consumers ask: the keys of the next tile
  /// before the values of this one.
  EINSIGHT_DEVICE void copy(const Walk& walk) {
    prefetchMap(given_.q);
    prefetchMap(given_.k);
    prefetchMap(given_.v);
    const int count = walk.count();
    if (count == 0) {
      return; // nobody would wait for the queries, and they would land in the next CTA's memory
    }
    arriveExpecting(queriesThere(), kQBytes);
    copyPanels<Sizes::kQueries>(q_, given_.q, queriesThere(), qTile_ * Sizes::kQueries, head_);
    const int headKv = head_ / (given_.fused.headsQ / given_.fused.headsKv);
    for (int i = 0; i <= count; ++i) {
      if (i < count) {
        const int stage = i % kStages;
        copyStage(tile(k_, stage), given_.k, keysFree(stage), keysThere(stage), walk, i, headKv);
      }
      if (i > 0) {
        const int stage = (i - 1) % kStages;
        copyStage(tile(v_, stage), given_.v, valuesFree(stage), valuesThere(stage), walk, i - 1,
                  headKv);
      }
    }
  }

  /// Tile i of the keys or values. A stage is free again when all consumers arrived: the n-th use
  /// of a stage waits for the (n-1)-th to be consumed, and the first for nothing.
  EINSIGHT_DEVICE void copyStage(std::uint32_t to, const TensorMap& map, std::uint32_t free,
                                 std::uint32_t there, const Walk& walk, int i, int headKv) {
    waitBarrier(free, (i / kStages + 1) % 2); // parity of the use before
    arriveExpecting(there, kTileBytes);
    copyPanels<kKeys>(to, map, there, walk.tile(i) * kKeys, headKv);
  }

  template <int kRows>
  EINSIGHT_DEVICE void copyPanels(std::uint32_t to, const TensorMap& map, std::uint32_t barrier,
                                  int row, int head) {
    EINSIGHT_UNROLL
    for (int panel = 0; panel < kHead / kPanel; ++panel) { //                (kRows, 64)
      copyPanel(to + static_cast<std::uint32_t>(panel * kRows) * kPanelRowBytes, map, barrier,
                panel * kPanel, row, head, batch_);
    }
  }

  EINSIGHT_DEVICE void compute(const Walk& walk, int consumer) {
    const int firstRow = consumer * 64 + threadIndex() % 128 / 32 * 16;
    const int count = walk.count();
    float out[kHead / 8][4] = {};         //                                 (64, kHead)
    std::uint32_t weights[kKeys / 16][4]; //                                 (64, kKeys)
    RowSums rows;
    if (count > 0) {
      float factors[2];
      waitBarrier(queriesThere(), 0);
      if (consumer == kConsumers - 1) {
        passTurn(consumer); // the first consumer may begin
      }
      { // The first tile has no output to compute beside its scores. A condition inside the loop
        // would make the compiler wait after every product.
        float scores[kKeys / 8][4]; //                                       (64, kKeys)
        waitBarrier(keysThere(0), 0);
        awaitTurn(consumer);
        startScores(scores, consumer, 0);
        passTurn(consumer, count == 1);
        waitProducts<0>();
        pin(scores);
        release(keysFree(0));
        weigh(walk, 0, firstRow, scores, rows, factors);
        packWeights(weights, scores);
        awaitKeys(1, count);
      }
      for (int i = 1; i < count; ++i) {
        float scores[kKeys / 8][4]; //                                       (64, kKeys)
        const int stage = i % kStages;
        const int before = (i - 1) % kStages;
        awaitTurn(consumer);
        startScores(scores, consumer, stage);
        waitBarrier(valuesThere(before), (i - 1) / kStages % 2);
        startOutput(out, weights, before);
        passTurn(consumer, i + 1 == count);
        waitProducts<1>(); // the scores; the output goes on beside the softmax
        pin(scores);
        release(keysFree(stage));
        weigh(walk, i, firstRow, scores, rows, factors);
        // Both keep the softmax above the wait below, beside the output's products: pin from the
        // compiler that makes PTX, and the loop inside awaitKeys from the one that reads it.
        pin(scores);
        awaitKeys(i + 1, count);
        waitProducts<0>(); // the output is up to date, and the weights' registers are free
        pin(out);
        release(valuesFree(before));
        scaleRows(out, factors);
        packWeights(weights, scores);
      }
      waitBarrier(valuesThere((count - 1) % kStages), (count - 1) / kStages % 2);
      startOutput(out, weights, (count - 1) % kStages);
      waitProducts<0>();
      pin(out);
    }
    write(out, rows, firstRow);
  }

  /// The keys of a tile, if there is such a tile.
  EINSIGHT_DEVICE void awaitKeys(int i, int count) {
    if (i < count) {
      waitBarrier(keysThere(i % kStages), i / kStages % 2);
    }
  }

  /// Scores of a tile become weights; factors are for what was summed before.
  EINSIGHT_DEVICE void weigh(const Walk& walk, int i, int firstRow, float (&scores)[kKeys / 8][4],
                             RowSums& rows, float (&factors)[2]) {
    const float scale =
        given_.fused.scale * kLog2E; // 2^(x log2 e) = e^x: the unit has powers of two
    if (!walk.full(i)) {
      maskScores<Walk, kKeys>(scores, given_.fused.shape, qTile_ * Sizes::kQueries + firstRow,
                              walk.tile(i), places_, lane_);
    }
    if constexpr (kSoftmax) {
      softmaxScores(scores, rows, factors, scale);
    } else {
      factors[0] = factors[1] = 1;
      sigmoidScores(scores, scale, given_.fused.bias * kLog2E);
    }
  }

  EINSIGHT_DEVICE static void packWeights(std::uint32_t (&weights)[kKeys / 16][4],
                                          const float (&scores)[kKeys / 8][4]) {
    EINSIGHT_UNROLL
    for (int k = 0; k < kKeys / 16; ++k) {
      packA<Type>(weights[k], scores[2 * k], scores[2 * k + 1]);
    }
  }

  /// scores = Q Kᵀ, in the background
  EINSIGHT_DEVICE void startScores(float (&scores)[kKeys / 8][4], int consumer, int stage) {
    fenceProducts();
    EINSIGHT_UNROLL
    for (int k = 0; k < kHead; k += 16) { //                                 (64, 16) (16, kKeys)
      const auto panel = static_cast<std::uint32_t>(k / kPanel) * kPanelRowBytes;
      const auto inside = static_cast<std::uint32_t>(2 * (k % kPanel));
      const auto rows = static_cast<std::uint32_t>(consumer) * 64 * kPanelRowBytes;
      multiplyShared<Type>(scores, describe(q_ + panel * Sizes::kQueries + rows + inside, 16),
                           describe(tile(k_, stage) + panel * kKeys + inside, 16), k > 0);
    }
    commitProducts();
  }

  /// out += weights V, in the background
  EINSIGHT_DEVICE void startOutput(float (&out)[kHead / 8][4],
                                   const std::uint32_t (&weights)[kKeys / 16][4], int stage) {
    fenceProducts();
    EINSIGHT_UNROLL
    for (int k = 0; k < kKeys / 16; ++k) { //                                (64, 16) (16, kHead)
      const auto rows = static_cast<std::uint32_t>(16 * k) * kPanelRowBytes;
      multiplyRegisters<Type>(out, weights[k],
                              describe(tile(v_, stage) + rows, kKeys * kPanelRowBytes));
    }
    commitProducts();
  }

  EINSIGHT_DEVICE void release(std::uint32_t barrier) {
    if (lane_ == 0) {
      arrive(barrier);
    }
  }
  EINSIGHT_DEVICE void awaitTurn(int consumer) { syncNamed(kFirstTurn + consumer, 256); }
  /// After the last turn of the last consumer nobody waits.
  EINSIGHT_DEVICE void passTurn(int consumer, bool last = false) {
    if (!last || consumer + 1 < kConsumers) {
      arriveNamed(kFirstTurn + (consumer + 1) % kConsumers, 256);
    }
  }

  EINSIGHT_DEVICE void write(const float (&out)[kHead / 8][4], const RowSums& rows, int firstRow) {
    float factors[2] = {1, 1};
    if constexpr (kSoftmax) {
      normalise(rows, factors);
    }
    const FusedArguments& fused = given_.fused;
    const std::int64_t query = static_cast<std::int64_t>(batch_) * fused.headsQ + head_;
    const int first = qTile_ * Sizes::kQueries;
    std::uint16_t* to = fused.out + (query * fused.shape.seqQ + first) * kHead;
    writeRows<Type>(to, out, factors, firstRow, fused.shape.seqQ - first, lane_);
  }

  const Arguments& given_;
  int lane_, qTile_ = 0, head_ = 0, batch_ = 0;
  std::uint32_t q_, k_, v_; // (kQueries, kHead); kStages times (kKeys, kHead), twice
  std::uint32_t barriers_, places_;
};

} // namespace einsight::validation::cuda
