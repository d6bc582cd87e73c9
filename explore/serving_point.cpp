#include "explore/serving_point.hpp"

#include "arch/catalogue.hpp"
#include "config/catalogue.hpp"
#include "config/reader.hpp"
#include "core/text.hpp"
#include "explore/preference.hpp"
#include "explore/request_parts.hpp"
#include "explore/serving_load.hpp"
#include "explore/serving_pass.hpp"
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
  return clusterAsWritten(request).and_then([&](const arch::Cluster& cluster) {
    auto data = cluster.data();
    for (auto& group : data.groups) {
      if (const auto price = prices.find(group.machine); price != prices.end()) {
        group.dollarsPerHour = price->second;
        data.dollarsPerHour.reset(); // the sum of the devices
      }
    }
    return arch::check(std::move(data));
  });
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

} // namespace

bool isServing(const PointRequest& request, std::string_view machineKind) {
  if (machineKind != "cluster" && (machineKind != "gpu" || request.mapping.empty())) {
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
  for (const auto& name : byPreference("serving")) {
    auto point = readNamed(name, request.mappingSettings).and_then([&](const auto& candidate) {
      return assemble(*model, shared, candidate, *load);
    });
    if (point) {
      point->notes.push_back(
          fmt::format("mapping {} chosen from the catalogue; -m gives another", name));
      return point;
    }
    problems.insert(problems.end(), point.error().begin(), point.error().end());
  }
  return core::failure(std::move(problems));
}

} // namespace einsight::explore
