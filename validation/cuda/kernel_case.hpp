#pragma once
#include "validation/cuda/fused_arguments.hpp"
#include "validation/cuda/strided_list.hpp"

#include <string>

/// One kernel at one size, to be checked or timed.
namespace einsight::validation::cuda {

enum class KernelKind {
  FusedSm80, ///< mma.sync, cp.async
  FusedSm90, ///< warpgroups, bulk copies; compute capability 9.0 only
  Unfused,   ///< two matrix products of the vendor's library and our softmax
  SplitKv,   ///< decoding
  StreamK,   ///< decoding
  Linear,    ///< chunked
  Permute,   ///< tokens of a layout laid out tile by tile (mask.qTile)
  Unpermute, ///< and back
};

/// Tokens of a tile of a kernel; zeros: it has none.
struct KernelTile {
  int queries = 0;
  int keys = 0;
};

struct KernelCase {
  KernelKind kind = KernelKind::FusedSm80;
  bool fp16 = false; ///< else bf16
  int batch = 1;
  int headsQ = 1;
  int headsKv = 1;
  int seqQ = 1; ///< tokens; of a neighborhood, the product of its layout
  int seqKv = 1;
  int headDim = 128;
  int headDimV = 128; ///< differs for latent decoding only
  Weights weights = Weights::Softmax;
  Mask mask;          ///< its tiles are the kernel's to choose
  int listStride = 0; ///< block-sparse: every how many-th tile is visited; 0: no list
  int splits = 0;     ///< SplitKv: CTAs per item, 0: to fill the device
};

/// "fused-sm90", "split-kv", …
std::string nameOf(KernelKind kind);

/// Names the case in a file: kernel, sizes, mask and type, as third_party.py writes them.
std::string idOf(const KernelCase& which);

/// "none", "causal", "window 256", "neighborhood 30x48x80 w18x24x24 s1x1x1", "list 1/8", of a
/// permutation "layout 30x48x80 t2x8x8".
std::string maskText(const KernelCase& which);

/// Pairs of a query and a key that attend, over one head. Not for lists, whose tiles the kernel
/// knows.
double pairsOf(const KernelCase& which);

/// Floating-point operations over the pairs that attend: 4 B Hq D pairs (2 B Hq (Dqk + Dv) for
/// decoding; of linear attention those of its recurrent form, 4 D² a token).
double flopsOf(const KernelCase& which);

/// Bytes that must move: inputs and outputs once.
double bytesOf(const KernelCase& which);

/// The tile of a fused kernel for a head dimension, as its instances are compiled.
constexpr KernelTile fusedTile(KernelKind kind, int headDim) {
  switch (kind) {
  case KernelKind::FusedSm90:
    return {headDim <= 64 ? 192 : 128, headDim <= 128 ? 128 : 64};
  case KernelKind::FusedSm80:
    return {128, 64};
  default:
    return {};
  }
}

/// Tiles of a layout for a kernel that takes `queries` and `keys` tokens a tile: powers of two per
/// axis, as even as the layout allows, the fastest axis first.
void chooseTiles(Mask& mask, int queries, int keys);

} // namespace einsight::validation::cuda
