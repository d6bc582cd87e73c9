#include "validation/kernels/runs.hpp"

#include "arch/gpu/gpu.hpp"
#include "explore/gpu/point.hpp"
#include "validation/pattern.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace einsight::validation {
namespace {

using Seconds = tl::expected<double, std::string>;

tl::expected<core::Settings, std::string> settingsOf(const Expressions& expressions,
                                                     const KernelShape& shape) {
  core::Settings settings;
  for (const auto& [name, expression] : expressions) {
    const auto value = valueOf(expression, shape);
    if (!value) {
      return tl::unexpected(value.error());
    }
    settings[name] = *value;
  }
  return settings;
}

std::string keyOf(const explore::PointRequest& point) {
  auto key = fmt::format("{}|{}|{}", point.workload, point.machine, point.mapping);
  for (const auto* settings :
       {&point.workloadSettings, &point.machineSettings, &point.mappingSettings}) {
    key += '|';
    for (const auto& [name, value] : *settings) {
      key += fmt::format("{}={} ", name, value.toString());
    }
  }
  return key;
}

std::string sentenceOf(const core::Problems& problems) {
  const auto& problem = problems.front();
  return (problem.where.path.empty() ? "" : problem.where.path + ": ") + problem.what;
}

} // namespace

Seconds KernelRuns::simulate(const KernelSystem& system, const std::string& machine,
                             const Request& request) {
  const auto& shape = request.shape;
  auto workload =
      settingsOf(system.parameters.empty() ? spec_.systems.parameters : system.parameters, shape);
  auto sizes = settingsOf(system.mappingSettings, shape);
  auto settings = settingsOf(request.machine, shape);
  for (const auto* each : {&workload, &sizes, &settings}) {
    if (!*each) {
      return tl::unexpected(each->error());
    }
  }
  for (const auto& [name, value] : machine_) {
    (*settings)[name] = value;
  }
  const explore::PointRequest asked{system.workload, machine,   system.mapping,
                                    *workload,       *settings, *sizes};
  auto key = keyOf(asked);
  if (const auto found = known_.find(key); found != known_.end() && !request.trips) {
    return found->second;
  }
  const auto run = [&]() -> Seconds {
    const auto point = explore::prepareGpu(asked, request.trips);
    if (!point) {
      return tl::unexpected(sentenceOf(point.error()));
    }
    const auto seconds = explore::secondsOf(*point, engine_);
    return seconds ? Seconds(*seconds) : tl::unexpected(sentenceOf(seconds.error()));
  };
  return request.trips ? run() : known_.emplace(std::move(key), run()).first->second;
}

tl::expected<const KernelSystem*, std::string> KernelRuns::systemOf(const Request& request,
                                                                    const std::string& pass) const {
  for (const auto* system :
       spec_.systems.find(request.system, pass, request.mask, request.hardware)) {
    if (!system->when) {
      return system;
    }
    const auto holds = valueOf(*system->when, request.shape);
    if (!holds) {
      return tl::unexpected(holds.error());
    }
    if (*holds != core::Rational(0)) {
      return system;
    }
  }
  return tl::unexpected(
      fmt::format("no {} pass of '{}'{} is described for this shape (systems.yaml)", pass,
                  request.system, request.mask.empty() ? "" : " with mask " + request.mask));
}

Seconds KernelRuns::seconds(const Request& request) {
  const auto machine = spec_.systems.machineOf(request.hardware);
  if (!machine) {
    return tl::unexpected(
        fmt::format("no machine of ours is '{}' (systems.yaml)", request.hardware));
  }
  double sum = 0;
  for (const auto& pass : request.passes) {
    const auto system = systemOf(request, pass);
    if (!system) {
      return tl::unexpected(system.error());
    }
    auto seconds = simulate(**system, *machine, request);
    if (!seconds) {
      return seconds;
    }
    sum += (*system)->times * *seconds;
  }
  return sum;
}

Seconds KernelRuns::flops(const Request& request) const {
  const auto forward = valueOf(spec_.flops, request.shape);
  if (!forward) {
    return tl::unexpected(forward.error());
  }
  double factor = 0;
  for (const auto& pass : request.passes) {
    const auto found = spec_.passes.find(pass);
    factor += found == spec_.passes.end() ? 1 : found->second;
  }
  const auto mask = std::find_if(spec_.masks.begin(), spec_.masks.end(), [&](const auto& each) {
    return matches(request.mask, each.first);
  });
  return forward->toDouble() * factor * (mask == spec_.masks.end() ? 1 : mask->second);
}

core::Problems notSettable(const KernelSpec& spec, const std::vector<KernelRow>& rows,
                           const core::Settings& settings) {
  std::set<std::string> machines;
  for (const auto& row : rows) {
    if (const auto machine = spec.systems.machineOf(row.hardware); machine) {
      machines.insert(*machine);
    }
  }
  core::Problems out;
  for (const auto& setting : settings) {
    core::Problems refusal;
    bool taken = machines.empty();
    for (const auto& machine : machines) {
      const auto gpu = arch::loadGpu(machine, {setting});
      taken = taken || gpu;
      refusal = gpu || !refusal.empty() ? refusal : gpu.error();
    }
    if (!taken) {
      out.insert(out.end(), refusal.begin(), refusal.end());
    }
  }
  return out;
}

} // namespace einsight::validation
