#include "validation/cuda/types.hpp"

#include <catch2/catch.hpp>

#include <cmath>

namespace einsight::validation::cuda {
namespace {

template <class Type>
void requireEveryNumberReturns() {
  int lost = 0;
  for (std::uint32_t bits = 0; bits < 0x10000U; ++bits) {
    const float value = toFloat<Type>(static_cast<std::uint16_t>(bits));
    lost += !std::isnan(value) && fromFloat<Type>(value) != bits ? 1 : 0;
  }
  CHECK(lost == 0);
}

/// Between neighbours: the nearer one, and in the middle the even one.
template <class Type>
void requireNearest() {
  const auto infinity = fromFloat<Type>(HUGE_VALF);
  int wrong = 0;
  for (std::uint32_t bits = 0; bits + 1 < infinity; ++bits) {
    const double low = double(toFloat<Type>(static_cast<std::uint16_t>(bits)));
    const double high = double(toFloat<Type>(static_cast<std::uint16_t>(bits + 1)));
    const auto rounded = [&](double part) {
      return fromFloat<Type>(static_cast<float>(low + (high - low) * part));
    };
    wrong += rounded(0.375) != bits || rounded(0.625) != bits + 1 || rounded(0.5) != bits + bits % 2
                 ? 1
                 : 0;
  }
  CHECK(wrong == 0);
}

} // namespace

TEST_CASE("16-bit numbers survive the way to float and back") {
  requireEveryNumberReturns<Bf16>();
  requireEveryNumberReturns<Fp16>();
}

TEST_CASE("floats become the nearest 16-bit number, ties the even one") {
  requireNearest<Fp16>();
  CHECK(fromFloat<Fp16>(65519.0F) == 0x7bff);
  CHECK(fromFloat<Fp16>(65520.0F) == 0x7c00);
  CHECK(fromFloat<Bf16>(1.0F + 0x1p-8F) == 0x3f80);
  CHECK(fromFloat<Bf16>(1.0F + 0x1.8p-8F) == 0x3f81);
  CHECK(fromFloat<Bf16>(-(1.0F + 0x1.8p-7F)) == 0xbf82);
}

TEST_CASE("what is not a number stays so") {
  CHECK(std::isnan(toFloat<Bf16>(fromFloat<Bf16>(std::nanf("")))));
  CHECK(std::isnan(toFloat<Fp16>(fromFloat<Fp16>(std::nanf("")))));
  CHECK(std::isnan(toFloat<Bf16>(fromFloat<Bf16>(-std::bit_cast<float>(0x7f800001U)))));
}

} // namespace einsight::validation::cuda
