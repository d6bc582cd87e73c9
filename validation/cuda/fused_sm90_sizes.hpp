#pragma once
#include "validation/cuda/fused_arguments.hpp"
#include "validation/cuda/hopper.hpp"

/// What the kernel of fused_sm90.hpp is given, and how large its parts are.
namespace einsight::validation::cuda {

struct HopperArguments {
  FusedArguments fused;
  TensorMap q; ///< boxes of (kQueries, 64)
  TensorMap k; ///< boxes of (kKeys, 64)
  TensorMap v; ///< boxes of (kKeys, 64)
};

template <class Type_, int kHead_, int kConsumers_, int kKeys_, Weights kWeights_,
          template <int, int> class Walk_>
struct HopperSizes {
  using Type = Type_;
  static constexpr int kHead = kHead_;
  static constexpr int kConsumers = kConsumers_; ///< warpgroups that compute
  static constexpr int kQueries = 64 * kConsumers_;
  static constexpr int kKeys = kKeys_;
  static constexpr int kStages = 2; ///< tiles of keys, and of values, in shared memory
  static constexpr int kThreads = 128 * (kConsumers_ + 1);
  static constexpr Weights kWeights = kWeights_;
  using Walk = Walk_<kQueries, kKeys_>;
  /// The 64 Ki registers of an SM, mostly for those who compute.
  static constexpr int kCopyRegisters = kConsumers_ == 2 ? 24 : 32;
  static constexpr int kComputeRegisters = kConsumers_ == 2 ? 240 : 160;
  static constexpr int kTileBytes = 2 * kKeys_ * kHead_;
  static constexpr int kBarriers = 1 + 4 * kStages;
  static constexpr int kSharedBytes = 2 * kQueries * kHead_ + 2 * kStages * kTileBytes +
                                      8 * kBarriers + (Walk::kPlaces ? 4 * kKeys_ : 0);
};

} // namespace einsight::validation::cuda
