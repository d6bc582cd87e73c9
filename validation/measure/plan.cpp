#include "validation/measure/plan.hpp"

#include "arch/gpu/gpu.hpp"
#include "validation/cuda/timing_plan.hpp"
#include "validation/measure/measure.hpp"
#include "validation/measure/suites.hpp"
#include "validation/measured/runs.hpp"
#include "validation/suite.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

namespace einsight::validation {
namespace {

constexpr const char* kMicro = "micro";
constexpr double kMicroseconds = 1e6;

cuda::GpuFacts factsOf(const arch::Gpu& gpu, const std::string& device) {
  const auto& data = gpu.data();
  cuda::GpuFacts facts;
  facts.name = device;
  facts.major = data.architecture == "hopper" ? 9 : data.architecture == "blackwell" ? 10 : 8;
  facts.multiprocessors = static_cast<int>(data.sms);
  facts.memoryBytes = static_cast<double>(data.dram.bytes);
  facts.l2Bytes = static_cast<double>(data.l2.bytes);
  return facts;
}

/// A name by which systems.yaml knows a machine.
core::Expected<std::string> deviceOf(const KernelSystems& systems, const std::string& machine) {
  for (const auto& [pattern, name] : systems.hardware) {
    if (name == machine) {
      auto device = pattern;
      std::erase(device, '*');
      return device;
    }
  }
  return core::failure({{{},
                         fmt::format("no device that can be measured is machine '{}'", machine),
                         "validation/systems.yaml names those that are"}});
}

/// At the rates that the machine's file states: microbenchmarks come close to them.
double secondsOf(const cuda::MicroCase& micro, const arch::Gpu& gpu) {
  const auto& data = gpu.data();
  const double lanes = static_cast<double>(data.sms * data.lanes) * data.clock.maximumHertz;
  double seconds = data.launch.kernelSeconds;
  seconds += micro.flops / std::max(1.0, gpu.peakFlops("bf16"));
  seconds += micro.bytes / data.dram.bytesPerSecond;
  seconds += micro.operations / lanes;
  return seconds +
         micro.loads * (data.l2.latencyCycles / data.clock.maximumHertz + data.dram.latencySeconds);
}

/// The whole time of a case whose run takes so long on inputs and outputs of so many bytes.
double totalOf(double once, double bytes, const arch::Gpu& gpu) {
  const auto& data = gpu.data();
  const double sets = cuda::inputSetCount(std::max(1.0, bytes), static_cast<double>(data.l2.bytes));
  const double filling = kWritesOfInputs * sets * bytes / data.dram.bytesPerSecond;
  return cuda::timedUs(std::max(1.0, once * kMicroseconds)) / kMicroseconds + filling +
         kHostSecondsPerCase;
}

/// The rows that a file of these cases would have.
core::Expected<MeasuredFile> rowsOf(const std::vector<Measured>& cases,
                                    const cuda::GpuFacts& facts) {
  MeasureFile file({}, {facts, {}, {}, {}});
  for (auto record : cases) {
    record.timing = cuda::Timing{{1}, "planned", {}};
    file.add(record);
  }
  std::istringstream text(file.text());
  return readMeasured(text, "the plan");
}

std::vector<Measured> kernelCases(const std::vector<std::string>& suites,
                                  const cuda::GpuFacts& facts) {
  std::vector<Measured> cases;
  for (const auto& suite : kernelSuites()) {
    for (const auto& which : suite.cases) {
      const bool exists = which.kind != cuda::KernelKind::FusedSm90 || facts.major == 9;
      if (isAsked(suites, suite.name) && exists) {
        cases.push_back(recordOf(suite.name, which, cuda::fusedTile(which.kind, which.headDim)));
      }
    }
  }
  return cases;
}

} // namespace

double MeasurePlan::seconds() const {
  double sum = 0;
  for (const auto& planned : cases) {
    sum += planned.total;
  }
  return sum;
}

core::Expected<MeasurePlan> planMeasure(const std::vector<std::string>& suites,
                                        const std::string& machine, const std::string& engine,
                                        const std::function<bool(double)>& progress) {
  const auto spec = readMeasuredSpec(validationFolder() / "suites" / "measured.yaml");
  const auto gpu = arch::loadGpu(machine);
  if (!spec || !gpu) {
    return core::failure(spec ? gpu.error() : spec.error());
  }
  const auto device = deviceOf(spec->kernels.systems, gpu->name());
  if (!device) {
    return core::failure(device.error());
  }
  const auto facts = factsOf(*gpu, *device);
  MeasurePlan plan;
  plan.machine = gpu->name();
  if (isAsked(suites, kMicro)) {
    for (const auto& micro : cuda::microCasesOf(facts)) {
      const double once = secondsOf(micro, *gpu);
      plan.cases.push_back({micro.id, kMicro, once, totalOf(once, micro.bytes, *gpu), {}});
    }
  }
  const auto cases = kernelCases(suites, facts);
  const auto rows = rowsOf(cases, facts);
  if (!rows) {
    return core::failure(rows.error());
  }
  MeasuredRuns runs(*spec, *device, {}, engine);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    PlannedCase planned{cases[i].id, cases[i].suite, 0, 0, {}};
    if (const auto seconds = runs.seconds(rows->rows[i])) {
      planned.once = *seconds;
      planned.total = totalOf(*seconds, cases[i].bytes, *gpu);
    } else {
      planned.reason = seconds.error();
    }
    plan.cases.push_back(std::move(planned));
    if (progress && !progress(static_cast<double>(i + 1) / static_cast<double>(cases.size()))) {
      return core::failure({{{}, "stopped", {}}});
    }
  }
  return plan;
}

} // namespace einsight::validation
