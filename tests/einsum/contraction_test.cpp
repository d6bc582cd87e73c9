#include "cascades.hpp"
#include "einsum/contraction.hpp"
#include "einsum/reduce.hpp"

using namespace einsight;
using namespace einsight::einsum;

namespace {

Values emptyLike(const Cascade& cascade, const std::string& tensor) {
  Values out{cascade.tensor(tensor)->shape, {}, {}};
  std::size_t elements = 1;
  for (const std::int64_t size : out.shape) {
    elements *= static_cast<std::size_t>(size);
  }
  out.data.assign(elements, 0);
  out.present.assign(elements, 0);
  return out;
}

/// By matrix products and point by point, which must agree.
double differenceOfBoth(const Cascade& cascade, const std::string& name,
                        const Environment& values) {
  Values fast = emptyLike(cascade, name);
  Values slow = fast;
  const Einsum& einsum = *cascade.einsum(name);
  REQUIRE(contract(cascade, einsum, values, fast));
  evaluateEinsum(cascade, einsum, values, std::nullopt, slow);
  return largestDifference(fast, slow);
}

bool isContracted(const Cascade& cascade, const std::string& name) {
  Values out = emptyLike(cascade, name);
  return contract(cascade, *cascade.einsum(name), randomInputs(cascade, 1), out);
}

const std::string kHead = "version: 1\nworkload: t\nranks: {b: 2, m: 5, n: 4, k: 3, l: 2}\n"
                          "tensors: {A: [k, b, m, l], C: [n, l, b, k]}\neinsums:\n";
constexpr double kClose = 1e-13;

} // namespace

TEST_CASE("matrix products agree with the loops whatever the order of the ranks", "[einsum]") {
  const Cascade cascade = cascadeOf(kHead + "  - Z[n,m,b] = A[k,b,m,l] * C[n,l,b,k]\n");
  CHECK(differenceOfBoth(cascade, "Z", randomInputs(cascade, 5)) < kClose);
}

TEST_CASE("absent elements take no part in a matrix product", "[einsum]") {
  const Cascade cascade = cascadeOf(kHead + "  - Z[n,m,b] = A[k,b,m,l] * C[n,l,b,k]\n");
  Environment values = randomInputs(cascade, 5);
  for (std::size_t i = 0; i < values.at("A").present.size(); ++i) {
    values.at("A").present[i] = i % 3 == 0 ? 1 : 0;
  }
  for (std::size_t i = 0; i < values.at("C").present.size(); ++i) {
    values.at("C").present[i] = i % 2 == 0 ? 1 : 0;
  }
  CHECK(differenceOfBoth(cascade, "Z", values) < kClose);
}

TEST_CASE("a mask over output ranks is applied to a matrix product", "[einsum]") {
  const Cascade cascade = cascadeOf(
      kHead + "  - {einsum: \"Z[n,m,b] = A[k,b,m,l] * C[n,l,b,k]\", where: \"m <= n + b\"}\n");
  CHECK(differenceOfBoth(cascade, "Z", randomInputs(cascade, 5)) < kClose);
}

TEST_CASE("what is not a plain contraction is left to the loops", "[einsum]") {
  const std::string both = "A[k,b,m,l] * C[n,l,b,k]";
  CHECK_FALSE(isContracted(cascadeOf(kHead + "  - Z[n,m,b] = " + both + " ::max(k,l)\n"), "Z"));
  CHECK_FALSE(isContracted(cascadeOf(kHead + "  - Z[n,m,b,k,l] = " + both + "\n"), "Z"));
  CHECK_FALSE(isContracted(cascadeOf(kHead + "  - Z[n,m,b+1] = " + both + "\n"), "Z"));
  CHECK_FALSE(isContracted(cascadeOf(kHead + "  - Z[m,b] = " + both + "\n"), "Z"));
  CHECK_FALSE(isContracted(
      cascadeOf(kHead + "  - {einsum: \"Z[n,m,b] = " + both + "\", where: \"k <= m\"}\n"), "Z"));
  CHECK(isContracted(cascadeOf(kHead + "  - Z[n,m,b] = " + both + "\n"), "Z"));
}
