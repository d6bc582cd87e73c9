#include "validation/cuda/fiber.hpp"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif
#ifdef __SANITIZE_THREAD__
#include <sanitizer/tsan_interface.h>
#endif

namespace einsight::validation::cuda::emulator {
namespace {

constexpr std::size_t kStackBytes = std::size_t{256} * 1024;

Fiber* current = nullptr; // launches run in one thread

#ifdef __SANITIZE_ADDRESS__
void startSwitch(void** save, const void* stack, std::size_t bytes) {
  __sanitizer_start_switch_fiber(save, stack, bytes);
}
void finishSwitch(void* saved, const void** stack, std::size_t* bytes) {
  __sanitizer_finish_switch_fiber(saved, stack, bytes);
}
#else
void startSwitch(void**, const void*, std::size_t) {}
void finishSwitch(void*, const void**, std::size_t*) {}
#endif

#ifdef __SANITIZE_THREAD__
void* newThreadState() {
  return __tsan_create_fiber(0);
}
void dropThreadState(void* state) {
  __tsan_destroy_fiber(state);
}
void* threadState() {
  return __tsan_get_current_fiber();
}
void switchThreadState(void* state) {
  __tsan_switch_to_fiber(state, 0);
}
#else
void* newThreadState() {
  return nullptr;
}
void dropThreadState(void*) {}
void* threadState() {
  return nullptr;
}
void switchThreadState(void*) {}
#endif

} // namespace

Fiber::Fiber(void (*run)())
    : run_(run), stack_(std::make_unique_for_overwrite<std::byte[]>(kStackBytes)),
      threadState_(newThreadState()) {
  getcontext(&context_);
  context_.uc_stack.ss_sp = stack_.get();
  context_.uc_stack.ss_size = kStackBytes;
  context_.uc_link = nullptr;
  makecontext(&context_, &Fiber::enter, 0);
}

Fiber::~Fiber() {
  dropThreadState(threadState_);
}

void Fiber::enter() {
  finishSwitch(nullptr, &current->callerStack_, &current->callerStackBytes_);
  current->run_();
}

void Fiber::resume() {
  current = this;
  callerThreadState_ = threadState();
  startSwitch(&callerFakeStack_, stack_.get(), kStackBytes);
  switchThreadState(threadState_);
  swapcontext(&caller_, &context_);
  finishSwitch(callerFakeStack_, nullptr, nullptr);
}

void Fiber::yield() {
  Fiber& self = *current;
  startSwitch(&self.fakeStack_, self.callerStack_, self.callerStackBytes_);
  switchThreadState(self.callerThreadState_);
  swapcontext(&self.context_, &self.caller_);
  finishSwitch(self.fakeStack_, &self.callerStack_, &self.callerStackBytes_);
}

} // namespace einsight::validation::cuda::emulator
