#include "mappings/gpu/cta/rows.hpp"
#include "tests/mappings/gpu/gpu_text.hpp"

#include <catch2/catch.hpp>

using namespace einsight;
using namespace einsight::mappings::gpu;
using namespace einsight::mappings::gpu::test;

namespace {

using Operations = std::map<std::string, double>;

/// The graph of the first kernel of a mapping.
struct Kernel {
  KernelPlan plan;
  Graph graph;
};

Kernel kernelOf(const Reading& reading) {
  auto plan = plansOf(reading).at(0);
  auto graph = graphOf(plan, reading.cascade);
  REQUIRE(graph.has_value());
  return {std::move(plan), *graph};
}

const Node& nodeOf(const Graph& graph, const std::string& einsum) {
  return graph.nodes.at(static_cast<std::size_t>(graph.makers.at(einsum)));
}

} // namespace

TEST_CASE("Four lanes hold a row of a product's result in registers", "[gpu]") {
  const auto reading = valid(readingOf("flash-attention-2"));
  const auto kernel = kernelOf(reading);
  const auto rows = rowLayoutOf(kernel.graph, kernel.plan);
  CHECK(rows.row == "p");
  CHECK(rows.columns == std::vector<std::string>{"m0", "f"});
  CHECK(rows.lanes == 4);
}

TEST_CASE("A maximum that scores need at once is exchanged, a sum that goes on is not", "[gpu]") {
  const auto reading = valid(readingOf("flash-attention-2"));
  const auto kernel = kernelOf(reading);
  const double rows = 128;
  CHECK(nodeOf(kernel.graph, "LM").repeated ==
        Operations{{"shuffle", rows * 4 * 2}, {"max", rows * 4 * 2}});
  CHECK(nodeOf(kernel.graph, "SLD").repeated.empty());
}

TEST_CASE("What a row has one of is computed by each of its lanes", "[gpu]") {
  const auto reading = valid(readingOf("flash-attention-2"));
  const auto kernel = kernelOf(reading);
  const double rows = 128;
  CHECK(nodeOf(kernel.graph, "RD").repeated == Operations{{"add", rows * 3}});
  CHECK(nodeOf(kernel.graph, "PRM").repeated ==
        Operations{{"exp2", rows * 3}, {"fma", rows * 3}, {"mul", rows * 3}});
  CHECK(nodeOf(kernel.graph, "AV").repeated == Operations{{"recip", rows * 3}});
}

TEST_CASE("A lane that reads a whole row from tensor memory repeats nothing", "[gpu]") {
  const auto reading = valid(readingOf("fused-blackwell", {.gpu = "b200"}));
  const auto kernel = kernelOf(reading);
  CHECK(rowLayoutOf(kernel.graph, kernel.plan).lanes == 1);
  for (const auto& node : kernel.graph.nodes) {
    CHECK(node.repeated.empty());
  }
}

TEST_CASE("A kernel without products repeats nothing", "[gpu]") {
  const auto reading =
      valid(readingOf("flash-attention-2-backward", {.workload = "attention-backward"}));
  const auto kernel = kernelOf(reading); // sums over rows
  CHECK(rowLayoutOf(kernel.graph, kernel.plan).row.empty());
  for (const auto& node : kernel.graph.nodes) {
    CHECK(node.repeated.empty());
  }
}
