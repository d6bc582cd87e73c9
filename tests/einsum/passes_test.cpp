#include "cascades.hpp"
#include "einsum/analysis.hpp"
#include "einsum/passes.hpp"

using namespace einsight;
using namespace einsight::einsum;

namespace {

using Passes = std::map<std::string, int>;

int passesOverM(const std::string& name, const std::string& folder = "attention") {
  return passes(attention(name, {}, folder)).at("M");
}

} // namespace

TEST_CASE("the attention families need 3, 2, 2, 2 and 1 passes over the keys", "[einsum]") {
  CHECK(passesOverM("attention-3pass") == 3);
  CHECK(passesOverM("attention-3pass-deferred") == 2);
  CHECK(passesOverM("attention-2pass") == 2);
  CHECK(passesOverM("attention-2pass-deferred") == 2);
  CHECK(passesOverM("attention-1pass") == 1);
}

TEST_CASE("masks do not change the number of passes", "[einsum]") {
  CHECK(passesOverM("attention-3pass-causal") == 3);
  CHECK(passesOverM("attention-2pass-causal") == 2);
  CHECK(passesOverM("attention-1pass-causal") == 1);
}

TEST_CASE("every rank of a cascade has its number of passes", "[einsum]") {
  CHECK(passes(attention("attention-3pass")) ==
        Passes{{"B", 1}, {"E", 1}, {"F", 1}, {"H", 1}, {"M", 3}, {"P", 1}});
  CHECK(passes(attention("attention-1pass")) ==
        Passes{{"B", 1}, {"E", 1}, {"F", 1}, {"H", 1}, {"M", 1}, {"P", 1}});
}

TEST_CASE("a whole encoder layer has the passes of its attention", "[einsum]") {
  CHECK(passesOverM("encoder-layer-3pass", "layers") == 3);
  CHECK(passesOverM("encoder-layer-1pass", "layers") == 1);
}

TEST_CASE("linear attention needs one pass over the keys", "[einsum]") {
  CHECK(passesOverM("linear-attention") == 1);
}

TEST_CASE("the toy cascade of the definition has two passes, one when it is deferred", "[einsum]") {
  const std::string ranks = "version: 1\nworkload: t\nranks: {k: 8}\ntensors: {A: [k], B: [k]}\n";
  CHECK(passes(cascadeOf(ranks + "einsums:\n"
                                 "  - Y[] = A[k] * B[k]\n"
                                 "  - Z[] = Y[] * A[k]\n")) == Passes{{"K", 2}});
  CHECK(passes(cascadeOf(ranks + "einsums:\n"
                                 "  - Y[] = A[k] * B[k]\n"
                                 "  - S[] = A[k] :: add(k)\n"
                                 "  - Z[] = Y[] * S[]\n")) == Passes{{"K", 1}});
}

TEST_CASE(
    "layer normalisation needs two passes by the one-pass variance and three by the two-pass one",
    "[einsum]") {
  const std::string head =
      "version: 1\nworkload: t\nparameters: {D: 8}\nranks: {t: 4, d: D}\ntensors: {X: [t, d]}\n";
  CHECK(passes(cascadeOf(head + R"yaml(
einsums:
  - S[t] = X[t,d] :: add(d)
  - C[t,d] = X[t,d] - S[t] / D
  - W[t] = square(C[t,d]) :: add(d)
  - Y[t,d] = C[t,d] * rsqrt(W[t] / D)
)yaml"))
            .at("D") == 3);
  CHECK(passes(cascadeOf(head + R"yaml(
einsums:
  - S[t] = X[t,d] :: add(d)
  - W[t] = square(X[t,d]) :: add(d)
  - Y[t,d] = (X[t,d] - S[t] / D) * rsqrt(W[t] / D - square(S[t] / D))
)yaml"))
            .at("D") == 2);
}

TEST_CASE("reading the end of an iterative rank waits for all of it", "[einsum]") {
  const std::string text = R"yaml(
version: 1
workload: t
parameters: {T: 8}
ranks: {t: T}
tensors: {X: [t], S: {initial: 0}}
einsums:
  - S[t+1] = S[t] + X[t]
)yaml";
  CHECK(passes(cascadeOf(text + "  - Y[t] = X[t] / S[T]\n")).at("T") == 2);
  CHECK(passes(cascadeOf(text + "  - Y[t] = X[t] / S[t+1]\n")).at("T") == 1);
}

TEST_CASE("gathering what a topk found is a second pass over the gathered rank", "[einsum]") {
  CHECK(passes(cascadeOf(R"yaml(
version: 1
workload: t
ranks: {m: 8, e: 2, j: 2}
tensors: {K: [m, e], Q: [e]}
einsums:
  - QK[m] = Q[e] * K[m,e]
  - "S[j] = QK[m] :: topk(m)"
  - G[j,e] = K[S[j],e]
)yaml"))
            .at("M") == 2);
}

TEST_CASE("a rank that is partitioned in three parts is one rank", "[einsum]") {
  const auto ranks = passes(cascadeOf(R"yaml(
version: 1
workload: t
ranks: {m2: 2, m1: 3, m0: 4}
tensors: {X: [M]}
parameters: {M: 24}
einsums:
  - BX[m2,m1,m0] = X[m2*12+m1*4+m0]
  - S[] = BX[m2,m1,m0] :: add(m2, m1, m0)
  - Y[m2,m1,m0] = BX[m2,m1,m0] / S[]
)yaml"));
  CHECK(ranks == Passes{{"M", 2}});
}
