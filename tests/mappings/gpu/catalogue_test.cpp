#include "gpu_text.hpp"
#include "mappings/catalogue.hpp"
#include "workloads/catalogue.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace einsight;
namespace gpu = einsight::mappings::gpu;

namespace {

std::vector<std::string> candidatesOf(const std::string& workload) {
  const auto cascade = workloads::load(workload);
  REQUIRE(cascade);
  return mappings::candidates(*cascade, "gpu");
}

bool listed(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

} // namespace

TEST_CASE("Candidates for a GPU compute the workload's Einsums, the best first", "[gpu]") {
  const auto fused = candidatesOf("attention");
  REQUIRE(fused.size() >= 2);
  CHECK(fused.front() == "flash-attention-3");
  CHECK_FALSE(listed(fused, "unfused-kernels"));
  CHECK(listed(candidatesOf("attention-unfused"), "unfused-kernels"));
  CHECK(candidatesOf("matmul") == std::vector<std::string>{"fused-chain", "unfused-chain"});
}

TEST_CASE("Candidates of one kind of machine are not for another", "[gpu]") {
  const auto cascade = workloads::load("attention-1pass");
  REQUIRE(cascade);
  CHECK_FALSE(listed(mappings::candidates(*cascade), "flash-attention-2"));
  CHECK(listed(mappings::candidates(*cascade, "gpu"), "flash-attention-2"));
}

TEST_CASE("The list says the kind of machine of each mapping", "[gpu]") {
  for (const auto& entry : mappings::list()) {
    const auto file = mappings::find(entry.name);
    REQUIRE(file);
    CHECK(mappings::kindOf(*file).value_or("") == entry.kind);
    CHECK((entry.name == "flash-attention-2") <= (entry.kind == "gpu"));
  }
}

TEST_CASE("Products that add over the heads of a group take fewer rows of each at a time",
          "[gpu]") {
  for (const std::int64_t heads : {1, 7, 28}) { // of a group
    const auto chain = gpu::test::chainOf(gpu::test::readingOf(
        "unfused-kernels-backward", {.workload = "attention-unfused-backward",
                                     .workloadSettings = {{"H", 28}, {"R", heads}, {"L", 2048}}}));
    const auto keys = std::find_if(chain.kernels.begin(), chain.kernels.end(),
                                   [](const auto& kernel) { return kernel.name == "keys"; });
    REQUIRE(keys != chain.kernels.end());
    const std::int64_t rows = std::max<std::int64_t>(1, 32 / heads);
    for (const auto& kind : keys->kinds) {
      CHECK(kind.iterations == (2048 + rows - 1) / rows);
    }
  }
}

TEST_CASE("Blocks that a list does not choose cost nothing", "[gpu]") {
  const auto chain = [](const std::string& gpu, std::int64_t density) {
    return gpu::test::chainOf(gpu::test::readingOf(
        "block-sparse", {.workload = "sparsed",
                         .gpu = gpu,
                         .workloadSettings = {{"L", 8192}, {"DENSITY", density}}}));
  };
  for (const std::string gpu : {"h100", "a100-80gb", "rtx-4090", "b200"}) {
    const auto dense = chain(gpu, 100);
    const auto sparse = chain(gpu, 25);
    REQUIRE(sparse.kernels.size() == 1);
    // 32 heads of 64 blocks of queries; all 64 blocks of keys, or a quarter of them.
    CHECK(gpu::test::sumsOf(dense.kernels.front()).iterations == 32 * 64 * 64);
    CHECK(gpu::test::sumsOf(sparse.kernels.front()).iterations == 32 * 64 * 16);
    CHECK(sparse.flops == Approx(dense.flops / 4));
  }
}
