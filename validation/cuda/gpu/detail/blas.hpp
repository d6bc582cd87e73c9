#pragma once
#include "core/expected.hpp"

#include <cublas_v2.h>

#include <string>

/// The vendor's library of matrix products, loaded when it is first asked for, so that einsight
/// starts without it.
namespace einsight::validation::cuda {

/// A batch of products of 16-bit matrices, row by row: c (rows, columns) = a (rows, inner) b
/// (inner, columns), summed in float. transposedB: b is (columns, inner). Pitches and distances in
/// numbers.
struct BatchedProduct {
  bool fp16 = false;
  bool transposedB = false;
  int rows = 1;
  int columns = 1;
  int inner = 1;
  int batch = 1;
  int pitchC = 1;
  int pitchA = 1;
};

class Blas {
public:
  /// Fails, with a sentence: the library is not there or does not start.
  static core::Expected<const Blas*> get();
  [[nodiscard]] const std::string& version() const { return version_; }
  cudaError_t multiply(const BatchedProduct& product, const void* a, const void* b, void* c,
                       cudaStream_t stream) const;

private:
  cublasHandle_t handle_ = nullptr;
  void* workspace_ = nullptr; ///< on the device, as long as the program runs
  decltype(&cublasSetStream_v2) setStream_ = nullptr;
  decltype(&cublasSetWorkspace_v2) setWorkspace_ = nullptr;
  // Written out: the header overloads this name.
  cublasStatus_t (*multiply_)(cublasHandle_t, cublasOperation_t, cublasOperation_t, int, int, int,
                              const void*, const void*, cudaDataType, int, long long, const void*,
                              cudaDataType, int, long long, const void*, void*, cudaDataType, int,
                              long long, int, cublasComputeType_t, cublasGemmAlgo_t) = nullptr;
  std::string version_;
};

} // namespace einsight::validation::cuda
