#include "validation/cuda/detail/emulated_cta.hpp"

/// Transaction barriers of the emulator.
namespace einsight::validation::cuda::emulator {
namespace {

void completeIfDone(Transaction& barrier) {
  if (barrier.pending == 0 && barrier.bytes == 0) {
    barrier.pending = barrier.arrivals;
    barrier.phase ^= 1;
    cta->progress = true;
  }
}

Transaction& barrierAt(std::uint32_t address) {
  const auto found = cta->barriers.find(address);
  if (found == cta->barriers.end()) {
    fail("barrier " + std::to_string(address) + " was never initialised");
  }
  return found->second;
}

} // namespace

void barrierInit(std::uint32_t address, int arrivals) {
  shared(address, 8);
  auto& barrier = cta->barriers[address];
  barrier = {};
  barrier.arrivals = barrier.pending = arrivals;
}

void barrierArrive(std::uint32_t address, std::uint32_t expectedBytes) {
  auto& barrier = barrierAt(address);
  if (--barrier.pending < 0) {
    fail("more arrivals at barrier " + std::to_string(address) + " than it expects");
  }
  barrier.bytes += expectedBytes;
  cta->progress = true;
  completeIfDone(barrier);
}

void barrierDefer(std::uint32_t address, std::uint32_t bytes, std::function<void()> work) {
  barrierAt(address).works.emplace_back(bytes, std::move(work));
  cta->progress = true;
}

void barrierWait(std::uint32_t address, int parity) {
  auto& barrier = barrierAt(address);
  const auto completed = [&barrier, parity] {
    for (const auto& [bytes, work] : barrier.works) {
      work();
      barrier.bytes -= bytes;
    }
    const bool any = !barrier.works.empty();
    barrier.works.clear();
    if (any) {
      completeIfDone(barrier);
    }
    return barrier.phase != parity;
  };
  waitUntil(completed, "wait at a transaction barrier");
}

} // namespace einsight::validation::cuda::emulator
