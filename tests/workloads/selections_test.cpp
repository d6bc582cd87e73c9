#include "workloads/catalogue.hpp"
#include "workloads/selections.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

using namespace einsight;
namespace fs = std::filesystem;

namespace {

/// 12 queries that each choose 5 of 12 blocks.
std::string workloadWith(const std::string& selections) {
  return "version: 1\nworkload: t\nparameters: {Q: 12, N: 5}\nranks: {h: 2, q: Q, j: N}\n"
         "tensors: {K: [h, Q], S: [h, q, j]}\neinsums: [\"Z[h,q,j] = K[h,S[h,q,j]] + 0\"]\n" +
         selections;
}

core::Expected<einsum::Environment> draw(const std::string& selections, std::uint64_t seed = 1) {
  const auto path = fs::temp_directory_path() / "einsight-selections-test.yaml";
  std::ofstream(path) << workloadWith(selections);
  const auto cascade = workloads::load(path.string());
  REQUIRE(cascade.has_value());
  auto inputs = workloads::drawInputs(path.string(), *cascade, seed);
  fs::remove(path);
  return inputs;
}

/// Positions that a query of a head chose.
std::vector<int> chosen(const einsum::Values& values, std::int64_t head, std::int64_t query) {
  std::vector<int> out;
  for (std::int64_t j = 0; j < values.shape[2]; ++j) {
    const auto at =
        static_cast<std::size_t>((head * values.shape[1] + query) * values.shape[2] + j);
    if (values.present[at] != 0) {
      out.push_back(static_cast<int>(values.data[at]));
    }
  }
  return out;
}

} // namespace

TEST_CASE("a causal selection has its sinks, its own neighbours and nothing behind the query",
          "[workloads]") {
  const auto inputs =
      draw("selections: {S: {along: j, query: q, sink: 1, local: 2, causal: true}}\n");
  REQUIRE(inputs.has_value());
  const auto& values = inputs->at("S");
  for (std::int64_t head = 0; head < 2; ++head) {
    for (std::int64_t query = 0; query < 12; ++query) {
      const auto all = chosen(values, head, query);
      const std::set<int> positions(all.begin(), all.end());
      CHECK(std::is_sorted(all.begin(), all.end()));
      CHECK(positions.size() == all.size());
      CHECK(all.size() == static_cast<std::size_t>(std::min<std::int64_t>(5, query + 1)));
      CHECK(positions.count(0) == 1);
      CHECK(positions.count(static_cast<int>(query)) == 1);
      CHECK(positions.count(static_cast<int>(std::max<std::int64_t>(0, query - 1))) == 1);
      CHECK(*positions.rbegin() <= query);
    }
  }
}

TEST_CASE("the same seed chooses the same, another something else", "[workloads]") {
  const std::string text = "selections: {S: {along: j}}\n";
  const auto first = draw(text, 3);
  const auto again = draw(text, 3);
  const auto other = draw(text, 4);
  REQUIRE((first.has_value() && again.has_value() && other.has_value()));
  CHECK(first->at("S").data == again->at("S").data);
  CHECK(first->at("S").data != other->at("S").data);
  CHECK(chosen(first->at("S"), 0, 0).size() == 5);
}

TEST_CASE("mistakes in selections are reported together", "[workloads]") {
  const auto found =
      draw("selections: {K: {along: j}, S: {along: i, query: q, sink: N/2, lokal: 1}}\n");
  REQUIRE_FALSE(found.has_value());
  std::vector<std::string> whats;
  for (const auto& problem : found.error()) {
    whats.push_back(problem.what);
  }
  CHECK(whats == std::vector<std::string>{"'K' is not an input that another tensor is indexed by",
                                          "S has no rank 'i'",
                                          "5/2 is not a whole number of positions", "unknown key"});
}
