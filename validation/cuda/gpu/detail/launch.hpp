#pragma once
#include "validation/cuda/gpu/detail/context.hpp"

namespace einsight::validation::cuda {

/// Kernel::run as a kernel of its own.
template <class Kernel, int kThreads, int kBlocks>
__global__ void __launch_bounds__(kThreads, kBlocks)
    runKernel(const __grid_constant__ typename Kernel::Arguments arguments) {
  Kernel::run(arguments);
}

/// CTAs of Kernel::run that an SM of this device has at once.
template <class Kernel, int kThreads, int kBlocks = 1>
core::Expected<int> residentCtas(int sharedBytes) {
  auto* const kernel = &runKernel<Kernel, kThreads, kBlocks>;
  int count = 0;
  auto error =
      cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, sharedBytes);
  if (error == cudaSuccess) {
    error = cudaOccupancyMaxActiveBlocksPerMultiprocessor(&count, kernel, kThreads,
                                                          static_cast<std::size_t>(sharedBytes));
  }
  if (error != cudaSuccess) {
    return core::failure(cudaProblem("asking for CTAs per SM", error));
  }
  return count;
}

/// Launches Kernel::run; more than 48 KiB of shared memory need leave. kBlocks: of an SM at once,
/// which bounds a thread's registers.
template <class Kernel, int kThreads, int kBlocks = 1>
cudaError_t launchKernel(dim3 grid, int sharedBytes, const typename Kernel::Arguments& arguments,
                         cudaStream_t stream) {
  auto* const kernel = &runKernel<Kernel, kThreads, kBlocks>;
  const auto allowed =
      cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, sharedBytes);
  if (allowed != cudaSuccess) {
    return allowed;
  }
  kernel<<<grid, kThreads, static_cast<std::size_t>(sharedBytes), stream>>>(arguments);
  return cudaGetLastError();
}

} // namespace einsight::validation::cuda
