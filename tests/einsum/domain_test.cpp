#include "cascades.hpp"
#include "einsum/domain.hpp"

using namespace einsight;
using namespace einsight::einsum;

namespace {

using Domain = std::vector<Constraint>;

const core::Settings kRagged{{"L", 10}, {"M0", 4}};
const Constraint kShort{{{"m1", -4}, {"m0", -1}}, 9};            // m1*4 + m0 <= 9
const Constraint kCausal{{{"m1", -4}, {"m0", -1}, {"p", 1}}, 0}; // m1*4 + m0 <= p

Domain domainOf(const Cascade& cascade, const std::string& einsum) {
  return cascade.einsum(einsum)->domain;
}

} // namespace

TEST_CASE("a short last tile is a constraint of every Einsum that runs over the tile", "[einsum]") {
  const Cascade cascade = attention("attention-1pass", kRagged);
  for (const char* name : {"BK", "BV", "BQK", "LM", "SLN", "SLD", "SLNV"}) {
    INFO(name);
    CHECK(domainOf(cascade, name) == Domain{kShort});
    CHECK(cascade.einsum(name)->masks == 0);
  }
  for (const char* name : {"RM", "PRM", "SPD", "RD", "SPNV", "RNV", "AV"}) {
    INFO(name);
    CHECK(domainOf(cascade, name).empty());
  }
}

TEST_CASE("tiles that fit leave no constraint", "[einsum]") {
  const Cascade cascade = attention("attention-1pass", {{"L", 12}, {"M0", 4}});
  for (const Einsum& einsum : cascade.einsums()) {
    CHECK(einsum.domain.empty());
  }
}

TEST_CASE("a mask is inherited by what reads the masked tensor, in its own rank variables",
          "[einsum]") {
  const Cascade cascade = attention("attention-1pass-causal", kRagged);
  CHECK(domainOf(cascade, "BQK") == Domain{kCausal, kShort});
  CHECK(cascade.einsum("BQK")->masks == 1);
  for (const char* name : {"LM", "SLN", "SLD"}) {
    INFO(name);
    CHECK(domainOf(cascade, name) == Domain{kCausal, kShort});
    CHECK(cascade.einsum(name)->masks == 0);
  }
  CHECK(domainOf(cascade, "RM").empty());
}

TEST_CASE("a mask is inherited under other names and shifted indices", "[einsum]") {
  const Cascade cascade = cascadeOf(R"yaml(
version: 1
workload: t
ranks: {m: 8, p: 8, q: 8}
tensors: {X: [m, p]}
results: [Z, U]
einsums:
  - {einsum: "Y[m,p] = X[m,p] + 1", where: "m <= p"}
  - Z[p,q] = exp(Y[p,q-1])
  - U[m,p] = Y[m,p] + X[m,p]
)yaml");
  CHECK(domainOf(cascade, "Z") == Domain{{{{"q", 1}}, -1}, {{{"p", -1}, {"q", 1}}, -1}});
  CHECK(domainOf(cascade, "U").empty());
}

TEST_CASE("an index that may leave a tensor constrains the Einsum only where it must be there",
          "[einsum]") {
  const Cascade cascade = cascadeOf(R"yaml(
version: 1
workload: t
ranks: {p: 8, w: 3}
tensors: {X: [p], F: [w]}
results: [Z, U]
einsums:
  - Z[p] = F[w] * X[p+w-1]
  - U[p] = X[p] + X[p-1]
)yaml");
  CHECK(domainOf(cascade, "Z") == Domain{{{{"p", 1}, {"w", 1}}, -1}, {{{"p", -1}, {"w", -1}}, 8}});
  CHECK(domainOf(cascade, "U").empty());
}
