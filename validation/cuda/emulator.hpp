#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

/// A CTA at a time on the CPU: every thread is a fiber that runs until it has to wait for others.
/// Copies and matrix products that a GPU runs asynchronously happen as late as it may run them, and
/// their destinations hold NaN until then, so that a wait that is missing shows.
namespace einsight::validation::cuda::emulator {

struct Index3 {
  int x = 0;
  int y = 0;
  int z = 0;
};

struct Launch {
  Index3 grid{1, 1, 1};
  int threads = 32;            ///< of a CTA, a multiple of 32
  std::size_t sharedBytes = 0; ///< dynamic shared memory, poisoned before each CTA
  unsigned order = 0;          ///< seed of the order in which fibers run; 0: by number
};

/// Runs a kernel; empty if every CTA ended, else what went wrong: all threads wait ("deadlock at
/// CTA 0,0,0: …") or an access outside shared memory.
std::string launch(const Launch& launch, const std::function<void()>& kernel);

/// What the running thread may ask. Valid only inside launch.
int threadIndex();
Index3 blockIndex();

/// Lets other threads run until the condition holds.
void waitUntil(const std::function<bool()>& condition, const char* what);
/// Ends the launch with a message.
[[noreturn]] void fail(std::string what);

/// Bytes of shared memory at an address, which counts from kSharedBase.
constexpr std::uint32_t kSharedBase = 1024;
std::byte* shared(std::uint32_t address, std::size_t bytes);

/// All threads of [first, first + threads) meet; the last one to come runs `work` with every
/// thread's arguments, in their order.
void meet(int first, int threads, void* arguments, const std::function<void(void**)>& work,
          const char* what);
/// All threads of the CTA meet.
void meetAll(const char* what);
/// Named barrier as PTX's bar.sync and bar.arrive: `threads` arrivals complete it.
void namedBarrier(int id, int threads, bool wait);

/// Work of the running thread that may happen late: committed in groups, done oldest first.
enum class Queue { Copies, Products };
void defer(Queue queue, std::function<void()> work);
void commit(Queue queue);
/// Runs all but the newest `left` groups.
void settle(Queue queue, int left);

/// Transaction barriers (mbarrier), by address in shared memory.
void barrierInit(std::uint32_t address, int arrivals);
void barrierArrive(std::uint32_t address, std::uint32_t expectedBytes);
/// Work that counts as so many bytes of a barrier; it happens when a thread next looks at the
/// barrier.
void barrierDefer(std::uint32_t address, std::uint32_t bytes, std::function<void()> work);
/// Waits until the phase of this parity has completed.
void barrierWait(std::uint32_t address, int parity);

} // namespace einsight::validation::cuda::emulator
