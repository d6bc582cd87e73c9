#include "mappings/gpu/cta/mix.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::mappings::gpu;

namespace {

using Counts = std::map<std::string, double>;

/// A cascade over p = 4, m = 8 of one Einsum.
einsum::Cascade cascadeOf(const std::string& statement) {
  std::string tensors; // those that it reads
  for (const std::string tensor : {"A[m,p]", "B[m,p]", "C[p]"}) {
    if (statement.find(tensor) != std::string::npos) {
      tensors += (tensors.empty() ? "" : ", ") + tensor.substr(0, 1) + ": " + tensor.substr(1);
    }
  }
  const auto cascade = einsum::parseCascade("version: 1\nworkload: one\n"
                                            "parameters: {P: 4, M: 8}\n"
                                            "ranks: {p: P, m: M}\n"
                                            "tensors: {" +
                                                tensors +
                                                "}\n"
                                                "results: [Z]\n"
                                                "einsums: ['" +
                                                statement + "']\n",
                                            "one.yaml");
  if (!cascade) {
    FAIL(core::render(cascade.error()));
  }
  return *cascade;
}

const Extents kExtents{{{"p", 4}, {"m", 8}}};

/// Lane operations of that Einsum.
Counts countsOf(const std::string& statement) {
  return laneOperations(cascadeOf(statement).einsums().back(), kExtents);
}

/// Those on values that a row p has one of, where m are the columns.
Counts rowCountsOf(const std::string& statement) {
  return rowOperations(cascadeOf(statement).einsums().back(), kExtents, {"p", {"m"}, 4});
}

arch::TensorRate rate(bool shared) {
  arch::TensorRate out;
  out.maccsPerCycle = 1024;
  out.efficiency = 0.5;
  out.rows = shared ? 64 : 16;
  out.sharedOperands = shared;
  return out;
}

KernelPlan planOf(int warpgroups) {
  KernelPlan out;
  out.warpgroups = warpgroups;
  return out;
}

} // namespace

TEST_CASE("A product added to something is one fma", "[gpu]") {
  CHECK(countsOf("Z[m,p] = A[m,p] * B[m,p] + C[p]") == Counts{{"fma", 32}});
  CHECK(countsOf("Z[m,p] = A[m,p] * 2 - B[m,p] * 3") == Counts{{"fma", 32}, {"mul", 32}});
}

TEST_CASE("What does not depend on a rank variable is done once for all its values", "[gpu]") {
  CHECK(countsOf("Z[m,p] = A[m,p] - C[p] * 3") == Counts{{"sub", 32}, {"mul", 4}});
  CHECK(countsOf("Z[m,p] = A[m,p] / C[p]") == Counts{{"recip", 4}, {"mul", 32}});
  CHECK(countsOf("Z[m,p] = A[m,p] / B[m,p]") == Counts{{"div", 32}});
}

TEST_CASE("The base change of exp is part of a sum before it", "[gpu]") {
  CHECK(countsOf("Z[m,p] = exp(A[m,p] - C[p])") == Counts{{"exp2", 32}, {"fma", 32}});
  CHECK(countsOf("Z[m,p] = exp(A[m,p])") == Counts{{"exp", 32}});
}

TEST_CASE("The half in the tanh of a sigmoid is part of a sum before it", "[gpu]") {
  CHECK(countsOf("Z[m,p] = sigmoid(A[m,p] * 2 - C[p])") == Counts{{"tanh", 32}, {"fma", 64}});
  CHECK(countsOf("Z[m,p] = sigmoid(A[m,p] + C[p])") == Counts{{"tanh", 32}, {"fma", 64}});
  CHECK(countsOf("Z[m,p] = sigmoid(A[m,p])") == Counts{{"sigmoid", 32}});
}

TEST_CASE("Operations of a row are those on values without columns", "[gpu]") {
  CHECK(rowCountsOf("Z[m,p] = A[m,p] - C[p] * 3") == Counts{{"mul", 4}});
  CHECK(rowCountsOf("Z[m,p] = A[m,p] / C[p]") == Counts{{"recip", 4}});
  CHECK(rowCountsOf("Z[p] = exp(C[p] - 1)") == Counts{{"exp2", 4}, {"fma", 4}});
  CHECK(rowCountsOf("Z[p] = A[m,p] :: max(m)").empty());
}

TEST_CASE("A reduction is one operation per point", "[gpu]") {
  CHECK(countsOf("Z[p] = A[m,p] :: max(m)") == Counts{{"max", 32}});
  CHECK(countsOf("Z[p] = A[m,p] * B[m,p]") == Counts{{"fma", 32}});
}

TEST_CASE("Rows of a product are padded to the instruction of each warpgroup", "[gpu]") {
  Product product;
  product.rows = 100; // 50 per warpgroup
  product.columns = 30;
  product.depth = 20;
  const auto cost = costOf(product, planOf(2), rate(true), 16, true, 128);
  CHECK(cost.paddedRows == 128);
  CHECK(cost.maccs == 128.0 * 32 * 32);
  CHECK(cost.cycles == Approx(64.0 * 32 * 32 / 512));
  CHECK(cost.sharedBytes == (32 + 64) * 32 * 2);
}

TEST_CASE("Warpgroups divide the columns when that pads less", "[gpu]") {
  Product product;
  product.rows = 64;
  product.columns = 128;
  product.depth = 16;
  product.rowsDivided = false;
  const auto cost = costOf(product, planOf(2), rate(true), 16, false, 128);
  CHECK(cost.maccs == 64.0 * 128 * 16);
  CHECK(cost.sharedBytes == 64 * 16 * 2);
}

TEST_CASE("Of divisions that pad alike the one without more rows is taken", "[gpu]") {
  Product product;
  product.rows = 64;
  product.columns = 8;
  product.depth = 64;
  const auto cost = costOf(product, planOf(2), rate(true), 16, true, 128);
  CHECK(cost.paddedRows == 64); // by rows: two times 64, and 8 columns as well
}

TEST_CASE("Reading operands bounds a product of warps that read for themselves", "[gpu]") {
  Product product;
  product.rows = 64;
  product.columns = 64;
  product.depth = 64;
  const auto cost = costOf(product, planOf(1), rate(false), 16, false, 32);
  CHECK(cost.sharedBytes == 4 * 64 * 64 * 2);
  CHECK(cost.cycles == Approx(4 * 64 * 64 * 2 / 32.0));
}

TEST_CASE("Warps that divide the columns pad rows to one instruction, and read their columns once",
          "[gpu]") {
  Product product;
  product.rows = 4;
  product.columns = 64;
  product.depth = 128;
  Kernel kernel;
  auto plan = planOf(1);
  plan.kernel = &kernel;
  const auto byRows = costOf(product, plan, rate(false), 16, false, 128);
  kernel.columnWarps = true;
  const auto byColumns = costOf(product, plan, rate(false), 16, false, 128);
  CHECK(byRows.paddedRows == 64);
  CHECK(byColumns.paddedRows == 16);
  CHECK(byRows.mathCycles == 4 * byColumns.mathCycles);
  CHECK(byRows.sharedBytes == 4 * 64 * 128 * 2);
  CHECK(byColumns.sharedBytes == (64 + 4 * 16) * 128 * 2);
  const auto together = costOf(product, plan, rate(true), 16, false, 128); // rows of all four
  CHECK(together.paddedRows == 64);
}
