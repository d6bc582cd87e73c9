#include "cascades.hpp"
#include "einsum/analysis.hpp"

using namespace einsight;
using namespace einsight::einsum;

namespace {

using Counts = std::map<std::string, std::int64_t>;

Counts countsOf(const Cascade& cascade, const std::string& einsum) {
  REQUIRE(cascade.einsum(einsum) != nullptr);
  return operations(cascade, *cascade.einsum(einsum)).value();
}

const core::Settings kSizes{{"B", 2}, {"H", 3}, {"L", 100}, {"E", 5}, {"F", 7}, {"M0", 16}};
constexpr std::int64_t kHeads = 6;
constexpr std::int64_t kE = 5;
constexpr std::int64_t kF = 7;
constexpr std::int64_t kP = 100;
constexpr std::int64_t kM = 100;
constexpr std::int64_t kM1 = 7; // ceil(100 / 16)

core::Settings withoutTiles() {
  core::Settings sizes = kSizes;
  sizes.erase("M0");
  return sizes;
}

} // namespace

TEST_CASE("3-pass attention has the operations of the published table", "[einsum]") {
  const Cascade cascade = attention("attention-3pass", withoutTiles());
  CHECK(countsOf(cascade, "QK") == Counts{{"macc", kHeads * kE * kM * kP}});
  CHECK(countsOf(cascade, "GM") == Counts{{"max", kHeads * kM * kP}});
  CHECK(countsOf(cascade, "SN") == Counts{{"exp", kHeads * kM * kP}, {"sub", kHeads * kM * kP}});
  CHECK(countsOf(cascade, "SD") == Counts{{"add", kHeads * kM * kP}});
  CHECK(countsOf(cascade, "A") == Counts{{"div", kHeads * kM * kP}});
  CHECK(countsOf(cascade, "AV") == Counts{{"macc", kHeads * kF * kM * kP}});
}

TEST_CASE("division deferral divides F P times instead of M P times", "[einsum]") {
  const Cascade cascade = attention("attention-3pass-deferred", withoutTiles());
  CHECK(countsOf(cascade, "SNV") == Counts{{"macc", kHeads * kF * kM * kP}});
  CHECK(countsOf(cascade, "AV") == Counts{{"div", kHeads * kF * kP}});
}

TEST_CASE("2-pass attention has the operations of the published table", "[einsum]") {
  const Cascade cascade = attention("attention-2pass", kSizes);
  CHECK(countsOf(cascade, "BQK") == Counts{{"macc", kHeads * kE * kM * kP}});
  CHECK(countsOf(cascade, "LM") == Counts{{"max", kHeads * kM * kP}});
  CHECK(countsOf(cascade, "SLN") == Counts{{"exp", kHeads * kM * kP}, {"sub", kHeads * kM * kP}});
  CHECK(countsOf(cascade, "SLD") == Counts{{"add", kHeads * kM * kP}});
  CHECK(countsOf(cascade, "GM") == Counts{{"max", kHeads * kM1 * kP}});
  CHECK(countsOf(cascade, "PLM") == Counts{{"exp", kHeads * kM1 * kP}, {"sub", kHeads * kM1 * kP}});
  CHECK(countsOf(cascade, "CD") == Counts{{"mul", kHeads * kM1 * kP}});
  CHECK(countsOf(cascade, "SD") == Counts{{"add", kHeads * kM1 * kP}});
  CHECK(countsOf(cascade, "CN") == Counts{{"mul", kHeads * kM * kP}});
  CHECK(countsOf(cascade, "A") == Counts{{"div", kHeads * kM * kP}});
  CHECK(countsOf(cascade, "AV") == Counts{{"macc", kHeads * kF * kM * kP}});
}

