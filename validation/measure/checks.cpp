#include "validation/measure/shapes.hpp"
#include "validation/measure/suites.hpp"

namespace einsight::validation {

using cuda::KernelCase;
using cuda::KernelKind;
using cuda::MaskKind;

namespace {

/// Lengths and head dimensions.
void addShapes(std::vector<KernelCase>& cases) {
  for (const int head : {64, 128, 256}) {
    for (const bool causal : {false, true}) {
      addFused(cases, attention(2, 4, 2, 333, head, causal));
    }
    auto ragged = attention(1, 2, 2, 1, head, true);
    ragged.seqQ = 200;
    ragged.seqKv = 777;
    addFused(cases, ragged);
  }
  auto early = attention(1, 2, 2, 1, 128, true);
  early.seqQ = 700; // whole tiles of queries see no key
  early.seqKv = 77;
  addFused(cases, early);
  for (const int length : {1, 17, 129}) {
    addFused(cases, attention(1, 7, 1, length, 128, true));
  }
  auto alone = attention(1, 1, 1, 129, 128, false);
  alone.mask.kind = MaskKind::Window; // a query sees itself
  addFused(cases, alone);
  auto window = attention(1, 2, 2, 1000, 128, false);
  window.mask.kind = MaskKind::Window;
  window.mask.window[cuda::kAxes - 1] = 150;
  addFused(cases, window);
}

/// Weights, masks and lists.
void addVariants(std::vector<KernelCase>& cases) {
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
}

void addDecode(std::vector<KernelCase>& cases) {
  for (const auto kind : kDecodeKinds) {
    cases.push_back(decode(kind, 3, 8, 2, 1333));
    cases.push_back(decode(kind, 1, 42, 2, 5000));
    cases.push_back(latent(kind, 2, 40, 999));
    for (const int context : {1, 17, 129}) {
      cases.push_back(decode(kind, 1, 7, 1, context));
    }
    auto small = decode(kind, 2, 4, 4, 700);
    small.headDim = small.headDimV = 64;
    cases.push_back(small);
  }
}

} // namespace

std::vector<KernelCase> checkCases() {
  std::vector<KernelCase> cases;
  addShapes(cases);
  addVariants(cases);
  addDecode(cases);
  for (const auto kind : kPermuteKinds) {
    cases.push_back(permutation(kind, {5, 13, 18}, 64, 3));
    cases.push_back(permutation(kind, {1, 40, 39}, 128, 2));
  }
  for (const int head : {64, 128}) {
    auto linear = attention(2, 3, 3, 777, head, true);
    linear.kind = KernelKind::Linear;
    cases.push_back(linear);
  }
  const auto bf16 = cases;
  for (auto which : bf16) {
    which.fp16 = true;
    cases.push_back(which);
  }
  return cases;
}

} // namespace einsight::validation
