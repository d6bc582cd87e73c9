#pragma once
#include "mappings/gpu/kernel_plan.hpp"
#include "mappings/gpu/plan.hpp"

#include <string>

namespace einsight::mappings::gpu::test {

/// A workload on a GPU, by name, with settings.
struct Setting {
  std::string workload = "attention";
  std::string gpu = "h100";
  core::Settings workloadSettings{}, mappingSettings{}, gpuSettings{};
};

/// A mapping with what it was read for: the cascade has the parameters that the mapping sets.
struct Reading {
  Mapping mapping;
  einsum::Cascade cascade;
  arch::Gpu gpu;
};

/// The mapping of that name or file, or of the text after `version: 1`.
core::Expected<Reading> readingOf(const std::string& nameOrFile, const Setting& setting = {});
core::Expected<Reading> readingOfText(const std::string& text, const Setting& setting = {});

/// The value, or a test failure with the problems as the user sees them.
Reading valid(core::Expected<Reading> reading);
sim::gpu::Chain chainOf(const core::Expected<Reading>& reading);
std::vector<KernelPlan> plansOf(const Reading& reading);

/// The problems of reading or planning as the user sees them with bare file names, without the
/// line in catalogue files; or "no problem".
std::string messages(const core::Expected<Reading>& reading);

/// Iterations, partly masked ones and CTAs of a kernel, over all its CTAs.
struct Sums {
  std::int64_t iterations = 0, masked = 0, ctas = 0;
};
Sums sumsOf(const sim::gpu::Kernel& kernel);

} // namespace einsight::mappings::gpu::test
