#include "validation/cuda/detail/hopper_emulated.hpp"

#include <memory>
#include <vector>

namespace einsight::validation::cuda {
namespace {

constexpr int kWarpgroup = 128;

/// Where the 128-byte swizzle puts a byte: address bits 7 to 9 are added to bits 4 to 6.
std::uint32_t swizzle(std::uint32_t address) {
  return address ^ ((address >> 3U) & 0x70U);
}

std::uint16_t sharedHalf(std::uint32_t address) {
  std::uint16_t value = 0;
  std::memcpy(&value, emulator::shared(swizzle(address), 2), 2);
  return value;
}

/// An element of an operand whose rows (mn) hold the summed rank k, or, transposed, whose rows are
/// k.
std::uint16_t element(std::uint64_t descriptor, unsigned mn, unsigned k, bool transposed) {
  const auto start = static_cast<std::uint32_t>((descriptor & 0x3fffU) << 4U);
  const auto leading = static_cast<std::uint32_t>((descriptor >> 16U & 0x3fffU) << 4U);
  const auto stride = static_cast<std::uint32_t>((descriptor >> 32U & 0x3fffU) << 4U);
  if (descriptor >> 62U != 1) {
    emulator::fail("a matrix descriptor without the 128-byte swizzle");
  }
  if (transposed) {
    return sharedHalf(start + mn / 64 * leading + mn % 64 * 2 + k / 8 * stride + k % 8 * 128);
  }
  return sharedHalf(start + mn / 8 * stride + mn % 8 * 128 + k * 2);
}

/// A product that a warpgroup issued, computed once, when the first of its warps waits.
struct Issued {
  std::array<WarpgroupProduct, kWarpgroup> threads;
  bool done = false;

  float leftAt(unsigned row, unsigned k) const {
    const auto& first = threads.front();
    if (first.a == nullptr) {
      return first.read(element(first.left, row, k, false));
    }
    const unsigned thread = row / 16 * 32 + row % 8 * 4 + k % 8 / 2;
    const unsigned which = row % 16 / 8 + k / 8 * 2;
    return first.read(static_cast<std::uint16_t>(threads.at(thread).a[which] >> 16U * (k % 2)));
  }

  void run() {
    if (done) {
      return;
    }
    done = true;
    const auto& first = threads.front();
    const auto columns = static_cast<unsigned>(first.columns);
    std::vector<float> left(std::size_t{64} * 16);
    std::vector<float> right(std::size_t{16} * columns);
    for (unsigned k = 0; k < 16; ++k) {
      for (unsigned row = 0; row < 64; ++row) {
        left[row * 16 + k] = leftAt(row, k);
      }
      for (unsigned n = 0; n < columns; ++n) {
        right[k * columns + n] = first.read(element(first.right, n, k, first.rightTransposed));
      }
    }
    for (unsigned thread = 0; thread < kWarpgroup; ++thread) {
      for (unsigned i = 0; i < columns / 2; ++i) {
        const unsigned row = thread / 32 * 16 + thread % 32 / 4 + i % 4 / 2 * 8;
        const unsigned column = i / 4 * 8 + thread % 4 * 2 + i % 2;
        float& sum = threads.at(thread).d[i];
        sum = first.accumulate ? sum : 0;
        for (unsigned k = 0; k < 16; ++k) {
          sum += left[row * 16 + k] * right[k * columns + column];
        }
      }
    }
  }
};

} // namespace

void copyPanel(std::uint32_t to, const TensorMap& map, std::uint32_t barrier, int column, int row,
               int head, int batch) {
  if (to % 1024 != 0) {
    emulator::fail("a swizzled panel must begin at a multiple of 1024 bytes");
  }
  const auto bytes = static_cast<std::uint32_t>(map.rows) * 128;
  std::memset(emulator::shared(to, bytes), 0xff, bytes); // NaN until it lands
  emulator::barrierDefer(barrier, bytes, [=] {
    for (int r = 0; r < map.rows; ++r) {
      for (int c = 0; c < 64; ++c) {
        const bool exists = row + r < map.dims[1] && column + c < map.dims[0];
        const auto at =
            ((batch * map.dims[2] + head) * map.dims[1] + row + r) * map.dims[0] + column + c;
        const std::uint16_t value = exists ? map.base[at] : std::uint16_t{0};
        const auto place = swizzle(to + static_cast<std::uint32_t>(r * 128 + c * 2));
        std::memcpy(emulator::shared(place, 2), &value, 2);
      }
    }
  });
}

void multiplyWarpgroup(const WarpgroupProduct& product) {
  struct Mine {
    WarpgroupProduct product;
    std::shared_ptr<Issued> issued;
  } mine{product, nullptr};
  const auto work = [](void** threads) {
    const auto issued = std::make_shared<Issued>();
    for (std::size_t i = 0; i < kWarpgroup; ++i) {
      auto& given = *static_cast<Mine*>(threads[i]);
      if (given.product.left != static_cast<Mine*>(threads[0])->product.left ||
          given.product.right != static_cast<Mine*>(threads[0])->product.right) {
        emulator::fail("threads of a warpgroup describe different operands");
      }
      issued->threads.at(i) = given.product;
      given.issued = issued;
    }
  };
  emulator::meet(emulator::threadIndex() / kWarpgroup * kWarpgroup, kWarpgroup, &mine, work,
                 "wait at wgmma");
  emulator::defer(emulator::Queue::Products, [issued = mine.issued] { issued->run(); });
}

} // namespace einsight::validation::cuda
