#include "arch/catalogue.hpp"
#include "config/catalogue.hpp"
#include "mappings/gpu/plan.hpp"
#include "sim/gpu/gpu.hpp"
#include "tests/fuzz/input.hpp"
#include "workloads/catalogue.hpp"

using namespace einsight;

namespace {

namespace gpu = mappings::gpu;

/// A small cascade that the mapping may be for: with tiles of its own where it sets their size.
core::Expected<einsum::Cascade> cascadeFor(const std::string& text, core::Settings more) {
  const core::Settings sizes{{"B", 1}, {"H", 2}, {"E", 64}, {"F", 64}, {"L", 256}};
  more.insert(sizes.begin(), sizes.end());
  return workloads::load(
      text.find("M0") != std::string::npos ? "attention-1pass" : "attention-3pass", more);
}

/// From kernels to the engines: the bound, and a simulation that is stopped early.
void simulate(const sim::gpu::Chain& chain, const arch::Gpu& machine) {
  const auto device = gpu::device(machine);
  const auto bound = sim::gpu::analytic(chain, device);
  bool stopped = false;
  sim::gpu::Options options;
  options.progress = [&](double) {
    stopped = true;
    return false;
  };
  const auto simulated = sim::gpu::cycle(chain, device, options);
  EINSIGHT_INVARIANT(simulated || stopped, "kernels that fit do not block");
  EINSIGHT_INVARIANT(!simulated || bound.seconds <= simulated->seconds * (1 + 1e-9),
                     "the bound is not above the simulation");
}

} // namespace

/// Any bytes are a mapping on a GPU that can be simulated, or a list of problems.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto kGpu = arch::loadGpu("h100");
  EINSIGHT_INVARIANT(kGpu, "a GPU of the catalogue can be read");
  const auto text = fuzz::textOf(data, size);
  const auto file = fuzz::fileOf(text, "mapping.yaml");
  const std::vector<std::filesystem::path> folders{config::catalogueRoot() / "mappings"};
  auto cascade = cascadeFor(text, {});
  EINSIGHT_INVARIANT(cascade, "a workload of the catalogue can be small");
  const auto first = gpu::readMapping(file, *cascade, *kGpu, {}, folders);
  if (!first) {
    fuzz::refused(first.error());
    return 0;
  }
  const auto settings = gpu::workloadParameters(*first, *cascade, *kGpu);
  cascade = settings ? cascadeFor(text, *settings) : core::failure(settings.error());
  if (!cascade) {
    fuzz::refused(cascade.error());
    return 0;
  }
  const auto mapping = gpu::readMapping(file, *cascade, *kGpu, {}, folders);
  const auto chain =
      mapping ? gpu::plan(*mapping, *cascade, *kGpu) : core::failure(mapping.error());
  if (chain) {
    simulate(*chain, *kGpu);
  } else {
    fuzz::refused(chain.error());
  }
  return 0;
}
