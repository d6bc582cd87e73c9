#include "mappings/cluster/plan.hpp"

#include "core/format.hpp"
#include "mappings/cluster/planner.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::mappings::cluster {
namespace {

constexpr std::string_view kOperands = "fp16";

/// Operations per second that the matrix instructions sustain on 16-bit operands, at the best.
double sustainedFlops(const arch::Gpu& gpu) {
  double best = 0;
  for (const auto& rate : gpu.data().tensor) {
    if (rate.type == kOperands) {
      best =
          std::max(best, 2 * rate.maccsPerCycle * rate.efficiency *
                             static_cast<double>(gpu.data().sms) * gpu.data().clock.maximumHertz);
    }
  }
  return best;
}

double memorySeconds(double read, double write, const arch::DeviceGroup& device) {
  if (const auto* gpu = device.gpu()) {
    const auto& dram = gpu->data().dram;
    return (read / dram.efficiency + write / dram.writeEfficiency) / dram.bytesPerSecond;
  }
  return (read + write) / device.cpu()->scanBytesPerSecond();
}

double launchSeconds(const arch::DeviceGroup& device) {
  return device.gpu() != nullptr ? device.gpu()->data().launch.kernelSeconds : 0;
}

/// Bytes that a step holds beside what lies on a device all the time: buffers for what comes, and
/// sums that are wider than results.
double heldBy(const Step& step, const Layout& layout) {
  double held = 0;
  for (const auto& tensor : step.tensors) {
    const auto devices = static_cast<double>(layout.axes().at(step.over));
    held += layout.bytes(tensor) * (step.kind == Step::Kind::AllGather ? devices : 1);
  }
  for (const auto& tensor : step.carries) {
    held += 2 * layout.bytes(tensor);
  }
  for (const auto& merge : step.merges) {
    held += layout.elements(merge.tensor) * std::max(merge.first.write, merge.each.write);
  }
  return held;
}

double residentBytes(const Mapping& mapping, const einsum::Cascade& cascade, const Layout& layout) {
  double lasting = 0;
  for (const auto& tensor : cascade.tensors()) {
    lasting += tensor.input || tensor.result ? layout.kept(tensor.name) : 0;
  }
  for (const auto& tensor : mapping.resident) {
    lasting += layout.kept(tensor);
  }
  double held = 0;
  for (const auto& step : mapping.program) {
    held = std::max(held, heldBy(step, layout));
  }
  return lasting + held;
}

} // namespace

double secondsOf(const Pass& pass, double elements, const arch::DeviceGroup& device) {
  return memorySeconds(pass.read * elements, pass.write * elements, device) +
         static_cast<double>(pass.kernels) * launchSeconds(device);
}

double secondsOf(double flops, double read, double write, const arch::DeviceGroup& device) {
  const double rate =
      device.gpu() != nullptr ? sustainedFlops(*device.gpu()) : device.cpu()->peakFlops();
  return std::max(flops / rate, memorySeconds(read, write, device)) + launchSeconds(device);
}

core::Expected<Plan> plan(const Mapping& mapping, const einsum::Cascade& cascade,
                          const arch::Cluster& cluster, const CostOf& costOf) {
  core::Problems problems;
  const Layout layout(mapping, cascade, cluster, problems);
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  Plan plan;
  plan.devices = layout.devices();
  plan.axes = layout.axes();
  plan.residentBytes = residentBytes(mapping, cascade, layout);
  const auto memory = static_cast<double>(layout.group().memoryBytes());
  if (plan.residentBytes > memory) {
    problems.push_back(
        {mapping.where,
         fmt::format("a device would hold {}, '{}' has {}: {} are missing",
                     core::formatBytes(plan.residentBytes), layout.group().machine,
                     core::formatBytes(memory), core::formatBytes(plan.residentBytes - memory)),
         "more devices, or a smaller workload"});
  }
  Planner planner(mapping, layout, cluster, costOf, problems);
  if (problems.empty()) {
    planner.run();
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  plan.graph = planner.takeGraph();
  return plan;
}

} // namespace einsight::mappings::cluster
