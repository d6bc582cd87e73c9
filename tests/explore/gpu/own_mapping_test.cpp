#include "explore/any_point.hpp"
#include "tests/config/scratch_folder.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace einsight;

namespace {

/// Attention of 8 heads of 1000 tokens with a mapping of a user's.
core::Expected<explore::GpuPoint> pointWith(const config::ScratchFolder& folder,
                                            const std::string& parameters, const std::string& cta) {
  const auto file = folder.write(
      "own.yaml", fmt::format("version: 1\nmapping: own\nkind: gpu\nparameters: {{{}}}\n"
                              "sizes: {{tile: 64}}\nkernels:\n  all:\n    cta: {{{}}}\n"
                              "    loop: m1\n    instruction: mma\n    stages: 2\n",
                              parameters, cta));
  explore::PointRequest request;
  request.workload = "attention";
  request.machine = "h100";
  request.mapping = file.string();
  request.workloadSettings = {{"L", 1000}, {"H", 8}};
  return explore::prepareGpu(request);
}

std::string mistakes(const std::string& parameters, const std::string& cta) {
  const config::ScratchFolder folder;
  const auto point = pointWith(folder, parameters, cta);
  return point ? "none" : folder.relative(core::render(point.error()));
}

double dramReadBytes(const explore::GpuPoint& point, const std::string& engine) {
  explore::RunOptions options;
  options.engine = engine;
  const auto result = explore::run(point, options);
  REQUIRE(result);
  double sum = 0;
  for (const auto& kernel : result->kernels) {
    sum += kernel.dramReadBytes;
  }
  return sum;
}

} // namespace

TEST_CASE("CTAs cannot divide a sum that their kernel goes on with", "[explore]") {
  CHECK(mistakes("M0: tile", "p: tile") == "none");
  CHECK(mistakes("M0: tile", "p: tile, f: 32") == "none");
  CHECK(mistakes("M0: tile", "p: tile, e: 32") ==
        "own.yaml:8:5: error: kernels.all: kernel 'all' divides e over CTAs, and BQK sums over it: "
        "LM takes the whole sum, a CTA has a part\n"
        "  help: take e out of cta, or make it the loop and split that\n");
}

TEST_CASE("a mapping cannot change how large an input is", "[explore]") {
  const config::ScratchFolder folder;
  const auto file = folder.write("own.yaml", "version: 1\nmapping: own\nextends: "
                                             "flash-attention-2\nparameters: {M0: 64, L: 5}\n");
  explore::PointRequest request;
  request.workload = "attention";
  request.machine = "h100";
  request.mapping = file.string();
  const auto point = explore::prepareGpu(request);
  REQUIRE_FALSE(point);
  CHECK(core::render(point.error())
            .find("parameters.L: L = 5 makes input Q 1 x 16 x 1 x 128 x 5, "
                  "where the workload has 1 x 16 x 1 x 128 x 4096") != std::string::npos);
}

TEST_CASE("what a further axis of the grid shares is read from DRAM once", "[explore]") {
  const config::ScratchFolder folder;
  const auto point = pointWith(folder, "M0: tile", "p: tile, f: 32");
  REQUIRE(point);
  const double inputs = 3.0 * 8 * 1000 * 128 * 2;
  CHECK(dramReadBytes(*point, "cycle") == Approx(inputs));
  CHECK(dramReadBytes(*point, "analytic") == Approx(inputs));
}

TEST_CASE("lists of tiles reach all of what they choose among", "[explore]") {
  explore::PointRequest request;
  request.machine = "h100";
  request.mapping = "fused-chain";
  for (const std::string workload : {"neighborhood-attention-1d", "neighborhood-attention-2d",
                                     "grat-criss-cross", "clear", "sparsed", "power-attention"}) {
    request.workload = workload;
    const auto point = explore::prepareGpu(request);
    REQUIRE(point);
    double inputs = 0;
    for (const auto& tensor : point->cascade.tensors()) {
      double elements = tensor.input ? 1 : 0;
      for (const auto size : tensor.shape) {
        elements *= static_cast<double>(size);
      }
      inputs += elements * tensor.bits / 8;
    }
    INFO(workload);
    CHECK(dramReadBytes(*point, "analytic") >= inputs);
    CHECK(dramReadBytes(*point, "analytic") < 1.3 * inputs);
  }
}
