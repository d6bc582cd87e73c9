#include "validation/offload/distributed_runs.hpp"

#include "arch/catalogue.hpp"
#include "explore/gpu/point.hpp"
#include "results/waveform.hpp"

#include <fmt/format.h>

namespace einsight::validation::offload {
namespace {

/// When a device starts its pieces of attention.
class AttendStarts : public results::Waveform {
public:
  AttendStarts(std::string device, double ticksPerSecond)
      : device_(std::move(device)), ticksPerSecond_(ticksPerSecond) {}
  int declare(const std::vector<std::string>& scopes, const std::string& name,
              Kind /*kind*/) override {
    if (scopes == std::vector<std::string>{device_} && name == "task") {
      signal_ = next_;
    }
    return next_++;
  }
  void change(std::int64_t /*tick*/, int /*signal*/, double /*value*/) override {}
  void change(std::int64_t tick, int signal, const std::string& value) override {
    if (signal == signal_ && value == "attend") {
      starts_.push_back(static_cast<double>(tick) / ticksPerSecond_);
    }
  }
  [[nodiscard]] bool open() const override { return true; }
  /// From the start of a step to that of the next; null when there are not so many.
  [[nodiscard]] std::optional<double> step(std::int64_t number) const {
    const auto at = static_cast<std::size_t>(number);
    return at + 1 < starts_.size() ? std::optional(starts_[at + 1] - starts_[at]) : std::nullopt;
  }

private:
  std::string device_;
  double ticksPerSecond_;
  int signal_ = -1, next_ = 0;
  std::vector<double> starts_;
};

core::Expected<double> stepOf(const explore::ClusterPoint& point, std::int64_t step) {
  const auto ticks = static_cast<double>(point.schedule.ticksPerCycle) *
                     static_cast<double>(mappings::cluster::kClusterHertz);
  AttendStarts starts(point.cluster.deviceName(point.plan.devices.front()), ticks);
  explore::RunOptions options;
  options.waveform = &starts;
  if (const auto result = explore::run(point, options); !result) {
    return core::failure(result.error());
  }
  const auto seconds = starts.step(step);
  if (!seconds) {
    return core::failure(
        {{{}, fmt::format("the run has no step {} with another one after it", step), {}}});
  }
  return *seconds;
}

core::Expected<explore::PointRequest> requestOf(const DistributedRun& run) {
  explore::PointRequest request;
  request.workload = run.workload;
  request.machine = run.machine;
  request.mapping = run.mapping;
  for (const auto& [name, expression] : run.set) {
    const auto value = expression.evaluate([](std::string_view) { return std::nullopt; });
    if (!value) {
      return core::failure({{{}, fmt::format("{}: {}", expression.text(), value.error()), {}}});
    }
    if (name.starts_with("arch.")) {
      request.machineSettings[name.substr(5)] = *value;
    } else if (name.starts_with("mapping.")) {
      request.mappingSettings[name.substr(8)] = *value;
    } else {
      request.workloadSettings[name] = *value;
    }
  }
  return request;
}

} // namespace

core::Expected<double> DistributedRuns::seconds(const std::string& name) {
  auto known = known_.find(name);
  if (known == known_.end()) {
    known = known_.emplace(name, simulate(spec_.runs.at(name))).first;
  }
  return known->second;
}

core::Expected<double> DistributedRuns::simulate(const DistributedRun& run) {
  const auto request = requestOf(run);
  if (!request) {
    return core::failure(request.error());
  }
  const auto kind = arch::kindOf(run.machine);
  if (kind && *kind == "gpu") {
    return explore::prepareGpu(*request).and_then(
        [](const explore::GpuPoint& point) { return explore::secondsOf(point); });
  }
  return explore::prepareCluster(*request, times_).and_then([&](const auto& point) {
    return run.step ? stepOf(point, *run.step) : explore::secondsOf(point);
  });
}

} // namespace einsight::validation::offload
