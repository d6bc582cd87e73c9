#pragma once
#include "validation/cuda/emulator.hpp"
#include "validation/cuda/types.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>

/// The functions of detail/device_gpu.hpp on the emulator. Their meaning is PTX's, read from its
/// manual, not from the other file.
namespace einsight::validation::cuda {

struct float2 { // NOLINT(readability-identifier-naming): as CUDA names it
  float x = 0;
  float y = 0;
};

inline int threadIndex() {
  return emulator::threadIndex();
}
inline int blockX() {
  return emulator::blockIndex().x;
}
inline int blockY() {
  return emulator::blockIndex().y;
}
inline int blockZ() {
  return emulator::blockIndex().z;
}
inline std::uint32_t sharedBase() {
  return emulator::kSharedBase;
}

void syncThreads();
void syncWarp();
float shuffleXor(float value, int mask);

int uniform(int value);

inline float exp2Fast(float x) {
  return std::exp2(x);
}
inline float reciprocalFast(float x) {
  return 1 / x;
}

template <class Type>
std::uint32_t pack(float low, float high) {
  return fromFloat<Type>(low) | (static_cast<std::uint32_t>(fromFloat<Type>(high)) << 16U);
}
template <class Type>
float2 unpack(std::uint32_t pair) {
  return {toFloat<Type>(static_cast<std::uint16_t>(pair & 0xffffU)),
          toFloat<Type>(static_cast<std::uint16_t>(pair >> 16U))};
}

inline void storeShared(std::uint32_t address, float value) {
  std::memcpy(emulator::shared(address, 4), &value, 4);
}
inline void storeShared(std::uint32_t address, std::uint32_t value) {
  std::memcpy(emulator::shared(address, 4), &value, 4);
}
inline float loadSharedFloat(std::uint32_t address) {
  float value = 0;
  std::memcpy(&value, emulator::shared(address, 4), 4);
  return value;
}
inline std::uint32_t loadSharedWord(std::uint32_t address) {
  return std::bit_cast<std::uint32_t>(loadSharedFloat(address));
}

void loadMatrices(std::uint32_t (&r)[4], std::uint32_t address);
void loadMatricesTransposed(std::uint32_t (&r)[4], std::uint32_t address);

/// The product of a warp; `read` turns the bits of an operand into a number.
void multiplyWarp(float (&d)[4], const std::uint32_t (&a)[4], std::uint32_t b0, std::uint32_t b1,
                  float (*read)(std::uint16_t));
template <class Type>
void multiply(float (&d)[4], const std::uint32_t (&a)[4], std::uint32_t b0, std::uint32_t b1) {
  multiplyWarp(d, a, b0, b1, &toFloat<Type>);
}

void copyAsync(std::uint32_t to, const void* from, bool exists);
inline void commitCopies() {
  emulator::commit(emulator::Queue::Copies);
}
template <int kLeft>
void waitCopies() {
  emulator::settle(emulator::Queue::Copies, kLeft);
}

} // namespace einsight::validation::cuda
