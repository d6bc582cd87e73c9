#include "validation/cuda/detail/device_emulated.hpp"

#include <array>

namespace einsight::validation::cuda {
namespace {

constexpr int kWarp = 32;

int warpStart() {
  return emulator::threadIndex() / kWarp * kWarp;
}

/// The 16-bit number in a half of a register.
std::uint16_t half(std::uint32_t value, int which) {
  return static_cast<std::uint16_t>(value >> (16U * static_cast<unsigned>(which)));
}

struct Matrices {
  std::uint32_t* registers;
  std::uint32_t address;
};

void load(std::uint32_t (&r)[4], std::uint32_t address, bool transposed) {
  Matrices mine{r, address};
  const auto work = [transposed](void** lanes) {
    for (unsigned matrix = 0; matrix < 4; ++matrix) {
      std::array<std::array<std::uint16_t, 8>, 8> rows{};
      for (unsigned row = 0; row < 8; ++row) {
        const auto& lane = *static_cast<Matrices*>(lanes[8 * matrix + row]);
        if (lane.address % 16 != 0) {
          emulator::fail("a row of ldmatrix is not at a multiple of 16 bytes");
        }
        std::memcpy(rows.at(row).data(), emulator::shared(lane.address, 16), 16);
      }
      for (unsigned lane = 0; lane < kWarp; ++lane) {
        const auto g = lane / 4;
        const auto t = 2 * (lane % 4);
        const std::uint32_t low = transposed ? rows.at(t).at(g) : rows.at(g).at(t);
        const std::uint32_t high = transposed ? rows.at(t + 1).at(g) : rows.at(g).at(t + 1);
        static_cast<Matrices*>(lanes[lane])->registers[matrix] = low | (high << 16U);
      }
    }
  };
  emulator::meet(warpStart(), kWarp, &mine, work, "wait at ldmatrix");
}

struct Operands {
  float* d;
  const std::uint32_t* a;
  std::array<std::uint32_t, 2> b;
};

} // namespace

void syncThreads() {
  // A CTA's threads minus those that ended would do on a GPU; our kernels never rely on it.
  emulator::meetAll("wait at syncThreads");
}

void syncWarp() {
  emulator::meet(
      warpStart(), kWarp, nullptr, [](void**) {}, "wait at syncWarp");
}

float shuffleXor(float value, int mask) {
  std::array<float, 2> mine{value, 0};
  const auto work = [mask](void** lanes) {
    for (int lane = 0; lane < kWarp; ++lane) {
      static_cast<float*>(lanes[lane])[1] = static_cast<float*>(lanes[lane ^ mask])[0];
    }
  };
  emulator::meet(warpStart(), kWarp, mine.data(), work, "wait at a shuffle");
  return mine[1];
}

int uniform(int value) {
  int first = value;
  std::array<int*, 1> mine{&first};
  const auto work = [](void** lanes) {
    const int chosen = **static_cast<int**>(lanes[0]);
    for (int lane = 0; lane < kWarp; ++lane) {
      **static_cast<int**>(lanes[lane]) = chosen;
    }
  };
  emulator::meet(warpStart(), kWarp, mine.data(), work, "wait at a shuffle");
  return first;
}

void loadMatrices(std::uint32_t (&r)[4], std::uint32_t address) {
  load(r, address, false);
}

void loadMatricesTransposed(std::uint32_t (&r)[4], std::uint32_t address) {
  load(r, address, true);
}

void multiplyWarp(float (&d)[4], const std::uint32_t (&a)[4], std::uint32_t b0, std::uint32_t b1,
                  float (*read)(std::uint16_t)) {
  Operands mine{d, a, {b0, b1}};
  const auto work = [read](void** lanes) {
    std::array<std::array<float, 16>, 16> left{}; // (row, k)
    std::array<std::array<float, 8>, 16> right{}; // (k, column)
    for (unsigned lane = 0; lane < kWarp; ++lane) {
      const auto& given = *static_cast<Operands*>(lanes[lane]);
      const auto g = lane / 4;
      const auto t = lane % 4;
      for (unsigned r = 0; r < 4; ++r) {
        for (int h = 0; h < 2; ++h) {
          left.at(g + 8 * (r % 2)).at(2 * t + 8 * (r / 2) + static_cast<unsigned>(h)) =
              read(half(given.a[r], h));
        }
      }
      for (unsigned r = 0; r < 2; ++r) {
        for (int h = 0; h < 2; ++h) {
          right.at(2 * t + 8 * r + static_cast<unsigned>(h)).at(g) = read(half(given.b.at(r), h));
        }
      }
    }
    for (unsigned lane = 0; lane < kWarp; ++lane) {
      for (unsigned i = 0; i < 4; ++i) {
        const auto row = lane / 4 + 8 * (i / 2);
        const auto column = 2 * (lane % 4) + i % 2;
        float& sum = static_cast<Operands*>(lanes[lane])->d[i];
        for (unsigned k = 0; k < 16; ++k) {
          sum += left.at(row).at(k) * right.at(k).at(column);
        }
      }
    }
  };
  emulator::meet(warpStart(), kWarp, &mine, work, "wait at mma");
}

void copyAsync(std::uint32_t to, const void* from, bool exists) {
  auto* target = emulator::shared(to, 16);
  std::memset(target, 0xff, 16); // NaN until it lands
  const std::array<std::byte, 16> zeros{};
  emulator::defer(emulator::Queue::Copies, [target, from, exists, zeros] {
    std::memcpy(target, exists ? from : zeros.data(), 16);
  });
}

} // namespace einsight::validation::cuda
