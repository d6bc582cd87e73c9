#include "gpu_text.hpp"

#include "config/catalogue.hpp"
#include "mappings/catalogue.hpp"
#include "workloads/catalogue.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <fstream>
#include <unistd.h>

namespace einsight::mappings::gpu::test {
namespace {

core::Expected<Reading> readingOfFile(const std::filesystem::path& file, const Setting& setting) {
  auto gpu = arch::loadGpu(setting.gpu, setting.gpuSettings);
  auto cascade = workloads::load(setting.workload, setting.workloadSettings);
  if (!gpu || !cascade) {
    FAIL((gpu ? "" : core::render(gpu.error())) << (cascade ? "" : core::render(cascade.error())));
  }
  const auto read = [&] {
    return readMapping(file, *cascade, *gpu, setting.mappingSettings,
                       {config::catalogueRoot() / "mappings"});
  };
  const auto first = read();
  if (!first) {
    return core::failure(first.error());
  }
  auto settings = workloadParameters(*first, *cascade, *gpu);
  if (!settings) {
    return core::failure(settings.error());
  }
  for (const auto& [name, value] : setting.workloadSettings) {
    (*settings)[name] = value;
  }
  cascade = workloads::load(setting.workload, *settings);
  if (!cascade) {
    return core::failure(cascade.error());
  }
  auto mapping = read();
  if (!mapping) {
    return core::failure(mapping.error());
  }
  return Reading{std::move(*mapping), std::move(*cascade), std::move(*gpu)};
}

std::string withBareNames(core::Problems problems) {
  const auto catalogue = config::catalogueRoot().string();
  for (auto& problem : problems) {
    if (problem.where.file.find(catalogue) == 0) {
      problem.where.line = 0;
    }
    problem.where.file = std::filesystem::path(problem.where.file).filename().string();
  }
  return core::render(std::move(problems));
}

} // namespace

core::Expected<Reading> readingOf(const std::string& nameOrFile, const Setting& setting) {
  const auto file = mappings::find(nameOrFile);
  if (!file) {
    return core::failure(file.error());
  }
  return readingOfFile(*file, setting);
}

core::Expected<Reading> readingOfText(const std::string& text, const Setting& setting) {
  const auto folder =
      std::filesystem::temp_directory_path() / fmt::format("einsight-gpu-{}", getpid());
  std::filesystem::create_directories(folder);
  const auto file = folder / "mapping.yaml";
  std::ofstream(file) << "version: 1\n" << text;
  auto out = readingOfFile(file, setting);
  std::filesystem::remove_all(folder);
  return out;
}

Reading valid(core::Expected<Reading> reading) {
  if (!reading) {
    FAIL(core::render(reading.error()));
  }
  return std::move(*reading);
}

sim::gpu::Chain chainOf(const core::Expected<Reading>& reading) {
  const auto known = valid(reading);
  auto chain = plan(known.mapping, known.cascade, known.gpu);
  if (!chain) {
    FAIL(core::render(chain.error()));
  }
  return std::move(*chain);
}

std::vector<KernelPlan> plansOf(const Reading& reading) {
  auto plans = resolve(reading.mapping, reading.cascade, reading.gpu);
  if (!plans) {
    FAIL(core::render(plans.error()));
  }
  return std::move(*plans);
}

std::string messages(const core::Expected<Reading>& reading) {
  if (!reading) {
    return withBareNames(reading.error());
  }
  const auto chain = plan(reading->mapping, reading->cascade, reading->gpu);
  return chain ? "no problem" : withBareNames(chain.error());
}

Sums sumsOf(const sim::gpu::Kernel& kernel) {
  Sums out;
  for (const auto kind : kernel.order) {
    out.iterations += kernel.kinds[static_cast<std::size_t>(kind)].iterations;
    out.masked += kernel.kinds[static_cast<std::size_t>(kind)].masked;
    ++out.ctas;
  }
  return out;
}

} // namespace einsight::mappings::gpu::test
