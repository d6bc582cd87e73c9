#pragma once
#include "core/expected.hpp"
#include "results/waveform.hpp"
#include "sim/gpu/kernel.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace einsight::sim::gpu {

/// How one unit of all SMs (or L2, DRAM) was used over a kernel; the parts add up to its seconds.
struct Use {
  double busySeconds = 0; ///< SM units: mean over the SMs
  double waitData = 0, waitSpace = 0;
  double waitSync = 0; ///< CTAs wait for others
  double waitBandwidth = 0;
  double waitIssue = 0; ///< tensor cores: arithmetic is issued, which keeps them from working
  double idle = 0;
  bool operator==(const Use&) const = default;
};

struct KernelTotals {
  std::string name;
  double seconds = 0;   ///< with its launch
  double cycles = 0;    ///< at the clock it ran with
  double hertz = 0;     ///< on the mean
  double lastHertz = 0; ///< as it ends
  double launchSeconds = 0;
  double dramReadBytes = 0, dramWriteBytes = 0, l2ReadBytes = 0, l2WriteBytes = 0, sharedBytes = 0;
  double evictedBytes = 0;          ///< of those written to DRAM: Device::l2DirtyBytes
  double waves = 0;                 ///< CTAs / (SMs x residents)
  double tailShare = 0;             ///< of the time: after the first SM found nothing more to do
  double maskShare = 0;             ///< of the SM time: arithmetic for partly masked tiles
  std::map<std::string, Use> units; ///< "tensor_core", "lanes", "l2", "dram"
  std::map<int, std::map<std::string, double>> operations; ///< Einsum -> operator -> executed
  std::map<int, double> busySeconds;                       ///< Einsum -> of its unit
  bool operator==(const KernelTotals&) const = default;
};

struct Totals {
  double seconds = 0;
  std::vector<KernelTotals> kernels;
  bool operator==(const Totals&) const = default;
};

struct Options {
  bool skip = true; ///< leave repeated periods out, exactly
  std::function<bool(double)> progress{};
};

/// Engine `cycle`: CTAs are dispatched in order to the SM that frees first; each kind of CTA runs
/// on the SystemC model of an SM; L2 and DRAM are shared by what is resident.
core::Expected<Totals> cycle(const Chain& chain, const Device& device, const Options& options = {});

/// Tells a waveform (if not null) what one SM does: kernel by kernel, two rounds of the kind of CTA
/// of which there are most, as many side by side as are resident. Every unit is a scope inside its
/// kernel's. Returns the ticks of all, recordedTicksPerCycle() to a cycle of the SM.
core::Expected<std::int64_t> record(const Chain& chain, const Device& device,
                                    results::Waveform* waveform);
std::int64_t recordedTicksPerCycle();

/// Engine `analytic`: per kernel the largest of the work of any unit over its rate, the longest
/// CTA, and the compulsory bytes over the bandwidth of DRAM; never above `cycle`.
Totals analytic(const Chain& chain, const Device& device);

} // namespace einsight::sim::gpu
