#include "cascades.hpp"

using namespace einsight;
using namespace einsight::einsum;

namespace {

const std::string kHead = "version: 1\nworkload: t\nparameters: {M: 10, M0: 4, P: 6}\n"
                          "ranks: {m: M, p: P, m1: ceil(M/M0), m0: M0, j: 2}\n"
                          "tensors: {X: [m, p], Y: [p], K: [m]}\n";

/// The problems of a cascade with these Einsums, the first of which is in line 7, column 5.
std::string problems(const std::string& einsums) {
  return problemsOf(kHead + "einsums:\n" + einsums);
}

/// All three inputs, used, so that only what a test is about is wrong.
const std::string kUse = "  - U[m,p] = X[m,p] * Y[p] * K[m]\n";

std::vector<std::string> namesIn(const Cascade& cascade) {
  std::vector<std::string> out;
  for (const Einsum& einsum : cascade.einsums()) {
    out.push_back(einsum.name);
  }
  return out;
}

} // namespace

TEST_CASE("a rank variable that is used but not declared is named once, with the nearest",
          "[einsum]") {
  CHECK(problems("  - Z[q] = Y[q] + K[r]\n" + kUse) ==
        "t.yaml:7:12: error: einsums[0]: rank variable 'q' is used but not declared\n"
        "  help: one of: m, p, m1, m0, j\n"
        "t.yaml:7:19: error: einsums[0]: rank variable 'r' is used but not declared\n"
        "  help: one of: m, p, m1, m0, j\n");
}

TEST_CASE("mistakes in different Einsums are reported together", "[einsum]") {
  CHECK(problems(kUse + "  - Z[m] = X[m,p]\n  - W[m] = K[p]\n  - W[p] = Y[p] + N[p]\n") ==
        "t.yaml:8:5: error: einsums[1]: reduction without an operator: 'p' is not in the output "
        "Z[m]\n"
        "  help: write `:: add(p)` or `:: max(p)` at the end\n"
        "t.yaml:9:5: error: einsums[2]: 'm' is a rank variable of the output but is not on the "
        "right-hand side\n"
        "  help: one of: p\n"
        "t.yaml:9:5: error: einsums[2]: reduction without an operator: 'p' is not in the output "
        "W[m]\n"
        "  help: write `:: add(p)` or `:: max(p)` at the end\n"
        "t.yaml:10:5: error: einsums[3]: tensor 'W' is written twice\n"
        "  help: every Einsum computes a tensor of its own\n");
}

TEST_CASE("a declared shape of a computed tensor must be the one it gets", "[einsum]") {
  CHECK(problemsOf("version: 1\nworkload: t\nranks: {m: 3, n: 4}\n"
                   "tensors: {X: [m, n], Z: [n]}\neinsums:\n  - Z[m] = X[m,n] :: max(n)\n") ==
        "t.yaml:4:22: error: tensors.Z: shapes disagree: Z is declared as [4] but Z[m] makes it "
        "[3]\n");
}

TEST_CASE("an initial value is needed by what is iterative and by nothing else", "[einsum]") {
  const std::string text = "version: 1\nworkload: t\nranks: {t: 4}\neinsums:\n  - S[t+1] = S[t] + "
                           "X[t]\ntensors: {X: [t]";
  CHECK(problemsOf(text + "}\n") ==
        "t.yaml:5:5: error: einsums[0]: iterative tensor 'S' has no initial value\n"
        "  help: add to tensors: S: {initial: 0}\n");
  CHECK(problemsOf(text + ", S: {initial: 0}}\n") == "accepted");
}

TEST_CASE("a product that drops a rank variable is summed over it", "[einsum]") {
  const Cascade cascade = cascadeOf(kHead + "einsums:\n  - Z[] = X[m,p] * Y[p] * K[m]\n");
  const Einsum& einsum = *cascade.einsum("Z");
  REQUIRE(einsum.reductions.size() == 1);
  CHECK(einsum.reductions[0].op == "add");
  CHECK(einsum.reductions[0].variables == std::vector<std::string>{"m", "p"});
  CHECK(einsum.variables == std::vector<std::string>{"m", "p"});
}

TEST_CASE("what nobody reads is the result unless results are named", "[einsum]") {
  const std::string einsums = "einsums:\n" + kUse + "  - W[m,p] = exp(U[m,p])\n";
  const Cascade unnamed = cascadeOf(kHead + einsums);
  CHECK(unnamed.tensor("W")->result);
  CHECK_FALSE(unnamed.tensor("U")->result);
  const Cascade named = cascadeOf(kHead + "results: [U]\n" + einsums);
  CHECK_FALSE(named.tensor("W")->result);
  CHECK(named.tensor("U")->result);
}

TEST_CASE("shapes, inputs and types of tensors follow from their declarations", "[einsum]") {
  const Cascade cascade = cascadeOf(R"yaml(
version: 1
workload: t
parameters: {M: 10, M0: 4}
ranks: {m1: ceil(M/M0), m0: M0}
tensors:
  K: {ranks: [M], bits: 8}
  R: {initial: 0, bits: 16, accumulate_bits: 32}
einsums:
  - BK[m1,m0] = K[m1*M0+m0]
  - L[m1] = BK[m1,m0] :: add(m0)
  - R[m1+1] = R[m1] + L[m1]
)yaml");
  const Tensor& input = *cascade.tensor("K");
  CHECK(input.input);
  CHECK(input.ranks == std::vector<std::string>{"M"});
  CHECK(input.shape == std::vector<std::int64_t>{10});
  CHECK(input.bits == 8);
  CHECK(input.accumulateBits == 8);
  const Tensor& running = *cascade.tensor("R");
  CHECK_FALSE(running.input);
  CHECK(running.ranks == std::vector<std::string>{"M1+1"});
  CHECK(running.shape == std::vector<std::int64_t>{4});
  CHECK(running.accumulateBits == 32);
  CHECK(cascade.einsum("BK")->view);
  CHECK_FALSE(cascade.einsum("L")->view);
  CHECK(cascade.einsum("R")->iterative == "m1");
}

TEST_CASE("Einsums are brought into an order of evaluation, as written where that is one",
          "[einsum]") {
  CHECK(namesIn(cascadeOf(kHead + "einsums:\n  - B[m] = exp(A[m])\n" + kUse +
                          "  - A[m] = U[m,p] :: max(p)\n")) ==
        std::vector<std::string>{"U", "A", "B"});
  CHECK(namesIn(attention("attention-1pass")) ==
        std::vector<std::string>{"BK", "BV", "BQK", "LM", "RM", "SLN", "SLD", "SLNV", "PRM", "SPD",
                                 "RD", "SPNV", "RNV", "AV"});
}

TEST_CASE("the iterative rank of running tensors is found, also around several Einsums",
          "[einsum]") {
  const Cascade cascade = attention("attention-1pass");
  for (const Einsum& einsum : cascade.einsums()) {
    INFO(einsum.name);
    const bool running = einsum.name == "RM" || einsum.name == "RD" || einsum.name == "RNV";
    CHECK(einsum.iterative == (running ? std::optional<std::string>("m1") : std::nullopt));
  }
}

TEST_CASE("a tensor of more than 2^60 elements is refused", "[einsum]") {
  CHECK(problemsOf("version: 1\nworkload: t\nparameters: {N: 1G}\nranks: {m: N, n: N, k: N}\n"
                   "tensors: {X: [m, n, k]}\neinsums:\n  - Z[m] = X[m,n,k] :: max(n,k)\n") ==
        "t.yaml:5:11: error: tensors.X: tensor 'X' has more than 2^60 elements\n");
}
