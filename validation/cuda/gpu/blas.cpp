#include "validation/cuda/gpu/detail/blas.hpp"

#include <fmt/format.h>

#include <array>
#include <dlfcn.h>
#include <optional>

namespace einsight::validation::cuda {
namespace {

/// What the library asks for on Hopper. Source: cuBLAS 13 documentation, cublasSetWorkspace.
constexpr std::size_t kWorkspaceBytes = 32 << 20;

core::Problems blasProblem(const std::string& what) {
  return {{{},
           "the library of matrix products: " + what,
           "put the folder of libcublas.so.13 into LD_LIBRARY_PATH"}};
}

void* open() {
  for (const char* name :
       {"libcublas.so.13", "libcublas.so.12", "/usr/local/cuda/lib64/libcublas.so"}) {
    if (void* library = dlopen(name, RTLD_NOW | RTLD_LOCAL)) {
      return library;
    }
  }
  return nullptr;
}

template <class Function>
bool find(void* library, const char* name, Function*& function) {
  function = reinterpret_cast<Function*>(dlsym(library, name));
  return function != nullptr;
}

} // namespace

core::Expected<const Blas*> Blas::get() {
  static Blas blas;
  static const std::optional<core::Problems> failed = []() -> std::optional<core::Problems> {
    void* const library = open();
    if (library == nullptr) {
      return blasProblem("not found");
    }
    decltype(&cublasCreate_v2) create = nullptr;
    decltype(&cublasGetVersion_v2) version = nullptr;
    if (!find(library, "cublasCreate_v2", create) ||
        !find(library, "cublasGetVersion_v2", version) ||
        !find(library, "cublasSetStream_v2", blas.setStream_) ||
        !find(library, "cublasSetWorkspace_v2", blas.setWorkspace_) ||
        !find(library, "cublasGemmStridedBatchedEx", blas.multiply_)) {
      return blasProblem("a function is missing");
    }
    int number = 0;
    if (create(&blas.handle_) != CUBLAS_STATUS_SUCCESS ||
        version(blas.handle_, &number) != CUBLAS_STATUS_SUCCESS) {
      return blasProblem("it does not start");
    }
    // Its own workspace would be allocated anew in every graph that is captured.
    if (cudaMalloc(&blas.workspace_, kWorkspaceBytes) != cudaSuccess) {
      cudaGetLastError(); // a refused allocation is no lasting error
      return blasProblem("no memory for its workspace");
    }
    blas.version_ = fmt::format("{}", number);
    return std::nullopt;
  }();
  if (failed) {
    return core::failure(*failed);
  }
  return &blas;
}

cudaError_t Blas::multiply(const BatchedProduct& product, const void* a, const void* b, void* c,
                           cudaStream_t stream) const {
  // The library counts matrices column by column, so a row-major c = a b is asked for as cᵀ = bᵀ
  // aᵀ.
  const float one = 1;
  const float zero = 0;
  const auto type = product.fp16 ? CUDA_R_16F : CUDA_R_16BF;
  const auto distance = [](int rows, int pitch) {
    return static_cast<long long>(rows) * static_cast<long long>(pitch);
  };
  const int pitchB = product.transposedB ? product.inner : product.columns;
  auto started = setStream_(handle_, stream); // which takes the workspace away
  started = started == CUBLAS_STATUS_SUCCESS ? setWorkspace_(handle_, workspace_, kWorkspaceBytes)
                                             : started;
  if (started != CUBLAS_STATUS_SUCCESS) {
    return cudaErrorUnknown;
  }
  const auto done = multiply_(handle_, product.transposedB ? CUBLAS_OP_T : CUBLAS_OP_N, CUBLAS_OP_N,
                              product.columns, product.rows, product.inner, &one, b, type, pitchB,
                              distance(product.inner, product.columns), a, type, product.pitchA,
                              distance(product.rows, product.pitchA), &zero, c, type,
                              product.pitchC, distance(product.rows, product.pitchC), product.batch,
                              CUBLAS_COMPUTE_32F, CUBLAS_GEMM_DEFAULT);
  return done == CUBLAS_STATUS_SUCCESS ? cudaSuccess : cudaErrorUnknown;
}

} // namespace einsight::validation::cuda
