#pragma once
#include "validation/cuda/detail/device_gpu.hpp"
#include "validation/cuda/detail/products_gpu.hpp"

#include <cuda.h>

namespace einsight::validation::cuda {

/// A tensor (batch, heads, rows, columns) that bulk copies read; made by cuTensorMapEncodeTiled.
using TensorMap = CUtensorMap;

EINSIGHT_DEVICE void prefetchMap(const TensorMap& map) {
  asm volatile("prefetch.tensormap [%0];" ::"l"(&map) : "memory");
}

/// A barrier completes a phase after so many arrivals and all bytes that were announced.
EINSIGHT_DEVICE void initBarrier(std::uint32_t address, int arrivals) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(address), "r"(arrivals) : "memory");
}
/// Makes new barriers visible to the copy engine.
EINSIGHT_DEVICE void publishBarriers() {
  asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
  asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
}
EINSIGHT_DEVICE void arrive(std::uint32_t barrier) {
  asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(barrier) : "memory");
}
EINSIGHT_DEVICE void arriveExpecting(std::uint32_t barrier, std::uint32_t bytes) {
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(barrier), "r"(bytes)
               : "memory");
}
/// Waits until the phase of this parity has completed; phases count 0, 1, 0, …
EINSIGHT_DEVICE void waitBarrier(std::uint32_t barrier, int parity) {
  asm volatile("{.reg .pred done;\n"
               "again: mbarrier.try_wait.parity.shared::cta.b64 done, [%0], %1;\n"
               "@!done bra again;}" ::"r"(barrier),
               "r"(parity)
               : "memory");
}

/// Barriers by number: so many threads arrive, and those of syncNamed wait for it.
EINSIGHT_DEVICE void syncNamed(int id, int threads) {
  asm volatile("bar.sync %0, %1;" ::"r"(id), "r"(threads) : "memory");
}
EINSIGHT_DEVICE void arriveNamed(int id, int threads) {
  asm volatile("bar.arrive %0, %1;" ::"r"(id), "r"(threads) : "memory");
}

/// The warpgroup's registers per thread from here on.
template <int kRegisters>
EINSIGHT_DEVICE void takeRegisters() {
  asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(kRegisters));
}
template <int kRegisters>
EINSIGHT_DEVICE void giveRegisters() {
  asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(kRegisters));
}

/// Copies a box of a map, 64 columns wide, in the background; what lies outside the tensor becomes
/// 0. One thread issues it. Its bytes count at the barrier.
EINSIGHT_DEVICE void copyPanel(std::uint32_t to, const TensorMap& map, std::uint32_t barrier,
                               int column, int row, int head, int batch) {
  asm volatile("cp.async.bulk.tensor.4d.shared::cluster.global.mbarrier::complete_tx::bytes "
               "[%0], [%1, {%3, %4, %5, %6}], [%2];" ::"r"(to),
               "l"(&map), "r"(barrier), "r"(column), "r"(row), "r"(head), "r"(batch)
               : "memory");
}

/// Orders what the warpgroup wrote to registers before its next products.
EINSIGHT_DEVICE void fenceProducts() {
  asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
}
EINSIGHT_DEVICE void commitProducts() {
  asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
}
/// Waits until all but the newest `kLeft` groups of products are done.
template <int kLeft>
EINSIGHT_DEVICE void waitProducts() {
  asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(kLeft) : "memory");
}
/// Arithmetic on these numbers stays where it is written, before or after: a compiler that knows of
/// no products in the background moves it across their waits.
template <int kTiles>
EINSIGHT_DEVICE void pin(float (&numbers)[kTiles][4]) {
  EINSIGHT_UNROLL
  for (int n = 0; n < kTiles; ++n) {
    EINSIGHT_UNROLL
    for (int i = 0; i < 4; ++i) {
      asm volatile("" : "+f"(numbers[n][i])::"memory");
    }
  }
}

} // namespace einsight::validation::cuda
