#include "validation/cuda/gpu/gpu.hpp"

namespace einsight::validation::cuda {

std::vector<MicroCase> microCasesOf(const GpuFacts&) {
  return {};
}

core::Expected<std::unique_ptr<Gpu>> Gpu::find() {
  return core::failure({{{},
                         "this einsight was built without CUDA, so it has no kernels to measure",
                         "build it where cmake finds nvcc (CUDA 12.8 or newer)"}});
}

} // namespace einsight::validation::cuda
