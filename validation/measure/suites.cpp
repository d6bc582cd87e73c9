#include "validation/measure/suites.hpp"

#include "validation/measure/shapes.hpp"

#include <algorithm>

namespace einsight::validation {
namespace {

using cuda::KernelCase;
using cuda::KernelKind;
using cuda::MaskKind;

std::vector<KernelCase> denseCases() {
  std::vector<KernelCase> cases;
  for (const int length : {512, 1024, 2048, 4096, 8192, 16384, 32768}) {
    for (const int head : {128, 64, 256}) {
      for (const bool causal : {false, true}) {
        addFused(cases, usual(length, head, causal));
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
        addFused(cases, attention(kUsualTokens / length, headsQ, 8, length, 128, causal));
      }
    }
  }
  return cases;
}

std::vector<KernelCase> decodeCases() {
  constexpr double kMostCacheBytes = 60e9;
  std::vector<KernelCase> cases;
  for (const auto kind : kDecodeKinds) {
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

/// Tokens of an operand, with eight heads, laid out in the tiles of queries and of keys, and back.
std::vector<KernelCase> permutationCases() {
  std::vector<KernelCase> cases;
  for (const Axes& layout : {Axes{1, 256, 256}, {16, 44, 80}, {30, 48, 80}}) {
    for (const int tokens : {128, 64}) {
      for (const auto kind : kPermuteKinds) {
        cases.push_back(permutation(kind, layout, tokens, 8));
      }
    }
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
      for (const int stride : {1, 256}) {
        addFused(cases, neighborhood({1, 1, length}, {1, 1, window}, {1, 1, stride}, 16));
      }
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
      auto which = attention(8, kUsualWidth / head, kUsualWidth / head, length, head, true);
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
      {"permutation", "tokens laid out tile by tile, and back", permutationCases()},
      {"window", "sliding windows", windowCases()},
      {"sparse", "block-sparse attention by a list of tiles", sparseCases()},
      {"unfused", "two matrix products and a softmax", unfusedCases()},
      {"linear", "linear attention in chunks", linearCases()},
      {"sigmoid", "fused attention with sigmoid weights", sigmoidCases()},
  };
}

} // namespace einsight::validation
