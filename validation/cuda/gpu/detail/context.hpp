#pragma once
#include "core/expected.hpp"
#include "validation/cuda/gpu/gpu.hpp"

#include <cuda_runtime.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

/// What the sources of this folder share. Nothing outside includes it.
namespace einsight::validation::cuda {

/// "what: the CUDA error's name and sentence".
core::Problems cudaProblem(const std::string& what, cudaError_t error);

/// Device memory, freed with its last owner.
class Buffer {
public:
  static core::Expected<Buffer> make(std::size_t bytes);
  template <class T>
  [[nodiscard]] T* as() const {
    return static_cast<T*>(memory_.get());
  }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

private:
  std::shared_ptr<void> memory_;
  std::size_t bytes_ = 0;
};

/// Starts one run; i selects the set of inputs.
using Start = std::function<cudaError_t(int i, cudaStream_t stream)>;

/// Where inputs come from: random on the device to be timed, or given by the host to be checked.
struct HostInputs {
  std::vector<std::uint16_t> q, k, v;
};

/// A case on the device, ready to run: its buffers live as long as this.
struct Prepared {
  Start start;
  std::vector<Buffer> buffers;
  Buffer out; ///< of the first set
};

/// Inputs by name and size in numbers. Sets are as many as inputSetCount says; one, when inputs are
/// given.
struct InputSets {
  std::vector<Buffer> q, k, v, out;
  [[nodiscard]] std::size_t count() const { return q.size(); }
};
core::Expected<InputSets> makeInputs(std::size_t q, std::size_t k, std::size_t v, std::size_t out,
                                     bool fp16, double l2Bytes, const HostInputs* given);

/// Fills with normal random numbers of a 16-bit type.
cudaError_t fillNormal(std::uint16_t* to, std::size_t count, std::uint64_t seed, bool fp16,
                       cudaStream_t stream);

/// What a case becomes for the kernels: sizes, tiles of its layout, list; without tensors.
struct FusedPlan {
  FusedArguments arguments;
  OwnedList list;
};
FusedPlan planFused(const KernelCase& which, int queries, int keys);

/// One instance of the fused kernels. Which walk: 0 a range, 1 a box, 2 a list.
struct FusedKernel {
  bool fp16;
  int head;
  int walk;
  Weights weights;
  int queries; ///< of a tile
  int keys;
  int sharedBytes; ///< of a CTA
  cudaError_t (*start)(const FusedArguments&, cudaStream_t);
};
const std::vector<FusedKernel>& fusedSm80Kernels();
const std::vector<FusedKernel>& fusedSm90Kernels();
/// The instance for a case, or none.
const FusedKernel* fusedKernelFor(const KernelCase& which);

core::Expected<Prepared> prepareFused(const KernelCase& which, const GpuFacts& facts,
                                      const HostInputs* given);
/// sharedBytes: what a CTA may have.
bool decodeSupports(const KernelCase& which, double sharedBytes);
core::Expected<Prepared> prepareDecode(const KernelCase& which, const GpuFacts& facts,
                                       const HostInputs* given);
bool linearSupports(const KernelCase& which);
core::Expected<Prepared> prepareLinear(const KernelCase& which, const GpuFacts& facts,
                                       const HostInputs* given);
bool permuteSupports(const KernelCase& which);
core::Expected<Prepared> preparePermute(const KernelCase& which, const GpuFacts& facts,
                                        const HostInputs* given);
bool unfusedSupports(const KernelCase& which);
core::Expected<Prepared> prepareUnfused(const KernelCase& which, const GpuFacts& facts,
                                        const HostInputs* given);

/// Microbenchmarks: those of sm_90a are empty on other devices.
struct Micro {
  MicroCase what;
  std::function<core::Expected<Prepared>(const GpuFacts&)> prepare;
};
std::vector<Micro> baseMicros(const GpuFacts& facts);
std::vector<Micro> memoryMicros(const GpuFacts& facts);
std::vector<Micro> hopperMicros(const GpuFacts& facts);
std::vector<Micro> blasMicros(const GpuFacts& facts);

/// Times runs as Gpu::time says.
core::Expected<Timing> timeRuns(const Prepared& prepared);
Clocks readClocks();
GpuLimits readLimits();

} // namespace einsight::validation::cuda
