#pragma once
#include "explore/point.hpp"
#include "mappings/gpu/plan.hpp"

/// One point on a GPU: a workload as a chain of kernels, from names to numbers.
namespace einsight::explore {

/// Everything that is known before an engine runs.
struct GpuPoint {
  einsum::Cascade cascade;
  arch::Gpu gpu;
  mappings::gpu::Mapping mapping;
  sim::gpu::Chain chain;
  std::vector<std::string> notes{}; ///< e.g. which mapping was chosen, and why
};

/// What `limits` of a run makes faster.
constexpr std::size_t kGpuLimits = 5;

/// Reads, checks and plans. Without a mapping: the first of the catalogue's for GPUs that covers
/// the cascade, fits, and fills SMs and tiles; where none does, the fastest on the bound.
/// `replace` decides the trips of its kernels. All problems at once.
core::Expected<GpuPoint> prepareGpu(const PointRequest& request,
                                    const mappings::gpu::ReplaceTrips& replace = {});
/// The same with what `inputs` remembers of points before it.
core::Expected<GpuPoint> prepareGpu(const PointRequest& request,
                                    const mappings::gpu::ReplaceTrips& replace, Inputs& inputs);

/// Runs engine `analytic` or `cycle` and fills every field of the result but `validated`; energy
/// and area are unknown, with the reason. `limits` are the tensor cores, the lanes, shared memory,
/// L2 and DRAM twice as fast, each alone, simulated again.
core::Expected<results::Result> run(const GpuPoint& point, const RunOptions& options = {});

/// Seconds of the chain on the engine, without limits: what a sweep over many points needs.
core::Expected<double> secondsOf(const GpuPoint& point, const std::string& engine = "cycle");

/// The operations per second of the matrix instructions that the kernels' products use, each for
/// the type of its operands, of all SMs at the clock of the vendor's stated peak: the most that
/// their mix can reach. Empty where they use none.
std::optional<double> peakFlops(const GpuPoint& point);

} // namespace einsight::explore
