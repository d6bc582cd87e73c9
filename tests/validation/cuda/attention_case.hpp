#pragma once
#include "tests/run_seed.hpp"
#include "validation/cuda/emulator.hpp"
#include "validation/cuda/reference.hpp"
#include "validation/cuda/tile_order.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

/// A kernel on the emulator against the reference: fresh inputs, poisoned output.
namespace einsight::validation::cuda {

constexpr std::uint16_t kMissing = 0x7fff; ///< NaN in both types

struct AttentionCase {
  int batch = 1;
  int headsQ = 1;
  int headsKv = 1;
  WalkShape shape;
  unsigned order = 0; ///< of fibers
};

struct Outcome {
  std::string error;      ///< of the emulator
  double difference = -1; ///< relative, in the norm
};

/// The tensors of a case and the arguments that point to them.
template <class Type>
struct AttentionTensors {
  std::vector<std::uint16_t> q, k, v, out;
  FusedArguments arguments;

  AttentionTensors(const AttentionCase& which, int head, std::mt19937_64& random) {
    const auto size = [&](int heads, int length) {
      return static_cast<std::size_t>(which.batch) * static_cast<std::size_t>(heads) *
             static_cast<std::size_t>(length) * static_cast<std::size_t>(head);
    };
    q = randomNumbers<Type>(size(which.headsQ, which.shape.seqQ), random);
    k = randomNumbers<Type>(size(which.headsKv, which.shape.seqKv), random);
    v = randomNumbers<Type>(size(which.headsKv, which.shape.seqKv), random);
    out.assign(q.size(), kMissing);
    for (auto* tensor : {&q, &k, &v}) { // whoever reads beyond the end computes with NaN
      tensor->insert(tensor->end(), static_cast<std::size_t>(64 * head), kMissing);
    }
    arguments = {q.data(),
                 k.data(),
                 v.data(),
                 out.data(),
                 which.batch,
                 which.headsQ,
                 which.headsKv,
                 1 / std::sqrt(static_cast<float>(head)),
                 0,
                 1,
                 which.shape};
  }
};

/// flatGrid: CTAs are numbered along one axis, in the order of tile_order.hpp.
template <class Sizes, class Kernel>
Outcome runFused(const AttentionCase& which, bool flatGrid) {
  std::mt19937_64 random(test::runSeed());
  using Type = typename Sizes::Type;
  AttentionTensors<Type> tensors(which, Sizes::kHead, random);
  if (Sizes::kWeights == Weights::Sigmoid) {
    tensors.arguments.bias = -std::log(static_cast<float>(which.shape.seqKv));
  }
  emulator::Launch launch;
  tensors.arguments.section = sectionOf(tensors.arguments, Sizes::kHead);
  const int qTiles = ceilDivide(which.shape.seqQ, Sizes::kQueries);
  if (flatGrid) {
    launch.grid.x = qTiles * which.headsQ * which.batch;
  } else {
    launch.grid = {qTiles, which.headsQ, which.batch};
  }
  launch.threads = Sizes::kThreads;
  launch.sharedBytes = Sizes::kSharedBytes;
  launch.order = which.order;
  Outcome outcome;
  outcome.error = emulator::launch(launch, [&] { Kernel::run(tensors.arguments); });
  outcome.difference = relativeError<Type>(
      tensors.out, attentionReference<Type>(tensors.arguments, Sizes::kHead, Sizes::kWeights,
                                            {Sizes::kQueries, Sizes::kKeys}));
  return outcome;
}

inline WalkShape sequence(MaskKind kind, int seqQ, int seqKv, int window = 1) {
  WalkShape shape;
  shape.mask.kind = kind;
  shape.mask.window[kAxes - 1] = window;
  shape.seqQ = seqQ;
  shape.seqKv = seqKv;
  return shape;
}

using Axes = std::array<int, kAxes>;

inline WalkShape layout(const Axes& tokens, const Axes& window, const Axes& stride,
                        const Axes& qTile, const Axes& kvTile) {
  WalkShape shape;
  shape.mask.kind = MaskKind::Neighborhood;
  std::copy(tokens.begin(), tokens.end(), shape.mask.layout);
  std::copy(window.begin(), window.end(), shape.mask.window);
  std::copy(stride.begin(), stride.end(), shape.mask.stride);
  std::copy(qTile.begin(), qTile.end(), shape.mask.qTile);
  std::copy(kvTile.begin(), kvTile.end(), shape.mask.kvTile);
  shape.seqQ = paddedTokens(shape.mask, shape.mask.qTile);
  shape.seqKv = paddedTokens(shape.mask, shape.mask.kvTile);
  return shape;
}

inline void requireExact(const Outcome& outcome) {
  REQUIRE(outcome.error == "");
  REQUIRE(outcome.difference >= 0);
  CHECK(outcome.difference < 1e-2);
}

/// Lengths around a row, a fragment and a tile, dense and causal; seven heads on one; a window of
/// one key.
template <class Run>
void requireOddSizes(const Run& run) {
  constexpr int kLengths[][2] = {{1, 1}, {1, 129}, {17, 1}, {17, 129}, {129, 17}, {129, 129}};
  unsigned order = 0;
  for (const auto& [seqQ, seqKv] : kLengths) {
    for (const auto kind : {MaskKind::Dense, MaskKind::Causal}) {
      INFO(seqQ << " queries, " << seqKv << " keys, causal " << (kind == MaskKind::Causal));
      requireExact(run({1, 1, 1, sequence(kind, seqQ, seqKv), order++}));
    }
  }
  requireExact(run({1, 7, 1, sequence(MaskKind::Causal, 17, 33), 1}));
  requireExact(run({1, 1, 1, sequence(MaskKind::Window, 129, 129, 1), 2}));
}

} // namespace einsight::validation::cuda
