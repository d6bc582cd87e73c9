#pragma once
#include "validation/cuda/types.hpp"

#include <cstdint>
#include <type_traits>

/// wgmma for the widths of our kernels. Lists of registers can only be written out; everything else
/// about these instructions is in hopper_gpu.hpp. Source: PTX ISA 9.7.15.5, wgmma.mma_async.
namespace einsight::validation::cuda {

#define EINSIGHT_REGISTERS_64                                                                      \
  "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "                         \
  "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31"
#define EINSIGHT_SUMS_64                                                                           \
  "+f"(d[0][0]), "+f"(d[0][1]), "+f"(d[0][2]), "+f"(d[0][3]), "+f"(d[1][0]), "+f"(d[1][1]),        \
      "+f"(d[1][2]), "+f"(d[1][3]), "+f"(d[2][0]), "+f"(d[2][1]), "+f"(d[2][2]), "+f"(d[2][3]),    \
      "+f"(d[3][0]), "+f"(d[3][1]), "+f"(d[3][2]), "+f"(d[3][3]), "+f"(d[4][0]), "+f"(d[4][1]),    \
      "+f"(d[4][2]), "+f"(d[4][3]), "+f"(d[5][0]), "+f"(d[5][1]), "+f"(d[5][2]), "+f"(d[5][3]),    \
      "+f"(d[6][0]), "+f"(d[6][1]), "+f"(d[6][2]), "+f"(d[6][3]), "+f"(d[7][0]), "+f"(d[7][1]),    \
      "+f"(d[7][2]), "+f"(d[7][3])

#define EINSIGHT_REGISTERS_128                                                                     \
  "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "                         \
  "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "               \
  "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "               \
  "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63"
#define EINSIGHT_SUMS_128                                                                          \
  "+f"(d[0][0]), "+f"(d[0][1]), "+f"(d[0][2]), "+f"(d[0][3]), "+f"(d[1][0]), "+f"(d[1][1]),        \
      "+f"(d[1][2]), "+f"(d[1][3]), "+f"(d[2][0]), "+f"(d[2][1]), "+f"(d[2][2]), "+f"(d[2][3]),    \
      "+f"(d[3][0]), "+f"(d[3][1]), "+f"(d[3][2]), "+f"(d[3][3]), "+f"(d[4][0]), "+f"(d[4][1]),    \
      "+f"(d[4][2]), "+f"(d[4][3]), "+f"(d[5][0]), "+f"(d[5][1]), "+f"(d[5][2]), "+f"(d[5][3]),    \
      "+f"(d[6][0]), "+f"(d[6][1]), "+f"(d[6][2]), "+f"(d[6][3]), "+f"(d[7][0]), "+f"(d[7][1]),    \
      "+f"(d[7][2]), "+f"(d[7][3]), "+f"(d[8][0]), "+f"(d[8][1]), "+f"(d[8][2]), "+f"(d[8][3]),    \
      "+f"(d[9][0]), "+f"(d[9][1]), "+f"(d[9][2]), "+f"(d[9][3]), "+f"(d[10][0]), "+f"(d[10][1]),  \
      "+f"(d[10][2]), "+f"(d[10][3]), "+f"(d[11][0]), "+f"(d[11][1]), "+f"(d[11][2]),              \
      "+f"(d[11][3]), "+f"(d[12][0]), "+f"(d[12][1]), "+f"(d[12][2]), "+f"(d[12][3]),              \
      "+f"(d[13][0]), "+f"(d[13][1]), "+f"(d[13][2]), "+f"(d[13][3]), "+f"(d[14][0]),              \
      "+f"(d[14][1]), "+f"(d[14][2]), "+f"(d[14][3]), "+f"(d[15][0]), "+f"(d[15][1]),              \
      "+f"(d[15][2]), "+f"(d[15][3])

#define EINSIGHT_REGISTERS_256                                                                     \
  "%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13, %14, %15, "                         \
  "%16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, %31, "               \
  "%32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, "               \
  "%48, %49, %50, %51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63, "               \
  "%64, %65, %66, %67, %68, %69, %70, %71, %72, %73, %74, %75, %76, %77, %78, %79, "               \
  "%80, %81, %82, %83, %84, %85, %86, %87, %88, %89, %90, %91, %92, %93, %94, %95, "               \
  "%96, %97, %98, %99, %100, %101, %102, %103, %104, %105, %106, %107, %108, %109, %110, %111, "   \
  "%112, %113, %114, %115, %116, %117, %118, %119, %120, %121, %122, %123, %124, %125, %126, %127"
#define EINSIGHT_SUMS_256                                                                          \
  "+f"(d[0][0]), "+f"(d[0][1]), "+f"(d[0][2]), "+f"(d[0][3]), "+f"(d[1][0]), "+f"(d[1][1]),        \
      "+f"(d[1][2]), "+f"(d[1][3]), "+f"(d[2][0]), "+f"(d[2][1]), "+f"(d[2][2]), "+f"(d[2][3]),    \
      "+f"(d[3][0]), "+f"(d[3][1]), "+f"(d[3][2]), "+f"(d[3][3]), "+f"(d[4][0]), "+f"(d[4][1]),    \
      "+f"(d[4][2]), "+f"(d[4][3]), "+f"(d[5][0]), "+f"(d[5][1]), "+f"(d[5][2]), "+f"(d[5][3]),    \
      "+f"(d[6][0]), "+f"(d[6][1]), "+f"(d[6][2]), "+f"(d[6][3]), "+f"(d[7][0]), "+f"(d[7][1]),    \
      "+f"(d[7][2]), "+f"(d[7][3]), "+f"(d[8][0]), "+f"(d[8][1]), "+f"(d[8][2]), "+f"(d[8][3]),    \
      "+f"(d[9][0]), "+f"(d[9][1]), "+f"(d[9][2]), "+f"(d[9][3]), "+f"(d[10][0]), "+f"(d[10][1]),  \
      "+f"(d[10][2]), "+f"(d[10][3]), "+f"(d[11][0]), "+f"(d[11][1]), "+f"(d[11][2]),              \
      "+f"(d[11][3]), "+f"(d[12][0]), "+f"(d[12][1]), "+f"(d[12][2]), "+f"(d[12][3]),              \
      "+f"(d[13][0]), "+f"(d[13][1]), "+f"(d[13][2]), "+f"(d[13][3]), "+f"(d[14][0]),              \
      "+f"(d[14][1]), "+f"(d[14][2]), "+f"(d[14][3]), "+f"(d[15][0]), "+f"(d[15][1]),              \
      "+f"(d[15][2]), "+f"(d[15][3]), "+f"(d[16][0]), "+f"(d[16][1]), "+f"(d[16][2]),              \
      "+f"(d[16][3]), "+f"(d[17][0]), "+f"(d[17][1]), "+f"(d[17][2]), "+f"(d[17][3]),              \
      "+f"(d[18][0]), "+f"(d[18][1]), "+f"(d[18][2]), "+f"(d[18][3]), "+f"(d[19][0]),              \
      "+f"(d[19][1]), "+f"(d[19][2]), "+f"(d[19][3]), "+f"(d[20][0]), "+f"(d[20][1]),              \
      "+f"(d[20][2]), "+f"(d[20][3]), "+f"(d[21][0]), "+f"(d[21][1]), "+f"(d[21][2]),              \
      "+f"(d[21][3]), "+f"(d[22][0]), "+f"(d[22][1]), "+f"(d[22][2]), "+f"(d[22][3]),              \
      "+f"(d[23][0]), "+f"(d[23][1]), "+f"(d[23][2]), "+f"(d[23][3]), "+f"(d[24][0]),              \
      "+f"(d[24][1]), "+f"(d[24][2]), "+f"(d[24][3]), "+f"(d[25][0]), "+f"(d[25][1]),              \
      "+f"(d[25][2]), "+f"(d[25][3]), "+f"(d[26][0]), "+f"(d[26][1]), "+f"(d[26][2]),              \
      "+f"(d[26][3]), "+f"(d[27][0]), "+f"(d[27][1]), "+f"(d[27][2]), "+f"(d[27][3]),              \
      "+f"(d[28][0]), "+f"(d[28][1]), "+f"(d[28][2]), "+f"(d[28][3]), "+f"(d[29][0]),              \
      "+f"(d[29][1]), "+f"(d[29][2]), "+f"(d[29][3]), "+f"(d[30][0]), "+f"(d[30][1]),              \
      "+f"(d[30][2]), "+f"(d[30][3]), "+f"(d[31][0]), "+f"(d[31][1]), "+f"(d[31][2]),              \
      "+f"(d[31][3])

#define EINSIGHT_MULTIPLY_SHARED_64(TYPE)                                                          \
  asm volatile("{.reg .pred p; setp.ne.b32 p, %34, 0; "                                            \
               "wgmma.mma_async.sync.aligned.m64n64k16.f32." TYPE "." TYPE                         \
               " {" EINSIGHT_REGISTERS_64 "}, %32, %33, p, 1, 1, 0, 0;}"                           \
               : EINSIGHT_SUMS_64                                                                  \
               : "l"(left), "l"(right), "r"(int(accumulate)))
#define EINSIGHT_MULTIPLY_SHARED_128(TYPE)                                                         \
  asm volatile("{.reg .pred p; setp.ne.b32 p, %66, 0; "                                            \
               "wgmma.mma_async.sync.aligned.m64n128k16.f32." TYPE "." TYPE                        \
               " {" EINSIGHT_REGISTERS_128 "}, %64, %65, p, 1, 1, 0, 0;}"                          \
               : EINSIGHT_SUMS_128                                                                 \
               : "l"(left), "l"(right), "r"(int(accumulate)))
#define EINSIGHT_MULTIPLY_REGISTERS_64(TYPE)                                                       \
  asm volatile("wgmma.mma_async.sync.aligned.m64n64k16.f32." TYPE "." TYPE                         \
               " {" EINSIGHT_REGISTERS_64 "}, {%32, %33, %34, %35}, %36, 1, 1, 1, 1;"              \
               : EINSIGHT_SUMS_64                                                                  \
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(right))
#define EINSIGHT_MULTIPLY_REGISTERS_128(TYPE)                                                      \
  asm volatile("wgmma.mma_async.sync.aligned.m64n128k16.f32." TYPE "." TYPE                        \
               " {" EINSIGHT_REGISTERS_128 "}, {%64, %65, %66, %67}, %68, 1, 1, 1, 1;"             \
               : EINSIGHT_SUMS_128                                                                 \
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(right))
#define EINSIGHT_MULTIPLY_REGISTERS_256(TYPE)                                                      \
  asm volatile("wgmma.mma_async.sync.aligned.m64n256k16.f32." TYPE "." TYPE                        \
               " {" EINSIGHT_REGISTERS_256 "}, {%128, %129, %130, %131}, %132, 1, 1, 1, 1;"        \
               : EINSIGHT_SUMS_256                                                                 \
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(right))

/// d (64, 8 kTiles) = or += left (64, 16) right (16, 8 kTiles), both in shared memory with the
/// summed rank contiguous. Runs in the background.
template <class Type, int kTiles>
EINSIGHT_DEVICE void multiplyShared(float (&d)[kTiles][4], std::uint64_t left, std::uint64_t right,
                                    bool accumulate) {
  static_assert(kTiles == 8 || kTiles == 16, "no kernel has such a tile of keys");
  constexpr bool kBf16 = std::is_same_v<Type, Bf16>;
  if constexpr (kTiles == 8 && kBf16) {
    EINSIGHT_MULTIPLY_SHARED_64("bf16");
  } else if constexpr (kTiles == 8) {
    EINSIGHT_MULTIPLY_SHARED_64("f16");
  } else if constexpr (kBf16) {
    EINSIGHT_MULTIPLY_SHARED_128("bf16");
  } else {
    EINSIGHT_MULTIPLY_SHARED_128("f16");
  }
}

/// d (64, 8 kTiles) += a (64, 16) right (16, 8 kTiles), a in registers, right in shared memory with
/// the columns contiguous. Runs in the background.
template <class Type, int kTiles>
EINSIGHT_DEVICE void multiplyRegisters(float (&d)[kTiles][4], const std::uint32_t (&a)[4],
                                       std::uint64_t right) {
  static_assert(kTiles == 8 || kTiles == 16 || kTiles == 32, "no kernel has such a head");
  constexpr bool kBf16 = std::is_same_v<Type, Bf16>;
  if constexpr (kTiles == 8 && kBf16) {
    EINSIGHT_MULTIPLY_REGISTERS_64("bf16");
  } else if constexpr (kTiles == 8) {
    EINSIGHT_MULTIPLY_REGISTERS_64("f16");
  } else if constexpr (kTiles == 16 && kBf16) {
    EINSIGHT_MULTIPLY_REGISTERS_128("bf16");
  } else if constexpr (kTiles == 16) {
    EINSIGHT_MULTIPLY_REGISTERS_128("f16");
  } else if constexpr (kBf16) {
    EINSIGHT_MULTIPLY_REGISTERS_256("bf16");
  } else {
    EINSIGHT_MULTIPLY_REGISTERS_256("f16");
  }
}

#undef EINSIGHT_MULTIPLY_SHARED_64
#undef EINSIGHT_MULTIPLY_SHARED_128
#undef EINSIGHT_MULTIPLY_REGISTERS_64
#undef EINSIGHT_MULTIPLY_REGISTERS_128
#undef EINSIGHT_MULTIPLY_REGISTERS_256

} // namespace einsight::validation::cuda
