#pragma once
#include "validation/cuda/detail/device_emulated.hpp"

#include <array>

/// The functions of detail/hopper_gpu.hpp on the emulator.
namespace einsight::validation::cuda {

/// A tensor (dims[3], dims[2], dims[1], dims[0]), dense, copied in boxes of `rows` times 64
/// columns.
struct TensorMap {
  const std::uint16_t* base = nullptr;
  std::array<std::int64_t, 4> dims{};
  int rows = 0;
};

inline void prefetchMap(const TensorMap&) {}
inline void initBarrier(std::uint32_t address, int arrivals) {
  emulator::barrierInit(address, arrivals);
}
inline void publishBarriers() {}
inline void arrive(std::uint32_t barrier) {
  emulator::barrierArrive(barrier, 0);
}
inline void arriveExpecting(std::uint32_t barrier, std::uint32_t bytes) {
  emulator::barrierArrive(barrier, bytes);
}
inline void waitBarrier(std::uint32_t barrier, int parity) {
  emulator::barrierWait(barrier, parity);
}
inline void syncNamed(int id, int threads) {
  emulator::namedBarrier(id, threads, true);
}
inline void arriveNamed(int id, int threads) {
  emulator::namedBarrier(id, threads, false);
}
template <int kRegisters>
void takeRegisters() {}
template <int kRegisters>
void giveRegisters() {}

void copyPanel(std::uint32_t to, const TensorMap& map, std::uint32_t barrier, int column, int row,
               int head, int batch);

inline void fenceProducts() {}
inline void commitProducts() {
  emulator::commit(emulator::Queue::Products);
}
template <int kLeft>
void waitProducts() {
  emulator::settle(emulator::Queue::Products, kLeft);
}
template <int kTiles>
void pin(float (&)[kTiles][4]) {}

/// One product of a warpgroup, as one of its threads sees it.
struct WarpgroupProduct {
  float* d = nullptr;               ///< (columns / 8, 4)
  const std::uint32_t* a = nullptr; ///< registers, or none: then `left`
  std::uint64_t left = 0;
  std::uint64_t right = 0;
  int columns = 0;
  bool rightTransposed = false; ///< rows of the right operand are the summed rank
  bool accumulate = false;
  float (*read)(std::uint16_t) = nullptr;
};
void multiplyWarpgroup(const WarpgroupProduct& product);

template <class Type, int kTiles>
void multiplyShared(float (&d)[kTiles][4], std::uint64_t left, std::uint64_t right,
                    bool accumulate) {
  multiplyWarpgroup(
      {&d[0][0], nullptr, left, right, 8 * kTiles, false, accumulate, &toFloat<Type>});
}
template <class Type, int kTiles>
void multiplyRegisters(float (&d)[kTiles][4], const std::uint32_t (&a)[4], std::uint64_t right) {
  multiplyWarpgroup({&d[0][0], a, 0, right, 8 * kTiles, true, true, &toFloat<Type>});
}

} // namespace einsight::validation::cuda