TEST_CASE("1-pass attention has the operations of the published table", "[einsum]") {
  const Cascade cascade = attention("attention-1pass", kSizes);
  CHECK(countsOf(cascade, "BK").empty());
  CHECK(countsOf(cascade, "BV").empty());
  CHECK(countsOf(cascade, "BQK") == Counts{{"macc", kHeads * kE * kM * kP}});
  CHECK(countsOf(cascade, "LM") == Counts{{"max", kHeads * kM * kP}});
  CHECK(countsOf(cascade, "RM") == Counts{{"max", kHeads * kM1 * kP}});
  CHECK(countsOf(cascade, "SLN") == Counts{{"exp", kHeads * kM * kP}, {"sub", kHeads * kM * kP}});
  CHECK(countsOf(cascade, "SLD") == Counts{{"add", kHeads * kM * kP}});
  CHECK(countsOf(cascade, "SLNV") == Counts{{"macc", kHeads * kF * kM * kP}});
  CHECK(countsOf(cascade, "PRM") == Counts{{"exp", kHeads * kM1 * kP}, {"sub", kHeads * kM1 * kP}});
  CHECK(countsOf(cascade, "SPD") == Counts{{"mul", kHeads * kM1 * kP}});
  CHECK(countsOf(cascade, "RD") == Counts{{"add", kHeads * kM1 * kP}});
  CHECK(countsOf(cascade, "SPNV") == Counts{{"mul", kHeads * kF * kM1 * kP}});
  CHECK(countsOf(cascade, "RNV") == Counts{{"add", kHeads * kF * kM1 * kP}});
  CHECK(countsOf(cascade, "AV") == Counts{{"div", kHeads * kF * kP}});
}

TEST_CASE("a causal mask leaves the lower triangle, in tiles as in the whole", "[einsum]") {
  const std::int64_t triangle = kHeads * kP * (kP + 1) / 2;
  const Cascade three = attention("attention-3pass-causal", withoutTiles());
  CHECK(countsOf(three, "QK") == Counts{{"macc", kE * triangle}});
  CHECK(countsOf(three, "AV") == Counts{{"macc", kF * triangle}});
  const Cascade one = attention("attention-1pass-causal", kSizes);
  CHECK(countsOf(one, "BQK") == Counts{{"macc", kE * triangle}});
  CHECK(countsOf(one, "LM") == Counts{{"max", triangle}});
  CHECK(countsOf(one, "SLNV") == Counts{{"macc", kF * triangle}});
  CHECK(countsOf(one, "RM") == Counts{{"max", kHeads * kM1 * kP}});
}

TEST_CASE("operations at a million causal tokens are exact", "[einsum]") {
  const std::int64_t n = std::int64_t{1} << 20;
  const Cascade cascade = attention("attention-1pass-causal", {{"B", 1}, {"L", n}});
  CHECK(countsOf(cascade, "LM") == Counts{{"max", 12 * (n * (n + 1) / 2)}});
}

TEST_CASE("operations that 64 bits do not hold are a problem", "[einsum]") {
  const std::int64_t n = std::int64_t{1} << 20;
  const Cascade cascade = attention("attention-3pass", {{"B", 1 << 16}, {"L", n}});
  const auto counts = operations(cascade, *cascade.einsum("QK"));
  REQUIRE_FALSE(counts.has_value());
  CHECK_THAT(
      core::render(counts.error()),
      Catch::EndsWith("workloads/attention/attention-3pass.yaml:13:5: error: einsums[0]: the "
                      "iteration space of QK has more points than 64 bits hold\n"));
}

TEST_CASE("operators are counted in the order of evaluation, the reduction last", "[einsum]") {
  const Cascade cascade = cascadeOf(R"yaml(
version: 1
workload: t
ranks: {m: 4, p: 2, j: 2}
tensors: {X: [m, p], Y: [p], S: [j]}
results: [A, B, C, D, G]
einsums:
  - A[p] = exp(X[m,p] - Y[p]) * 2 :: max(m)
  - B[p] = X[m,p] * exp(Y[p])
  - C[p] = X[m,p] * Y[p] * Y[p]
  - D[m,p] = X[m,p]
  - G[j,p] = X[S[j],p]
)yaml");
  const auto perPoint = [&](const char* name) { return operationsPerPoint(*cascade.einsum(name)); };
  CHECK(perPoint("A") ==
        std::vector<OperationCount>{{"sub", 1}, {"exp", 1}, {"mul", 1}, {"max", 1}});
  CHECK(perPoint("B") == std::vector<OperationCount>{{"exp", 1}, {"macc", 1}});
  CHECK(perPoint("C") == std::vector<OperationCount>{{"mul", 1}, {"macc", 1}});
  CHECK(perPoint("D").empty());
  CHECK(perPoint("G") == std::vector<OperationCount>{{"gather", 1}});
}

TEST_CASE("the intensity is operations per byte that must move at least once", "[einsum]") {
  const Cascade cascade = attention("matmul", {{"M", 8}, {"N", 4}, {"K", 16}}, "linear");
  CHECK(operationalIntensity(cascade) ==
        Approx(2.0 * 8 * 4 * 16 / (2.0 * (8 * 16 + 16 * 4 + 8 * 4))));
}
