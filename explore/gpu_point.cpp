#include "explore/gpu_point.hpp"

#include "config/catalogue.hpp"
#include "config/node.hpp"
#include "mappings/catalogue.hpp"
#include "workloads/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::explore {
namespace {

namespace gpu = mappings::gpu;

template <class T>
void collect(const core::Expected<T>& result, core::Problems& problems) {
  if (!result) {
    problems.insert(problems.end(), result.error().begin(), result.error().end());
  }
}

struct Inputs {
  einsum::Cascade cascade;
  arch::Gpu device;
};

core::Expected<Inputs> load(const PointRequest& request) {
  auto problems = request.mistakes;
  auto cascade = workloads::load(request.workload, request.workloadSettings);
  auto device = arch::loadGpu(request.machine, request.machineSettings);
  collect(cascade, problems);
  collect(device, problems);
  if (!request.mapping.empty()) {
    collect(mappings::find(request.mapping), problems);
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return Inputs{std::move(*cascade), std::move(*device)};
}

/// The mapping's wishes for the workload's own tile sizes, under what the user asked for.
core::Expected<einsum::Cascade> withParameters(const PointRequest& request, const Inputs& inputs,
                                               const gpu::Mapping& mapping) {
  auto settings = gpu::workloadParameters(mapping, inputs.cascade, inputs.device);
  if (!settings) {
    return core::failure(std::move(settings.error()));
  }
  for (const auto& [name, value] : request.workloadSettings) {
    (*settings)[name] = value;
  }
  return workloads::load(request.workload, *settings);
}

core::Expected<GpuPoint> prepareWith(const PointRequest& request, const Inputs& inputs,
                                     const std::string& name, const gpu::ReplaceTrips& replace) {
  const auto file = mappings::find(name);
  if (!file) {
    return core::failure(file.error());
  }
  const std::vector<std::filesystem::path> folders{config::catalogueRoot() / "mappings"};
  const auto read = [&](const einsum::Cascade& cascade) {
    return gpu::readMapping(*file, cascade, inputs.device, request.mappingSettings, folders);
  };
  const auto first = read(inputs.cascade);
  if (!first) {
    return core::failure(first.error());
  }
  auto cascade = withParameters(request, inputs, *first);
  if (!cascade) {
    return core::failure(std::move(cascade.error()));
  }
  auto mapping = read(*cascade);
  if (!mapping) {
    return core::failure(std::move(mapping.error()));
  }
  auto chain = gpu::plan(*mapping, *cascade, inputs.device, replace);
  if (!chain) {
    return core::failure(std::move(chain.error()));
  }
  return GpuPoint{std::move(*cascade), inputs.device, std::move(*mapping), std::move(*chain)};
}

/// The catalogue's mappings of kind gpu, the best first (key `preference`).
std::vector<std::string> candidates() {
  const auto folder = config::catalogueRoot() / "mappings";
  std::vector<std::pair<std::string, std::string>> ranked;
  for (const auto& entry : mappings::list()) {
    const auto file = mappings::find(entry.name);
    const auto root = file ? config::load(*file, {folder}) : core::failure({});
    const auto* kind = root ? root->find("kind") : nullptr;
    const bool neighborhood = root && root->find("neighborhood") != nullptr; // asks for its tiles
    if (kind != nullptr && kind->scalar == "gpu" && !neighborhood) {
      const auto* preference = root->find("preference");
      ranked.emplace_back(preference == nullptr ? "~" : preference->scalar, entry.name);
    }
  }
  std::sort(ranked.begin(), ranked.end());
  std::vector<std::string> names;
  for (auto& [rank, name] : ranked) {
    names.push_back(std::move(name));
  }
  return names;
}

core::Expected<GpuPoint> prepareDefault(const PointRequest& request, const Inputs& inputs,
                                        const gpu::ReplaceTrips& replace) {
  const auto names = candidates();
  core::Problems reasons;
  for (const auto& name : names) {
    auto point = prepareWith(request, inputs, name, replace);
    if (point) {
      point->notes.push_back(
          fmt::format("mapping {} chosen from the catalogue; -m gives another", name));
      return point;
    }
    reasons.insert(reasons.end(), point.error().begin(), point.error().end());
  }
  if (names.empty()) {
    reasons.push_back({{inputs.cascade.file(), 1, 1, inputs.cascade.name()},
                       "no mapping of the catalogue runs this workload on a GPU",
                       "give one with -m; docs/mappings-gpu.md shows how to write it"});
  }
  return core::failure(std::move(reasons));
}

} // namespace

core::Expected<GpuPoint> prepareGpu(const PointRequest& request, const gpu::ReplaceTrips& replace) {
  const auto inputs = load(request);
  if (!inputs) {
    return core::failure(inputs.error());
  }
  return request.mapping.empty() ? prepareDefault(request, *inputs, replace)
                                 : prepareWith(request, *inputs, request.mapping, replace);
}

} // namespace einsight::explore
