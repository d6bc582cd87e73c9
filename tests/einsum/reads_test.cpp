#include "cascades.hpp"
#include "einsum/reads.hpp"
#include "einsum/walk.hpp"

using namespace einsight;
using namespace einsight::einsum;

TEST_CASE("index tensors are read too, also those of index tensors", "[einsum]") {
  const Cascade cascade = cascadeOf(R"yaml(
version: 1
workload: t
ranks: {i: 3, j: 4}
tensors: {K: [9], S: [5], R: [j], X: [i]}
einsums: ["Z[i,j] = X[i] * K[S[R[j]]]"]
)yaml");
  std::vector<std::string> texts;
  for (const Access& access : reads(cascade.einsums().front().expression)) {
    texts.push_back(toText(access));
  }
  CHECK(texts == std::vector<std::string>{"X[i]", "K[S[R[j]]]", "S[R[j]]", "R[j]"});
  const auto all = accesses(cascade.einsums().front().expression);
  CHECK(indexReads(*all.front()).empty());
  CHECK(indexReads(*all.back()).size() == 2);
}
