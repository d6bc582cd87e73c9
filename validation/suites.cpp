#include "config/catalogue.hpp"
#include "core/text.hpp"
#include "validation/arrays/suite.hpp"
#include "validation/gna/suite.hpp"
#include "validation/kernels/suite.hpp"
#include "validation/measured/suite.hpp"
#include "validation/offload/suite.hpp"
#include "validation/suite.hpp"

#include <fmt/format.h>

#include <array>

namespace einsight::validation {
namespace {

/// A suite that is described by suites/NAME.yaml: published results of spatial arrays.
Suite arraySuite(const std::string& name, const std::string& summary) {
  return {name, summary, [name](const SuiteOptions& options) {
            return runArraySuite(validationFolder() / "suites" / (name + ".yaml"), options);
          }};
}

} // namespace

std::span<const Suite> suites() {
  static const std::array kSuites{
      arraySuite("fusemax", "attention on spatial arrays: every number of the FuseMax paper's "
                            "artifact (MICRO 2024), two simpler designs included"),
      Suite{"gna",
            "tiles of neighborhood attention: exact counts, published bounds and stride sweeps of "
            "the GNA paper",
            [](const SuiteOptions& options) {
              return runGnaSuite(validationFolder() / "suites" / "gna.yaml", options);
            }},
      Suite{"kernels",
            "GPU kernels: published times and throughputs of attention, forward and backward",
            [](const SuiteOptions& options) {
              return runKernelSuite(validationFolder() / "suites" / "kernels.yaml", options);
            },
            true},
      Suite{"posted",
            "GPU kernels: times that users of attention kernels and makers of GPUs posted, most of "
            "GPUs that nothing was fitted on",
            [](const SuiteOptions& options) {
              return runKernelSuite(validationFolder() / "suites" / "posted.yaml", options);
            },
            true},
      Suite{"measured",
            "our CUDA kernels, measured on GPUs: times, and speedups between variants of one shape",
            [](const SuiteOptions& options) {
              return runMeasuredSuite(validationFolder() / "suites" / "measured.yaml", options);
            },
            true},
      Suite{"thirdparty",
            "PyTorch's attention and FlexAttention, measured on GPUs: times and speedups",
            [](const SuiteOptions& options) {
              return runMeasuredSuite(validationFolder() / "suites" / "thirdparty.yaml", options);
            },
            true},
      Suite{"headlines",
            "published speedups of attention mechanisms on GPUs, of baseline and variant both "
            "simulated",
            [](const SuiteOptions& options) {
              return runKernelSuite(validationFolder() / "suites" / "headlines.yaml", options);
            },
            true},
      Suite{"offload",
            "clusters: distributed attention and attention offloading against published numbers",
            [](const SuiteOptions& options) { return offload::runOffloadSuite(options); }},
  };
  return kSuites;
}

core::Expected<const Suite*> findSuite(const std::string& name) {
  std::vector<std::string> known;
  for (const auto& suite : suites()) {
    if (suite.name == name) {
      return &suite;
    }
    known.push_back(suite.name);
  }
  return core::failure(
      {{{}, fmt::format("there is no suite '{}'", name), core::suggestion(name, known)}});
}

std::filesystem::path validationFolder() {
  return config::catalogueRoot() / "validation";
}

} // namespace einsight::validation
