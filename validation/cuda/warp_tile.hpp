#pragma once
#include "validation/cuda/device.hpp"
#include "validation/cuda/mask.hpp"

/// Tiles of 16-bit numbers in shared memory, and a warp's fragments of them.
namespace einsight::validation::cuda {

/// A tile (rows, kColumns) in shared memory. Each row is kColumns / 8 chunks of 16 bytes; chunk c
/// of row r stands at c ^ (r % 8), so that the eight rows that ldmatrix reads at once lie in
/// different banks.
template <int kColumns>
struct SharedTile {
  static_assert(kColumns % 64 == 0, "a row needs at least eight chunks to swizzle");
  std::uint32_t base = 0;
  static constexpr int kChunks = kColumns / 8;
  static constexpr int kRowBytes = 2 * kColumns;
  [[nodiscard]] EINSIGHT_DEVICE std::uint32_t at(int row, int chunk) const {
    return base + static_cast<std::uint32_t>(row * kRowBytes + ((chunk ^ (row & 7)) << 4));
  }
  /// The word with columns `column` (even) and the next.
  [[nodiscard]] EINSIGHT_DEVICE std::uint32_t word(int row, int column) const {
    return at(row, column >> 3) + static_cast<std::uint32_t>(2 * (column & 7));
  }
};

/// Starts copying rows [0, kRows) from global memory; rows from `exist` on become zero, and are not
/// read.
template <int kRows, int kColumns, int kThreads>
EINSIGHT_DEVICE void copyTile(const SharedTile<kColumns>& to, const std::uint16_t* from, int pitch,
                              int exist, int thread) {
  constexpr int kChunks = SharedTile<kColumns>::kChunks;
  constexpr int kStep = kThreads / kChunks; // rows that all threads copy at once
  if constexpr (kThreads % kChunks == 0 && kStep % 8 == 0 && kRows % kStep == 0) {
    // A thread's rows are swizzled alike: one address, and distances that the compiler knows.
    const int row = thread / kChunks;
    const int chunk = thread % kChunks;
    const std::uint32_t target = to.at(row, chunk);
    const std::uint16_t* source = from + static_cast<std::int64_t>(row) * pitch + 8 * chunk;
    EINSIGHT_UNROLL
    for (int i = 0; i < kRows; i += kStep) {
      copyAsync(target + static_cast<std::uint32_t>(i * SharedTile<kColumns>::kRowBytes),
                source + i * pitch, row + i < exist);
    }
  } else {
    EINSIGHT_UNROLL
    for (int i = thread; i < kRows * kChunks; i += kThreads) {
      const int row = i / kChunks;
      const int chunk = i % kChunks;
      const std::uint16_t* source = from + static_cast<std::int64_t>(row) * pitch;
      copyAsync(to.at(row, chunk), source + 8 * chunk, row < exist);
    }
  }
}

/// A fragment (16, 16) of rows [row, row + 16) and columns [column, column + 16).
template <int kColumns>
EINSIGHT_DEVICE void loadA(std::uint32_t (&a)[4], const SharedTile<kColumns>& tile, int row,
                           int column, int lane) {
  loadMatrices(a, tile.at(row + lane % 16, column / 8 + lane / 16));
}

/// B fragments of the transpose of a tile (n, k): columns [n, n + 16), rows [k, k + 16) of the
/// product's right side. b[0], b[1] belong to the first eight columns.
template <int kColumns>
EINSIGHT_DEVICE void loadBFromRows(std::uint32_t (&b)[4], const SharedTile<kColumns>& tile, int n,
                                   int k, int lane) {
  loadMatrices(b, tile.at(n + lane % 8 + lane / 16 * 8, k / 8 + lane / 8 % 2));
}

/// B fragments of a tile (k, n) as it lies: rows [k, k + 16), columns [n, n + 16).
template <int kColumns>
EINSIGHT_DEVICE void loadBFromColumns(std::uint32_t (&b)[4], const SharedTile<kColumns>& tile,
                                      int k, int n, int lane) {
  loadMatricesTransposed(b, tile.at(k + lane % 16, n / 8 + lane / 16));
}

/// An A fragment of the transpose of a tile (k, m): rows [m, m + 16), columns [k, k + 16) of the
/// product's left side.
template <int kColumns>
EINSIGHT_DEVICE void loadAFromColumns(std::uint32_t (&a)[4], const SharedTile<kColumns>& tile,
                                      int k, int m, int lane) {
  loadMatricesTransposed(a, tile.at(k + lane % 8 + lane / 16 * 8, m / 8 + lane / 8 % 2));
}

} // namespace einsight::validation::cuda
