#include "config/catalogue.hpp"
#include "explore/gpu/limits.hpp"
#include "explore/gpu/point.hpp"
#include "explore/roofs.hpp"
#include "sim/gpu/solver.hpp"

#include <fmt/format.h>

#include <array>

namespace einsight::explore {
namespace {

namespace sim = einsight::sim::gpu;

constexpr std::array<std::string_view, 5> kUnits{"tensor_core", "lanes", "special_functions", "l2",
                                                 "dram"};

core::Expected<sim::Totals> simulate(const GpuPoint& point, sim::Solver& solver,
                                     const sim::Device& device, const std::string& engine,
                                     const sim::Options& options = {}) {
  if (engine == "analytic") {
    return sim::analytic(point.chain, device);
  }
  if (engine == "cycle") {
    return solver.cycle(device, options);
  }
  return core::failure(
      {{{{}, 0, 0, "--engine"},
        fmt::format("engine {} simulates spatial arrays; '{}' is a GPU", engine, point.gpu.name()),
        "--engine cycle or --engine analytic"}});
}

std::int64_t whole(double value) {
  return std::llround(value);
}

results::Occupancy occupancyOf(const sim::Kernel& kernel, const sim::KernelTotals& totals) {
  return {sim::ctaCount(kernel), kernel.residents, kernel.threads, kernel.registersPerThread,
          kernel.sharedBytes,    kernel.limitedBy, totals.waves};
}

double shareOf(const sim::KernelTotals& totals, const std::string& unit) {
  const auto found = totals.units.find(unit);
  return found == totals.units.end() || totals.seconds <= 0
             ? 0
             : found->second.busySeconds / totals.seconds;
}

void addKernels(const GpuPoint& point, const sim::Totals& totals, results::Result& result) {
  for (std::size_t k = 0; k < totals.kernels.size(); ++k) {
    const auto& kernel = totals.kernels[k];
    results::KernelUse use;
    use.name = kernel.name;
    use.seconds = kernel.seconds;
    use.launchSeconds = kernel.launchSeconds;
    use.cycles = kernel.seconds * kernel.hertz;
    use.hertz = kernel.hertz;
    use.tailShare = kernel.tailShare;
    use.maskShare = kernel.maskShare;
    use.tensorUtilization = shareOf(kernel, "tensor_core");
    use.lanesUtilization = shareOf(kernel, "lanes");
    use.l2ReadBytes = kernel.l2ReadBytes;
    use.dramReadBytes = kernel.dramReadBytes;
    use.dramWriteBytes = kernel.dramWriteBytes;
    use.occupancy = occupancyOf(point.chain.kernels[k], kernel);
    result.kernels.push_back(std::move(use));
  }
}

/// Units in cycles of the clock that each kernel ran with.
void addUnits(const sim::Totals& totals, results::Result& result) {
  for (const auto unit : kUnits) {
    const bool used = std::any_of(
        totals.kernels.begin(), totals.kernels.end(),
        [&](const sim::KernelTotals& kernel) { return kernel.units.contains(std::string(unit)); });
    if (!used) {
      continue;
    }
    results::UnitUse use;
    use.name = unit;
    for (const auto& kernel : totals.kernels) {
      const auto found = kernel.units.find(use.name);
      if (found == kernel.units.end()) {
        use.stalls.idle += kernel.seconds * kernel.hertz;
        continue;
      }
      const auto& part = found->second;
      use.busyCycles += part.busySeconds * kernel.hertz;
      use.stalls.waitData += part.waitData * kernel.hertz;
      use.stalls.waitSpace += part.waitSpace * kernel.hertz;
      use.stalls.waitSync += part.waitSync * kernel.hertz;
      use.stalls.waitBandwidth += part.waitBandwidth * kernel.hertz;
      use.stalls.waitIssue += part.waitIssue * kernel.hertz;
      use.stalls.idle += part.idle * kernel.hertz;
    }
    use.utilization = *result.cycles > 0 ? use.busyCycles / *result.cycles : 0;
    result.units.push_back(std::move(use));
  }
}

void addLevels(const sim::Totals& totals, results::Result& result) {
  double shared = 0, l2Read = 0, l2Write = 0, dramRead = 0, dramWrite = 0;
  for (const auto& kernel : totals.kernels) {
    shared += kernel.sharedBytes;
    l2Read += kernel.l2ReadBytes;
    l2Write += kernel.l2WriteBytes;
    dramRead += kernel.dramReadBytes;
    dramWrite += kernel.dramWriteBytes;
  }
  result.levels = {{"shared", whole(shared), whole(l2Read)},
                   {"l2", whole(l2Read), whole(l2Write)},
                   {"dram", whole(dramRead), whole(dramWrite)}};
}

/// Einsums with the unit that does them: the tensor cores where they multiply and accumulate.
void addEinsums(const GpuPoint& point, const sim::Totals& totals, results::Result& result) {
  for (std::size_t i = 0; i < point.chain.einsums.size(); ++i) {
    const auto einsum = static_cast<int>(i);
    results::EinsumUse use;
    use.name = point.chain.einsums[i];
    for (const auto& kernel : totals.kernels) {
      if (const auto ops = kernel.operations.find(einsum); ops != kernel.operations.end()) {
        for (const auto& [op, count] : ops->second) {
          use.ops[op] += whole(count);
        }
      }
      if (const auto busy = kernel.busySeconds.find(einsum); busy != kernel.busySeconds.end()) {
        use.busyCycles += busy->second * kernel.hertz;
      }
    }
    use.unit = use.ops.contains("macc") ? "tensor_core" : use.ops.empty() ? "" : "lanes";
    use.utilization = *result.cycles > 0 ? use.busyCycles / *result.cycles : 0;
    result.einsums.push_back(std::move(use));
  }
}

void addProvenance(const GpuPoint& point, results::Result& result) {
  const auto add = [&](const std::string& file) {
    if (const auto hash = config::hashOfFile(file); !hash.empty()) {
      result.inputs[file] = hash;
    }
  };
  add(point.cascade.file());
  add(point.mapping.file);
  add(point.gpu.data().file);
  for (const auto& file : point.gpu.data().files) {
    add(file);
  }
  result.version = EINSIGHT_VERSION;
}

} // namespace

std::optional<double> peakFlops(const GpuPoint& point) {
  const auto& data = point.gpu.data();
  const double peak =
      2 * point.chain.peakMaccs * static_cast<double>(data.sms) * data.clock.statedHertz;
  return peak > 0 ? std::optional(peak) : std::nullopt;
}

core::Expected<double> secondsOf(const GpuPoint& point, const std::string& engine) {
  if (point.simulated && engine == "cycle") {
    return point.simulated->seconds;
  }
  if (point.onBound && engine != "cycle") {
    return secondsOf(*point.onBound, engine);
  }
  sim::Solver solver(point.chain);
  return simulate(point, solver, mappings::gpu::device(point.gpu), engine)
      .map([](const auto& totals) { return totals.seconds; });
}

core::Expected<results::Result> run(const GpuPoint& point, const RunOptions& options) {
  if (point.onBound && options.engine != "cycle") {
    return run(*point.onBound, options);
  }
  sim::Solver solver(point.chain);
  const bool known =
      point.simulated && options.engine == "cycle" && options.skip && !options.limits;
  const auto totals = known ? core::Expected<sim::Totals>(*point.simulated)
                            : simulate(point, solver, mappings::gpu::device(point.gpu),
                                       options.engine, {options.skip, options.progress});
  if (!totals) {
    return core::failure(totals.error());
  }
  results::Result result;
  result.workload = point.cascade.name();
  result.machine = point.gpu.name();
  result.mapping = point.mapping.name;
  result.engine = options.engine;
  result.seconds = totals->seconds;
  result.flops = point.chain.flops;
  result.peakFlops = peakFlops(point);
  double cycles = 0;
  for (const auto& kernel : totals->kernels) {
    cycles += kernel.seconds * kernel.hertz;
  }
  result.cycles = cycles;
  addKernels(point, *totals, result);
  addUnits(*totals, result);
  addLevels(*totals, result);
  addEinsums(point, *totals, result);
  result.roofs = roofsOf(point.gpu, result);
  result.energy.reason = "no energy table covers GPUs";
  result.areaReason = "no area table covers GPUs";
  result.notes = point.notes;
  if (options.limits) {
    auto limits = limitsOf(point, *totals, result, options, [&](const sim::Device& device) {
      return simulate(point, solver, device, options.engine, {options.skip, options.progress});
    });
    if (!limits) {
      return core::failure(std::move(limits.error()));
    }
    result.limits = std::move(*limits);
  }
  addProvenance(point, result);
  return result;
}

} // namespace einsight::explore
