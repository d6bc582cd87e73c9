#pragma once
#include "explore/point.hpp"
#include "mappings/gpu/plan.hpp"
#include "sim/gpu/gpu.hpp"

#include <memory>

/// One point on a GPU: a workload as a chain of kernels, from names to numbers.
namespace einsight::explore {

/// Everything that is known before an engine runs.
struct GpuPoint {
  einsum::Cascade cascade;
  arch::Gpu gpu;
  mappings::gpu::Mapping mapping;
  sim::gpu::Chain chain;
  std::vector<std::string> notes{}; ///< e.g. which mapping was chosen, and why
  /// What engine `cycle` says of `chain`, where it was asked to choose among mappings.
  std::shared_ptr<const sim::gpu::Totals> simulated{};
  /// What other engines than `cycle` run, where the mapping with the least bound is another one.
  std::shared_ptr<GpuPoint> onBound{};
};

/// What `limits` of a run makes faster.
constexpr std::size_t kGpuLimits = 7;

/// Reads, checks and plans. Without a mapping: the fastest, on the engine that is asked, of the
/// catalogue's for GPUs that cover the cascade and fit; of equal ones the preferred.
/// `replace` decides the trips of its kernels. All problems at once.
core::Expected<GpuPoint> prepareGpu(const PointRequest& request,
                                    const mappings::gpu::ReplaceTrips& replace = {});
/// The same with what `inputs` remembers of points before it.
core::Expected<GpuPoint> prepareGpu(const PointRequest& request,
                                    const mappings::gpu::ReplaceTrips& replace, Inputs& inputs);

/// Runs engine `analytic` or `cycle` and fills every field of the result but `validated`; energy
/// and area are unknown, with the reason. `limits` are the tensor cores, the lanes, shared memory,
/// L2, DRAM and launches twice as fast, each alone, simulated again.
core::Expected<results::Result> run(const GpuPoint& point, const RunOptions& options = {});

/// Seconds of the chain on the engine, without limits: what a sweep over many points needs.
core::Expected<double> secondsOf(const GpuPoint& point, const std::string& engine = "cycle");

/// The operations per second of the matrix instructions that the kernels' products use, each for
/// the type of its operands, of all SMs at the clock of the vendor's stated peak: the most that
/// their mix can reach. Empty where they use none.
std::optional<double> peakFlops(const GpuPoint& point);

} // namespace einsight::explore
