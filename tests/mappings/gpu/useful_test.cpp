#include "mappings/gpu/useful.hpp"

#include <catch2/catch.hpp>

using namespace einsight;

namespace {

std::map<std::string, double> usefulOf(const std::string& tensors, const std::string& einsums) {
  const auto cascade = einsum::parseCascade("version: 1\n"
                                            "workload: t\n"
                                            "ranks: {p: 16, m: 16, e: 8, g: 4, f: 2}\n"
                                            "tensors: {" +
                                                tensors + "}\neinsums:\n" + einsums,
                                            "t.yaml");
  INFO((cascade ? "" : core::render(cascade.error())));
  REQUIRE(cascade.has_value());
  const auto maccs = mappings::gpu::usefulMaccs(*cascade);
  REQUIRE(maccs.has_value());
  return *maccs;
}

constexpr double kBelow = 16 * 17 / 2; ///< pairs with m <= p

} // namespace

TEST_CASE("Products that are masked once they are added do useful work where the mask leaves "
          "points",
          "[gpu]") {
  const auto maccs = usefulOf("Q: [p, e], K: [m, e], R: [p, g], C: [m, g], V: [m, f]",
                              "  - A[p,m] = Q[p,e] * K[m,e]\n"
                              "  - B[p,m] = R[p,g] * C[m,g]\n"
                              "  - T[p,m] = 2 * B[p,m]\n"
                              "  - {einsum: \"S[p,m] = A[p,m] + T[p,m]\", where: m <= p}\n"
                              "  - O[p,f] = S[p,m] * V[m,f]\n");
  CHECK(maccs ==
        std::map<std::string, double>{{"A", kBelow * 8}, {"B", kBelow * 4}, {"O", kBelow * 2}});
}

TEST_CASE("A product that somebody needs without the mask is useful everywhere", "[gpu]") {
  CHECK(usefulOf("Q: [p, e], K: [m, e]", "  - A[p,m] = Q[p,e] * K[m,e]\n"
                                         "  - {einsum: \"S[p,m] = 2 * A[p,m]\", where: m <= p}\n"
                                         "  - \"L[p] = A[p,m] :: max(m)\"\n")
            .at("A") == 16 * 16 * 8);
  CHECK(usefulOf("Q: [p, e], K: [m, e]", "  - A[p,m] = Q[p,e] * K[m,e]\n"
                                         "  - {einsum: \"S[p,m] = 2 * A[m,p]\", where: m <= p}\n")
            .at("A") == kBelow * 8); // the other triangle
}
