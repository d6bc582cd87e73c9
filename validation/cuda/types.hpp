#pragma once
#include "validation/cuda/target.hpp"

#include <bit>
#include <cstdint>

/// The two 16-bit types of the kernels as bits, so that the host needs no CUDA header.
namespace einsight::validation::cuda {

/// 8 bits of exponent, 7 of mantissa: the upper half of a float.
struct Bf16 {
  static constexpr const char* kName = "bf16";
};
/// IEEE 754 binary16: 5 bits of exponent, 10 of mantissa.
struct Fp16 {
  static constexpr const char* kName = "fp16";
};

/// The nearest 16-bit number, ties to even; NaN stays NaN.
template <class Type>
std::uint16_t fromFloat(float value);

template <>
inline std::uint16_t fromFloat<Bf16>(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7fffffffU) > 0x7f800000U) {
    return 0x7fff;
  }
  return static_cast<std::uint16_t>((bits + 0x7fffU + ((bits >> 16U) & 1U)) >> 16U);
}

template <>
inline std::uint16_t fromFloat<Fp16>(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const auto sign = static_cast<std::uint16_t>((bits >> 16U) & 0x8000U);
  const auto magnitude = bits & 0x7fffffffU;
  if (magnitude > 0x7f800000U) {
    return 0x7fff;
  }
  if (magnitude >= 0x477ff000U) { // rounds to 65536 or more
    return static_cast<std::uint16_t>(sign | 0x7c00U);
  }
  if (magnitude < 0x38800000U) { // subnormal: adding 0.5 leaves the bits at the end of the mantissa
    const float shifted = std::bit_cast<float>(magnitude) + 0.5F;
    return static_cast<std::uint16_t>(sign | (std::bit_cast<std::uint32_t>(shifted) - 0x3f000000U));
  }
  const auto rounded = magnitude + 0xfffU + ((magnitude >> 13U) & 1U) - 0x38000000U;
  return static_cast<std::uint16_t>(sign | (rounded >> 13U));
}

template <class Type>
float toFloat(std::uint16_t bits);

template <>
inline float toFloat<Bf16>(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U);
}

template <>
inline float toFloat<Fp16>(std::uint16_t bits) {
  const auto sign = static_cast<std::uint32_t>(bits & 0x8000U) << 16U;
  const auto exponent = (bits >> 10U) & 0x1fU;
  const auto mantissa = static_cast<std::uint32_t>(bits & 0x3ffU);
  if (exponent == 0) { // mantissa * 2^-24
    const float value = static_cast<float>(mantissa) * 0x1p-24F;
    return sign == 0 ? value : -value;
  }
  const auto high = exponent == 31 ? 0xffU : exponent + 112U;
  return std::bit_cast<float>(sign | (high << 23U) | (mantissa << 13U));
}

} // namespace einsight::validation::cuda
