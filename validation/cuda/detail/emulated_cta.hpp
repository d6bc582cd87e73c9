#pragma once
#include "validation/cuda/emulator.hpp"
#include "validation/cuda/fiber.hpp"

#include <array>
#include <deque>
#include <map>
#include <memory>
#include <utility>
#include <vector>

/// The state of the CTA that runs: what the sources of the emulator share.
namespace einsight::validation::cuda::emulator {

using Works = std::vector<std::function<void()>>;

struct Late {
  std::deque<Works> committed;
  Works open;
};

struct Thread {
  std::unique_ptr<Fiber> fiber;
  bool done = false;
  const char* waitsFor = "";
  std::array<Late, 2> late;
};

struct Meeting {
  int arrived = 0;
  std::uint64_t generation = 0;
  std::vector<void*> arguments;
};

struct Named {
  int arrived = 0;
  std::uint64_t generation = 0;
};

struct Transaction {
  int arrivals = 0;
  int pending = 0;
  std::int64_t bytes = 0;
  int phase = 0;
  std::vector<std::pair<std::uint32_t, std::function<void()>>> works;
};

struct Cta {
  Launch launch;
  Index3 index;
  const std::function<void()>* kernel = nullptr;
  std::vector<Thread> threads;
  std::vector<std::byte> shared;
  std::map<std::pair<int, int>, Meeting> meetings;
  std::map<int, Named> named;
  std::map<std::uint32_t, Transaction> barriers;
  int current = 0;
  bool progress = false;
  std::string error;
};

inline Cta* cta = nullptr; ///< launches do not nest, and tests run in one thread

} // namespace einsight::validation::cuda::emulator
