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

core::Problem tooLarge(const std::string& mapping, const std::string& what, double excess) {
  auto out = problem(mapping, what);
  out.excess = excess;
  return out;
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

TEST_CASE("a mapping that lacks nothing but room is told first, the nearest of several",
          "[explore]") {
  std::vector<Refused> refused;
  for (const auto& name : kMeant) {
    refused.push_back({name, {problem(name, "there is no wgmma")}});
  }
  for (const auto& [which, excess] : std::vector<std::pair<std::size_t, double>>{{1, 40}, {3, 2}}) {
    refused[which].second = {tooLarge(kMeant[which], kMeant[which] + " needs much", excess),
                             tooLarge(kMeant[which], kMeant[which] + " has little", excess / 2)};
  }
  refused[4].second.push_back(tooLarge(kMeant[4], "a little more would do", 1.5));
  refused[5].second.push_back(problem(kMeant[5], "a fifth reason"));
  const auto text = textOf(refused);
  CHECK(text.starts_with("lean-attention.yaml:3:5: error: kernels.attention: lean-attention needs "
                         "much\n  help: a larger GPU\n"));
  CHECK(text.find("lean-attention has little") != std::string::npos);
  CHECK(text.find("there is no wgmma; so it is under 3 more mappings") != std::string::npos);
}

TEST_CASE("what a mapping lacks that has no room is said in a sentence", "[explore]") {
  std::vector<Refused> refused{{kMeant[0], {problem(kMeant[0], "there is no wgmma")}}};
  CHECK(explore::noRoomNote(attention(), refused).empty());
  CHECK(explore::noRoomNote(attention(), {}).empty());
  refused.push_back({"native-sparse", {tooLarge("native-sparse", "is for others", 2)}});
  CHECK(explore::noRoomNote(attention(), refused).empty());
  refused.push_back({kMeant[1], {tooLarge(kMeant[1], "needs 9 GB", 3)}});
  CHECK(explore::noRoomNote(attention(), refused) ==
        "preferred, but without room: mapping flash-attention-2: needs 9 GB");
  refused.push_back({kMeant[2], {tooLarge(kMeant[2], "needs 7 GB", 2)}});
  CHECK(explore::noRoomNote(attention(), refused) ==
        "preferred, but without room: mapping flash-attention-2 (and 1 more): needs 9 GB");
}
