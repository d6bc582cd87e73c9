#include "mapping_text.hpp"
#include "mappings/catalogue.hpp"
#include "workloads/catalogue.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace einsight;
using namespace einsight::mappings;

namespace {

std::vector<std::string> candidatesOf(const std::string& workload) {
  const auto cascade = workloads::load(workload);
  if (!cascade) {
    FAIL(core::render(cascade.error()));
  }
  return candidates(*cascade);
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace

TEST_CASE("the catalogue lists its mappings with a summary each", "[mappings]") {
  std::vector<std::string> names;
  for (const auto& entry : list()) {
    names.push_back(entry.name);
    INFO(entry.name);
    CHECK_FALSE(entry.summary.empty());
    CHECK(find(entry.name).has_value());
  }
  for (const auto* name : {"flat", "fusemax-architecture", "fusemax-binding", "fusemax-cascade",
                           "linear-layers", "unfused"}) {
    CHECK(contains(names, name));
  }
}

TEST_CASE("a misspelt mapping is answered with the nearest name", "[mappings]") {
  const auto found = find("fusemax-bindng");
  REQUIRE_FALSE(found.has_value());
  REQUIRE(found.error().size() == 1);
  CHECK(found.error().front().what == "unknown mapping 'fusemax-bindng'");
  CHECK(found.error().front().help.find("did you mean 'fusemax-binding'?") == 0);
}

TEST_CASE("mappings of a GPU are candidates also where they copy what is added up", "[mappings]") {
  const auto cascade = workloads::load("gqa-backward");
  REQUIRE(cascade);
  const auto names = candidates(*cascade, "gpu");
  CHECK(contains(names, "flash-attention-4-backward"));
  CHECK(contains(names, "flash-attention-2-backward"));
  CHECK_FALSE(contains(names, "flash-attention-2"));
}

TEST_CASE("candidates place every Einsum of the cascade and nothing else", "[mappings]") {
  const auto onePass = candidatesOf("attention-1pass");
  CHECK(contains(onePass, "fusemax-binding"));
  CHECK(contains(onePass, "fusemax-architecture"));
  CHECK(contains(onePass, "fusemax-cascade"));
  CHECK_FALSE(contains(onePass, "flat"));
  CHECK(candidatesOf("attention-1pass-causal") == onePass);
  const auto threePass = candidatesOf("attention-3pass");
  CHECK(contains(threePass, "flat"));
  CHECK(contains(threePass, "unfused"));
  CHECK_FALSE(contains(threePass, "fusemax-binding"));
}

TEST_CASE("every mapping of the catalogue verifies on a machine it is for", "[mappings]") {
  const std::vector<std::tuple<std::string, std::string, std::string>> table{
      {"fusemax-binding", "attention-1pass", "fusemax"},
      {"fusemax-architecture", "attention-1pass-causal", "array-family"},
      {"fusemax-cascade", "attention-1pass", "flat-deep-registers"},
      {"flat", "attention-3pass", "flat"},
      {"unfused", "attention-3pass-causal", "flat"},
      {"linear-layers", "linear-layers", "fusemax"}};
  for (const auto& [mapping, workload, machine] : table) {
    INFO(mapping);
    const auto verified =
        test::verifiedOf(test::readingOf(mapping, {workload, machine, {}, {}, {}}));
    CHECK(test::messages(verified) == "no problem");
  }
}
