#include "explore/gpu/refusal.hpp"
#include "workloads/catalogue.hpp"

#include <catch2/catch.hpp>

#include <filesystem>

using namespace einsight;
using explore::Refused;

namespace {

einsum::Cascade attention() {
  auto cascade = workloads::load("attention");
  REQUIRE(cascade);
  return *cascade;
}

core::Problem problem(const std::string& mapping, const std::string& what) {
  return {{mapping + ".yaml", 3, 5, "kernels.attention"}, what, "a larger GPU"};
}

/// With the names of files alone.
std::string textOf(const std::vector<Refused>& refused) {
  auto problems = explore::refusalOf(attention(), refused);
  for (auto& one : problems) {
    one.where.file = std::filesystem::path(one.where.file).filename();
  }
  return core::render(std::move(problems));
}

/// Mappings that are written for attention.
const std::vector<std::string> kMeant{"flash-attention-3", "flash-attention-2", "flash-decoding",
                                      "lean-attention",    "grouped-rows",      "paged-decoding"};

} // namespace

TEST_CASE("a reason that mappings share is told once, whatever their kernels are called",
          "[explore]") {
  std::vector<Refused> refused;
  for (std::size_t i = 0; i < kMeant.size(); ++i) {
    const auto kernel = "kernel 'k" + std::to_string(i) + "' ";
    refused.push_back({kMeant[i],
                       {problem(kMeant[i], kernel + "needs 9 GB"),
                        problem(kMeant[i], kernel + "has too many CTAs")}});
  }
  refused.push_back({"eager", {problem("eager", "there is no Einsum 'Z'")}});
  refused.push_back({"sparse-decode", {problem("sparse-decode", "there is no Einsum 'Z'")}});
  const auto cascade = attention();
  CHECK(
      textOf({refused.begin(), refused.begin() + 6}) ==
      "flash-attention-3.yaml:3:5: error: kernels.attention: kernel 'k0' needs 9 GB; so it is "
      "under 5 more mappings\n"
      "  help: a larger GPU\n"
      "flash-attention-3.yaml:3:5: error: kernels.attention: kernel 'k0' has too many CTAs; so it "
      "is under 5 more mappings\n"
      "  help: a larger GPU\n"
      "attention.yaml:1:1: error: attention: no mapping of the catalogue runs this workload on "
      "this GPU\n"
      "  help: give one with -m; docs/mappings-gpu.md shows how to write it\n");
}

TEST_CASE("of many reasons those come first that most mappings have, then those of the others",
          "[explore]") {
  std::vector<Refused> refused;
  for (const auto& name : kMeant) {
    refused.push_back({name, {problem(name, "only " + name + " says this")}});
    if (name != kMeant.back()) {
      refused.back().second.push_back(problem(name, "there is too little room"));
    }
  }
  refused.front().second.push_back(problem(kMeant[0], "it has no warps"));
  refused.push_back({"no-such-mapping", {problem("x", "it is for others")}});
  CHECK(textOf(refused) ==
        "flash-attention-3.yaml:3:5: error: kernels.attention: there is too little room; so it is "
        "under 4 more mappings\n"
        "  help: a larger GPU\n"
        "paged-decoding.yaml:3:5: error: kernels.attention: only paged-decoding says this\n"
        "  help: a larger GPU\n"
        "attention.yaml:1:1: error: attention: no mapping of the catalogue runs this workload on "
        "this GPU; 1 of them are written for other Einsums; 6 further reasons are told by -m with "
        "the name of a mapping\n"
        "  help: give one with -m; docs/mappings-gpu.md shows how to write it\n");
}
