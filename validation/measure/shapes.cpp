#include "validation/measure/shapes.hpp"

#include <algorithm>

namespace einsight::validation {

using cuda::KernelCase;
using cuda::KernelKind;
using cuda::MaskKind;

KernelCase attention(int batch, int headsQ, int headsKv, int length, int head, bool causal) {
  KernelCase which;
  which.batch = batch;
  which.headsQ = headsQ;
  which.headsKv = headsKv;
  which.seqQ = which.seqKv = length;
  which.headDim = which.headDimV = head;
  which.mask.kind = causal ? MaskKind::Causal : MaskKind::Dense;
  return which;
}

KernelCase usual(int length, int head, bool causal) {
  return attention(std::max(1, kUsualTokens / length), kUsualWidth / head, kUsualWidth / head,
                   length, head, causal);
}

KernelCase neighborhood(const Axes& layout, const Axes& window, const Axes& stride, int heads) {
  auto which = attention(1, heads, heads, layout[0] * layout[1] * layout[2], 128, false);
  which.mask.kind = MaskKind::Neighborhood;
  std::copy(layout.begin(), layout.end(), which.mask.layout);
  std::copy(window.begin(), window.end(), which.mask.window);
  std::copy(stride.begin(), stride.end(), which.mask.stride);
  return which;
}

KernelCase permutation(KernelKind kind, const Axes& layout, int tokens, int heads) {
  auto which = neighborhood(layout, layout, {1, 1, 1}, heads);
  which.kind = kind;
  cuda::chooseTiles(which.mask, tokens, tokens);
  return which;
}

KernelCase decode(KernelKind kind, int batch, int headsQ, int headsKv, int context) {
  auto which = attention(batch, headsQ, headsKv, context, 128, false);
  which.kind = kind;
  which.seqQ = 1;
  return which;
}

KernelCase latent(KernelKind kind, int batch, int heads, int context) {
  auto which = decode(kind, batch, heads, 1, context);
  which.headDim = 576;
  which.headDimV = 512;
  return which;
}

void addFused(std::vector<KernelCase>& cases, KernelCase which) {
  for (const auto kind : {KernelKind::FusedSm90, KernelKind::FusedSm80}) {
    which.kind = kind;
    cases.push_back(which);
  }
}

} // namespace einsight::validation
