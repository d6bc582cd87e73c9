#include "mappings/mapper/skips.hpp"
#include "space.hpp"
#include "workloads/catalogue.hpp"

#include <catch2/catch.hpp>

#include <numeric>

using namespace einsight;
using namespace einsight::mappings;
using namespace einsight::mappings::test;

namespace {

mapper::Variables looped(const mapper::Facts& facts, const std::vector<std::string>& names) {
  mapper::Variables set = 0;
  for (const auto& name : names) {
    const auto at = std::find(facts.names.begin(), facts.names.end(), name);
    REQUIRE(at != facts.names.end());
    set |= mapper::only(static_cast<int>(at - facts.names.begin()));
  }
  return set;
}

/// Names of the Einsums that do not run in some masked tile although they have no mask themselves,
/// in a nest of all Einsums with these loops; "refused" where that may change a value.
std::string skipped(const einsum::Cascade& cascade, const std::vector<std::string>& loops) {
  const auto machine = machineOf("fusemax");
  const mapper::Facts facts(cascade, machine);
  std::vector<int> all(facts.einsums.size());
  std::iota(all.begin(), all.end(), 0);
  mapper::Skips skips(facts);
  const auto& skip = skips.of(all, looped(facts, loops));
  std::string names;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (skip.masks[i] != facts.einsums[i].domain) {
      names += (names.empty() ? "" : " ") + facts.einsums[i].einsum->name;
    }
  }
  return skip.harmless ? names : "refused";
}

/// The same for S[m,p], masked to m <= p, and what is made of it.
std::string skippedOf(const std::string& tensors, const std::string& einsums,
                      const std::string& results) {
  const auto cascade = einsum::parseCascade(
      "version: 1\nworkload: w\nsummary: t\nsource: t\nparameters: {M: 8, P: 8}\n"
      "ranks: {m: M, p: P}\ntensors: {A: [m, p]" +
          tensors + "}\nresults: [" + results +
          "]\nmasks: {S: m <= p}\neinsums: ['S[m,p] = " + "A[m,p] * A[m,p]', " + einsums + "]\n",
      "w.yaml");
  if (!cascade) {
    return core::render(cascade.error());
  }
  return skipped(*cascade, {"m", "p"});
}

} // namespace

TEST_CASE("a running softmax stays as it is where nothing attends, so all of it is skipped there",
          "[mappings]") {
  const auto causal = workloads::load("attention-1pass-causal", {{"L", 1024}});
  REQUIRE(causal);
  CHECK(skipped(*causal, {"b", "h", "m1", "p"}) == "RM PRM SPD RD SPNV RNV");
  const auto window = workloads::load("attention-window", {{"L", 1024}, {"W", 1}});
  REQUIRE(window);
  CHECK(skipped(*window, {"b", "g", "r", "m1", "p"}) == "RM PRM SPD RD SPNV RNV");
  CHECK(skipped(*causal, {"b", "h", "m1", "m0", "p"}).empty()); // they do not have m0
}

TEST_CASE("sums and maxima of what is masked are skipped", "[mappings]") {
  const std::string state = ", R: {initial: 0}";
  CHECK(skippedOf(state, "'R[m+1,p] = R[m,p] + S[m,p]'", "R") == "R");
  CHECK(skippedOf(state, "'R[m+1,p] = max(R[m,p], S[m,p])'", "R") == "R");
  CHECK(skippedOf(state, "'R[m+1,p] = R[m,p] - S[m,p]'", "R") == "refused");
}

TEST_CASE("a state that changes where nothing attends is not skipped", "[mappings]") {
  const std::string state = ", R: {initial: 0}";
  const std::string gated = state + ", G: [m, p]";
  // it decays in every step
  CHECK(skippedOf(state, "'D[m,p] = R[m,p] * 0.5', 'R[m+1,p] = D[m,p] + S[m,p]'", "R") ==
        "refused");
  CHECK(skippedOf(gated, "'D[m,p] = R[m,p] * G[m,p]', 'R[m+1,p] = D[m,p] + S[m,p]'", "R") ==
        "refused");
  CHECK(skippedOf(state, "'D[m,p] = R[m,p] * 1', 'R[m+1,p] = D[m,p] + S[m,p]'", "R") == "D R");
  // a count of the steps
  CHECK(skippedOf(state, "'D[m,p] = R[m,p] + 1', 'R[m+1,p] = max(D[m,p], S[m,p])'", "R") ==
        "refused");
  // the factor of a running maximum is taken of another value than the maximum before
  CHECK(skippedOf(", X: {initial: 0}, R: {initial: 0}",
                  "'X[m+1,p] = max(X[m,p], S[m,p])', 'D[m,p] = exp(X[m,p] - X[m+1,p])', "
                  "'U[m,p] = R[m,p] * D[m,p]', 'R[m+1,p] = U[m,p] + S[m,p]'",
                  "R") == "X D U R");
  CHECK(skippedOf(", X: {initial: 0}, R: {initial: 0}",
                  "'X[m+1,p] = max(X[m,p], S[m,p])', 'D[m,p] = exp(0 - X[m+1,p])', "
                  "'U[m,p] = R[m,p] * D[m,p]', 'R[m+1,p] = U[m,p] + S[m,p]'",
                  "R") == "refused");
}

TEST_CASE("what somebody needs where nothing attends is not skipped", "[mappings]") {
  CHECK(skippedOf(", G: [m, p]", "'Z[m,p] = G[m,p] + S[m,p]'", "Z") ==
        "refused"); // a result there too
  CHECK(skippedOf(", G: [m, p], R: {initial: 0}", "'R[m+1,p] = R[m,p] + S[m,p] + G[m,p]'", "R") ==
        "refused");
}
