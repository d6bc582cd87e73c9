#include "validation/cuda/device.hpp"
#include "validation/cuda/emulator.hpp"
#include "validation/cuda/hopper.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cmath>

namespace einsight::validation::cuda {
namespace {

emulator::Launch launchOf(int threads, std::size_t bytes = 0) {
  emulator::Launch launch;
  launch.threads = threads;
  launch.sharedBytes = bytes;
  return launch;
}

} // namespace

TEST_CASE("threads that wait for each other in vain are a deadlock, with what they wait at") {
  const auto error = emulator::launch(launchOf(64), [] {
    if (threadIndex() < 32) {
      syncThreads();
    }
  });
  CHECK(error == "deadlock at CTA 0,0,0: 32 ended; 32 wait at syncThreads;");
}

TEST_CASE("an access outside shared memory ends the launch") {
  const auto error =
      emulator::launch(launchOf(32, 64), [] { storeShared(sharedBase() + 64, 1.0F); });
  CHECK(error == "shared memory address 1088 is outside at CTA 0,0,0, thread 0");
}

TEST_CASE("a copy lands when it is waited for, not before, and a copy that is not is an error") {
  const std::array<float, 4> source{1, 2, 3, 4};
  std::array<float, 2> seen{};
  const auto error = emulator::launch(launchOf(32, 512), [&] {
    const std::uint32_t to = sharedBase() + static_cast<std::uint32_t>(16 * threadIndex());
    copyAsync(to, source.data(), true);
    commitCopies();
    const float early = loadSharedFloat(to + 4);
    waitCopies<0>();
    if (threadIndex() == 3) {
      seen = {early, loadSharedFloat(to + 4)};
    }
  });
  CHECK(error == "");
  CHECK(std::isnan(seen[0]));
  CHECK(seen[1] == 2);
  CHECK(emulator::launch(launchOf(32, 512), [&] {
          copyAsync(sharedBase(), source.data(), true);
        }) == "a thread ended with copies or products that nobody waited for");
}

TEST_CASE("a transaction barrier completes after its arrivals and its bytes") {
  const std::array<std::uint16_t, 64> row{7};
  const TensorMap map{row.data(), {64, 1, 1, 1}, 1};
  std::uint32_t seen = 0;
  const auto error = emulator::launch(launchOf(32, 2048), [&] {
    const auto barrier = sharedBase() + 1024;
    if (threadIndex() == 0) {
      initBarrier(barrier, 1);
      waitBarrier(barrier, 1); // the phase before the first counts as completed
      arriveExpecting(barrier, 128);
      copyPanel(sharedBase(), map, barrier, 0, 0, 0, 0);
    }
    syncThreads();
    waitBarrier(barrier, 0);
    if (threadIndex() == 31) {
      seen = loadSharedWord(sharedBase());
    }
  });
  CHECK(error == "");
  CHECK(seen == 7);
}

TEST_CASE("a CTA that ends before its bulk copies landed is an error") {
  const std::array<std::uint16_t, 64> row{7};
  const TensorMap map{row.data(), {64, 1, 1, 1}, 1};
  const auto error = emulator::launch(launchOf(32, 2048), [&] {
    if (threadIndex() == 0) {
      initBarrier(sharedBase() + 1024, 1);
      arriveExpecting(sharedBase() + 1024, 128);
      copyPanel(sharedBase(), map, sharedBase() + 1024, 0, 0, 0, 0);
    }
  });
  CHECK(error == "CTA 0,0,0 ended before the copies of barrier 2048 landed");
}

TEST_CASE("a barrier that expects more bytes than come is a deadlock") {
  const auto error = emulator::launch(launchOf(32, 64), [] {
    if (threadIndex() == 0) {
      initBarrier(sharedBase(), 1);
      arriveExpecting(sharedBase(), 16);
    }
    syncThreads();
    waitBarrier(sharedBase(), 0);
  });
  CHECK(error == "deadlock at CTA 0,0,0: 32 wait at a transaction barrier;");
}

} // namespace einsight::validation::cuda
