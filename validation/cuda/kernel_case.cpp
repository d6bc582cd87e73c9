#include "validation/cuda/kernel_case.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::validation::cuda {
namespace {

std::string shapeText(const int (&axes)[kAxes]) {
  return fmt::format("{}x{}x{}", axes[0], axes[1], axes[2]);
}

bool permutes(const KernelCase& which) {
  return which.kind == KernelKind::Permute || which.kind == KernelKind::Unpermute;
}

bool decodes(const KernelCase& which) {
  return which.kind == KernelKind::SplitKv || which.kind == KernelKind::StreamK;
}

/// Powers of two whose product is `tokens`, given out one by one to the axis with most tokens left
/// per tile, the fastest one when equal.
void spread(const int (&layout)[kAxes], int tokens, int (&tile)[kAxes]) {
  std::fill(tile, tile + kAxes, 1);
  for (int left = tokens; left > 1; left /= 2) {
    int best = kAxes - 1;
    for (int axis = kAxes - 2; axis >= 0; --axis) {
      const bool fits = 2 * tile[axis] <= layout[axis];
      const bool bestFits = 2 * tile[best] <= layout[best];
      if ((fits && !bestFits) || (fits == bestFits && tile[axis] < tile[best])) {
        best = axis;
      }
    }
    tile[best] *= 2;
  }
}

} // namespace

std::string nameOf(KernelKind kind) {
  switch (kind) {
  case KernelKind::FusedSm80:
    return "fused-sm80";
  case KernelKind::FusedSm90:
    return "fused-sm90";
  case KernelKind::Unfused:
    return "unfused";
  case KernelKind::SplitKv:
    return "split-kv";
  case KernelKind::StreamK:
    return "stream-k";
  case KernelKind::Linear:
    return "linear";
  case KernelKind::Permute:
    return "permute";
  case KernelKind::Unpermute:
    return "unpermute";
  }
  return {};
}

std::string maskText(const KernelCase& which) {
  if (which.listStride > 0) {
    return fmt::format("list 1/{}", which.listStride);
  }
  if (permutes(which)) {
    return fmt::format("layout {} t{}", shapeText(which.mask.layout), shapeText(which.mask.qTile));
  }
  switch (which.mask.kind) {
  case MaskKind::Dense:
    return "none";
  case MaskKind::Causal:
    return "causal";
  case MaskKind::Window:
    return fmt::format("window {}", which.mask.window[kAxes - 1]);
  case MaskKind::Neighborhood:
    return fmt::format("neighborhood {} w{} s{}", shapeText(which.mask.layout),
                       shapeText(which.mask.window), shapeText(which.mask.stride));
  }
  return {};
}

std::string idOf(const KernelCase& which) {
  auto id = fmt::format("{} b{} hq{} hkv{} sq{} skv{} d{}", nameOf(which.kind), which.batch,
                        which.headsQ, which.headsKv, which.seqQ, which.seqKv, which.headDim);
  if (which.headDimV != which.headDim) {
    id += fmt::format(" dv{}", which.headDimV);
  }
  if (which.weights == Weights::Sigmoid) {
    id += " sigmoid";
  }
  if (maskText(which) != "none") {
    id += " " + maskText(which);
  }
  if (which.splits > 0) {
    id += fmt::format(" splits{}", which.splits);
  }
  return id + (which.fp16 ? " fp16" : " bf16");
}

double pairsOf(const KernelCase& which) {
  const Mask& mask = which.mask;
  if (mask.kind == MaskKind::Neighborhood) {
    double pairs = 1;
    for (int axis = 0; axis < kAxes; ++axis) {
      pairs *= double(mask.layout[axis]) * double(mask.window[axis]);
    }
    return pairs;
  }
  double pairs = 0;
  for (int query = 0; query < which.seqQ; ++query) {
    const Span keys = sequenceKeys(mask, which.seqQ, which.seqKv, query);
    pairs += double(keys.end - keys.begin);
  }
  return pairs;
}

double flopsOf(const KernelCase& which) {
  if (permutes(which)) {
    return 0;
  }
  const double heads = double(which.batch) * double(which.headsQ);
  if (which.kind == KernelKind::Linear) {
    return 4 * heads * double(which.seqQ) * double(which.headDim) * double(which.headDim);
  }
  return 2 * heads * pairsOf(which) * (double(which.headDim) + double(which.headDimV));
}

double bytesOf(const KernelCase& which) {
  if (permutes(which)) { // the padding is written, or skipped over
    const double written =
        double(tokensOf(which.mask)) + (which.kind == KernelKind::Permute
                                            ? double(paddedTokens(which.mask, which.mask.qTile))
                                            : double(tokensOf(which.mask)));
    return 2 * written * double(which.batch) * double(which.headsQ) * double(which.headDim);
  }
  const double queries = double(which.batch) * double(which.headsQ) * double(which.seqQ);
  const double keys = double(which.batch) * double(which.headsKv) * double(which.seqKv);
  const bool latent = decodes(which) && which.headDim != which.headDimV;
  return 2 * queries * (double(which.headDim) + double(which.headDimV)) +
         2 * keys * (double(which.headDim) + (latent ? 0 : double(which.headDimV)));
}

void chooseTiles(Mask& mask, int queries, int keys) {
  spread(mask.layout, queries, mask.qTile);
  spread(mask.layout, keys, mask.kvTile);
}

} // namespace einsight::validation::cuda
