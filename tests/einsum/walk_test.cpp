#include "cascades.hpp"
#include "einsum/walk.hpp"

using namespace einsight;
using namespace einsight::einsum;

namespace {

std::vector<std::string> namesOf(const std::vector<const Access*>& list) {
  std::vector<std::string> out;
  for (const Access* access : list) {
    out.push_back(access->tensor);
  }
  return out;
}

using Names = std::vector<std::string>;

} // namespace

TEST_CASE("the accesses of an expression are listed, and those that must be there", "[einsum]") {
  const Cascade cascade = cascadeOf(R"yaml(
version: 1
workload: t
ranks: {m: 4, j: 2}
tensors: {A: [m], B: [m], C: [m], D: [m], S: [j], X: [m]}
results: [Y, Z]
einsums:
  - Z[m] = A[m] * (B[m] - C[m]) * max(D[m], 0)
  - Y[j,m] = X[S[j]] * A[m]
)yaml");
  const Einsum& z = *cascade.einsum("Z");
  CHECK(namesOf(accesses(z.expression)) == Names{"A", "B", "C", "D"});
  CHECK(namesOf(requiredAccesses(z.expression)) == Names{"A", "B"});
  const Einsum& y = *cascade.einsum("Y");
  CHECK(tensorsRead(y) == Names{"X", "S", "A"});
  Names variables;
  addVariables(y.expression, variables);
  CHECK(variables == Names{"j", "m"});
  CHECK(toText(y.expression.operands[0].access) == "X[S[j]]");
}

TEST_CASE("an index prints as it is bound", "[einsum]") {
  CHECK(toText(Index{{{"m0", 1}, {"m1", 256}}, 0, {}, {}}) == "m0+256*m1");
  CHECK(toText(Index{{{"p", 1}, {"w", -2}}, -3, {}, {}}) == "p-2*w-3");
  CHECK(toText(Index{{}, 0, {}, {}}) == "0");
  CHECK(toText(Index{{}, 4, {}, {}}) == "4");
  CHECK(toText(Index{{{"m1", 1}}, 1, {}, {}}) == "m1+1");
}

TEST_CASE("a scan takes no rank variable away, a reduction does", "[einsum]") {
  Einsum einsum;
  einsum.reductions = {{"max", {"m"}}, {"scan_add", {"p"}}};
  CHECK(reducedVariables(einsum) == Names{"m"});
}
