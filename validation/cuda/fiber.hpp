#pragma once
#include <cstddef>
#include <memory>
#include <ucontext.h>

namespace einsight::validation::cuda::emulator {

/// A function with a stack of its own that can stop in its middle. The sanitizers are told of every
/// change of stacks.
class Fiber {
public:
  /// `run` begins with the first resume and must never return: it ends by a last yield.
  explicit Fiber(void (*run)());
  ~Fiber();
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  /// Runs on until the fiber yields. Not from inside a fiber.
  void resume();
  /// Inside a fiber: goes back to who resumed it.
  static void yield();

private:
  static void enter();
  void (*run_)();
  ucontext_t context_{};
  ucontext_t caller_{};
  std::unique_ptr<std::byte[]> stack_; // NOLINT(modernize-avoid-c-arrays): uninitialised bytes
  void* fakeStack_ = nullptr;          ///< AddressSanitizer's, of the fiber
  void* callerFakeStack_ = nullptr;
  const void* callerStack_ = nullptr;
  std::size_t callerStackBytes_ = 0;
  void* threadState_ = nullptr; ///< ThreadSanitizer's, of the fiber
  void* callerThreadState_ = nullptr;
};

} // namespace einsight::validation::cuda::emulator
