#include "explore/serving/point.hpp"

#include "arch/catalogue.hpp"
#include "config/catalogue.hpp"
#include "config/reader.hpp"
#include "core/text.hpp"
#include "explore/preference.hpp"
#include "explore/request_parts.hpp"
#include "explore/serving/load.hpp"
#include "explore/serving/pass.hpp"
#include "mappings/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace einsight::explore {
namespace {

namespace serving = mappings::serving;

std::vector<std::filesystem::path> mappingFolders() {
  return {config::catalogueRoot() / "mappings"};
}

core::Expected<serving::Mapping> readNamed(const std::string& name,
                                           const core::Settings& settings) {
  return mappings::find(name).and_then([&](const std::filesystem::path& file) {
    return serving::readMapping(file, settings, mappingFolders());
  });
}

/// The machine; a GPU by itself is a cluster of one.
core::Expected<arch::Cluster> clusterAsWritten(const PointRequest& request) {
  const auto kind = arch::kindOf(request.machine);
  if (!kind || *kind != "gpu") {
    return arch::loadCluster(request.machine, request.machineSettings);
  }
  return arch::loadGpu(request.machine, request.machineSettings).and_then([](arch::Gpu gpu) {
    const auto facts = gpu.data();
    arch::Cluster::Data data;
    data.name = facts.name;
    data.summary = facts.summary;
    data.source = facts.source;
    data.file = facts.file;
    data.files = facts.files;
    data.groups.push_back({"gpu", facts.name, 1, std::move(gpu), facts.dollarsPerHour});
    return arch::check(std::move(data));
  });
}

core::Expected<arch::Cluster> clusterOf(const PointRequest& request, const Prices& prices) {
  return clusterAsWritten(request).and_then(
      [&](const arch::Cluster& cluster) { return priced(cluster, prices); });
}

core::Expected<ServingPoint> assemble(const workloads::Transformer& model,
                                      const std::shared_ptr<const arch::Cluster>& cluster,
                                      const serving::Mapping& mapping, const Load& load) {
  auto plan = planServing(model, *cluster, mapping);
  if (!plan) {
    return core::failure(std::move(plan.error()));
  }
  ServingPoint point{model, cluster, mapping, load, std::move(*plan), {}};
  if (const auto* trace = std::get_if<workloads::Trace>(&load)) {
    point.plan.rules.sharedPrefix = trace->sharedPrefix;
  }
  if (auto fits = checkLoad(point); !fits) {
    return core::failure(std::move(fits.error()));
  }
  sim::serving::Shape one; // the devices can do what every iteration asks for
  one.requests = 1;
  one.tokens = 1;
  if (auto pass = passOf(point, one); !pass) {
    return core::failure(std::move(pass.error()));
  }
  return point;
}

/// Why no mapping of the catalogue is for a cluster.
core::Problems noMapping(const arch::Cluster& cluster) {
  std::string groups;
  for (const auto& group : cluster.data().groups) {
    groups += (groups.empty() ? "" : ", ") + group.name;
  }
  return {{{cluster.data().file, 0, 0, "devices"},
           fmt::format("no mapping of the catalogue is for devices named {}", groups),
           "give -m a mapping that extends one of these and names them: docs/serving.md"}};
}

/// Under the first mapping of the catalogue that can be done. Else the first whose devices are
/// there says why it cannot.
core::Expected<ServingPoint> assembleDefault(const PointRequest& request,
                                             const workloads::Transformer& model,
                                             const std::shared_ptr<const arch::Cluster>& cluster,
                                             const Load& load) {
  std::optional<core::Problems> problems;
  for (const auto& name : byPreference("serving")) {
    const auto written = readNamed(name, {});
    if (!written || !hasDevices(model, *cluster, *written)) {
      continue;
    }
    auto point = readNamed(name, request.mappingSettings).and_then([&](const auto& candidate) {
      return assemble(model, cluster, candidate, load);
    });
    if (point) {
      point->notes.push_back(
          fmt::format("mapping {} chosen from the catalogue; -m gives another", name));
      return point;
    }
    problems = problems.value_or(point.error());
  }
  return core::failure(problems.value_or(noMapping(*cluster)));
}

} // namespace

bool isServing(const PointRequest& request, std::string_view machineKind) {
  const bool gpu = machineKind == "gpu" && (!request.mapping.empty() || hasLoad(request));
  if (machineKind != "cluster" && !gpu) {
    return false;
  }
  if (!workloads::isTransformer(request.workload)) {
    return false;
  }
  if (request.mapping.empty()) {
    return true;
  }
  const auto kind = mappings::find(request.mapping).and_then(mappings::kindOf);
  return kind && *kind == "serving";
}

core::Expected<ServingPoint> prepareServing(const PointRequest& request, const Prices& prices) {
  auto problems = request.mistakes;
  const auto model = workloads::loadTransformer(request.workload);
  auto cluster = clusterOf(request, prices);
  collect(model, problems);
  collect(cluster, problems);
  const auto load = readLoad(request);
  collect(load, problems);
  auto mapping = request.mapping.empty() ? core::Expected<serving::Mapping>(serving::Mapping{})
                                         : readNamed(request.mapping, request.mappingSettings);
  collect(mapping, problems);
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  const auto shared = std::make_shared<const arch::Cluster>(std::move(*cluster));
  if (!request.mapping.empty()) {
    return assemble(*model, shared, *mapping, *load);
  }
  return assembleDefault(request, *model, shared, *load);
}

} // namespace einsight::explore
