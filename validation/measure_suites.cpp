#include "validation/measure_suites.hpp"

#include <algorithm>
#include <array>

namespace einsight::validation {
namespace {

using cuda::KernelCase;
using cuda::KernelKind;
using cuda::MaskKind;
using Axes = std::array<int, cuda::kAxes>;

constexpr int kTokens = 16384; ///< of a batch, so that short sequences fill a device as well
constexpr int kWidth = 2048;   ///< heads times head dimension
constexpr std::array kFused{KernelKind::FusedSm90, KernelKind::FusedSm80};
constexpr std::array kDecode{KernelKind::SplitKv, KernelKind::StreamK};

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

/// The usual shape of a length: 16 Ki tokens, 2048 numbers a token.
KernelCase usual(int length, int head, bool causal) {
  return attention(std::max(1, kTokens / length), kWidth / head, kWidth / head, length, head,
                   causal);
}

KernelCase neighborhood(const Axes& layout, const Axes& window, const Axes& stride, int heads) {
  auto which = attention(1, heads, heads, layout[0] * layout[1] * layout[2], 128, false);
  which.mask.kind = MaskKind::Neighborhood;
  std::copy(layout.begin(), layout.end(), which.mask.layout);
  std::copy(window.begin(), window.end(), which.mask.window);
  std::copy(stride.begin(), stride.end(), which.mask.stride);
  return which;
}

KernelCase decode(KernelKind kind, int batch, int headsQ, int headsKv, int context) {
  auto which = attention(batch, headsQ, headsKv, context, 128, false);
  which.kind = kind;
  which.seqQ = 1;
  return which;
}

/// Latent attention: all heads share keys of 512 numbers and 64 with the position, values are the
/// 512.
KernelCase latent(KernelKind kind, int batch, int heads, int context) {
  auto which = decode(kind, batch, heads, 1, context);
  which.headDim = 576;
  which.headDimV = 512;
  return which;
}

void addFused(std::vector<KernelCase>& cases, KernelCase which) {
  for (const auto kind : kFused) {
    which.kind = kind;
    cases.push_back(which);
  }
}

std::vector<KernelCase> denseCases() {
  std::vector<KernelCase> cases;
  for (const int length : {512, 1024, 2048, 4096, 8192, 16384, 32768}) {
    for (const int head : {128, 64, 256}) {
      for (const bool causal : {false, true}) {
        if (length <= kTokens || head == 128) {
          addFused(cases, usual(length, head, causal));
        }
      }
    }
  }
  for (const auto& [batch, heads, length] : {std::array{1, 1, 1024},
                                             {1, 1, 4096},
                                             {1, 3, 5000},
                                             {2, 7, 777},
                                             {1, 133, 1024},
                                             {3, 11, 3333}}) {
    addFused(cases, attention(batch, heads, heads, length, 128, false)); // waves, tails, ragged
  }
  for (const int length : {4096, 16384}) {
    auto which = usual(length, 128, false);
    which.fp16 = true;
    addFused(cases, which);
  }
  return cases;
}

std::vector<KernelCase> gqaCases() {
  std::vector<KernelCase> cases;
  for (const int length : {1024, 4096, 16384}) {
    for (const bool causal : {false, true}) {
      for (const int headsQ : {32, 64}) {
        addFused(cases, attention(kTokens / length, headsQ, 8, length, 128, causal));
      }
    }
  }
  return cases;
}

std::vector<KernelCase> decodeCases() {
  constexpr double kMostCacheBytes = 60e9;
  std::vector<KernelCase> cases;
  for (const auto kind : kDecode) {
    for (const int context : {1024, 4096, 16384, 65536, 262144, 524288}) {
      for (const int batch : {1, 8, 64, 256}) {
        if (2.0 * 2 * batch * 8 * context * 128 <= kMostCacheBytes) {
          cases.push_back(decode(kind, batch, 32, 8, context));
        }
      }
    }
    for (const int context : {4096, 65536}) {
      for (const int batch : {1, 16}) {
        cases.push_back(decode(kind, batch, 32, 32, context));
      }
    }
    for (const int context : {4096, 65536}) {
      for (const int batch : {1, 16, 64}) {
        cases.push_back(latent(kind, batch, 128, context));
      }
    }
  }
  for (const int splits : {1, 4, 16, 64}) {
    auto which = decode(KernelKind::SplitKv, 1, 32, 8, 65536);
    which.splits = splits;
    cases.push_back(which);
  }
  return cases;
}

std::vector<KernelCase> neighborhoodCases() {
  struct Pattern {
    Axes layout;
    Axes window;
    Axes stride;
  };
  const Axes image{1, 256, 256};
  const Axes video{16, 44, 80};
  const Axes longVideo{30, 48, 80};
  std::vector<KernelCase> cases;
  for (const auto& [layout, window, stride] : {
           Pattern{image, {1, 80, 80}, {1, 1, 1}},
           {image, {1, 80, 80}, {1, 16, 1}},
           {image, {1, 80, 80}, {1, 16, 16}},
           {image, {1, 256, 256}, {1, 1, 1}},
           {image, {1, 48, 48}, {1, 1, 1}},
           {image, {1, 48, 48}, {1, 16, 8}},
           {video, {16, 24, 16}, {1, 1, 1}},
           {video, {16, 24, 16}, {1, 8, 16}},
           {video, {16, 32, 48}, {1, 1, 1}},
           {video, {16, 32, 48}, {1, 4, 8}},
           {video, {16, 44, 80}, {1, 1, 1}},
           {longVideo, {18, 24, 24}, {1, 1, 1}},
           {longVideo, {18, 24, 24}, {2, 8, 8}},
           {longVideo, {18, 24, 24}, {16, 8, 8}},
           {longVideo, {30, 40, 40}, {1, 1, 1}},
           {longVideo, {30, 48, 80}, {1, 1, 1}},
       }) {
    addFused(cases, neighborhood(layout, window, stride, 8));
  }
  return cases;
}

std::vector<KernelCase> windowCases() {
  std::vector<KernelCase> cases;
  for (const int length : {16384, 65536}) {
    for (const int window : {256, 1024, 4096}) {
      auto which = attention(1, 16, 16, length, 128, false);
      which.mask.kind = MaskKind::Window;
      which.mask.window[cuda::kAxes - 1] = window;
      addFused(cases, which);
      addFused(cases, neighborhood({1, 1, length}, {1, 1, window}, {1, 1, 1}, 16));
    }
  }
  return cases;
}

std::vector<KernelCase> sparseCases() {
  std::vector<KernelCase> cases;
  for (const int length : {4096, 16384}) {
    for (const int stride : {1, 2, 4, 8, 16}) {
      auto which = usual(length, 128, false);
      which.listStride = stride;
      addFused(cases, which);
    }
  }
  return cases;
}

std::vector<KernelCase> unfusedCases() {
  std::vector<KernelCase> cases;
  for (const int length : {512, 1024, 2048, 4096, 8192, 16384}) {
    for (const bool causal : {false, true}) {
      auto which = usual(length, 128, causal);
      which.kind = KernelKind::Unfused;
      cases.push_back(which);
    }
  }
  return cases;
}

std::vector<KernelCase> linearCases() {
  std::vector<KernelCase> cases;
  for (const int length : {1024, 4096, 16384, 65536}) {
    for (const int head : {64, 128}) {
      auto which = attention(8, kWidth / head, kWidth / head, length, head, true);
      which.kind = KernelKind::Linear;
      cases.push_back(which);
    }
  }
  return cases;
}

std::vector<KernelCase> sigmoidCases() {
  std::vector<KernelCase> cases;
  for (const int length : {1024, 4096, 16384}) {
    for (const bool causal : {false, true}) {
      auto which = usual(length, 128, causal);
      which.weights = cuda::Weights::Sigmoid;
      addFused(cases, which);
    }
  }
  return cases;
}

} // namespace

std::vector<KernelSuite> kernelSuites() {
  return {
      {"dense", "fused attention over lengths, heads and causal masks", denseCases()},
      {"gqa", "fused attention of grouped heads", gqaCases()},
      {"decode", "one query against a cache: split-KV and stream-K, grouped and latent",
       decodeCases()},
      {"neighborhood", "windows of images and videos over strides", neighborhoodCases()},
      {"window", "sliding windows", windowCases()},
      {"sparse", "block-sparse attention by a list of tiles", sparseCases()},
      {"unfused", "two matrix products and a softmax", unfusedCases()},
      {"linear", "linear attention in chunks", linearCases()},
      {"sigmoid", "fused attention with sigmoid weights", sigmoidCases()},
  };
}

std::vector<KernelCase> checkCases() {
  std::vector<KernelCase> cases;
  for (const int head : {64, 128, 256}) {
    for (const bool causal : {false, true}) {
      addFused(cases, attention(2, 4, 2, 333, head, causal));
    }
    auto ragged = attention(1, 2, 2, 1, head, true);
    ragged.seqQ = 200;
    ragged.seqKv = 777;
    addFused(cases, ragged);
  }
  auto half = attention(1, 2, 1, 300, 128, false);
  half.fp16 = true;
  addFused(cases, half);
  auto window = attention(1, 2, 2, 1000, 128, false);
  window.mask.kind = MaskKind::Window;
  window.mask.window[cuda::kAxes - 1] = 150;
  addFused(cases, window);
  auto sigmoid = attention(1, 2, 2, 500, 128, true);
  sigmoid.weights = cuda::Weights::Sigmoid;
  addFused(cases, sigmoid);
  addFused(cases, neighborhood({5, 13, 18}, {3, 9, 11}, {1, 4, 2}, 2));
  addFused(cases, neighborhood({1, 40, 39}, {1, 7, 39}, {1, 7, 1}, 2));
  addFused(cases, neighborhood({1, 1, 1333}, {1, 1, 270}, {1, 1, 32}, 2));
  auto list = attention(1, 2, 2, 1111, 128, false);
  list.listStride = 3;
  addFused(cases, list);
  auto chain = attention(2, 3, 3, 301, 128, true);
  chain.kind = KernelKind::Unfused;
  cases.push_back(chain);
  for (const auto kind : kDecode) {
    cases.push_back(decode(kind, 3, 8, 2, 1333));
    cases.push_back(decode(kind, 1, 42, 2, 5000));
    cases.push_back(latent(kind, 2, 40, 999));
    auto small = decode(kind, 2, 4, 4, 700);
    small.headDim = small.headDimV = 64;
    cases.push_back(small);
    auto fp16 = decode(kind, 1, 4, 1, 700);
    fp16.fp16 = true;
    cases.push_back(fp16);
  }
  for (const int head : {64, 128}) {
    auto linear = attention(2, 3, 3, 777, head, true);
    linear.kind = KernelKind::Linear;
    cases.push_back(linear);
  }
  return cases;
}

} // namespace einsight::validation
