#include "validation/cuda/emulator.hpp"

#include "core/invariant.hpp"
#include "validation/cuda/detail/emulated_cta.hpp"

#include <algorithm>
#include <random>

namespace einsight::validation::cuda::emulator {
namespace {

void runThread() {
  (*cta->kernel)();
  auto& thread = cta->threads[static_cast<std::size_t>(cta->current)];
  for (auto& late : thread.late) {
    if (!late.committed.empty() || !late.open.empty()) {
      cta->error = "a thread ended with copies or products that nobody waited for";
    }
  }
  thread.done = true;
  cta->progress = true;
  Fiber::yield();
}

std::string place() {
  return std::to_string(cta->index.x) + "," + std::to_string(cta->index.y) + "," +
         std::to_string(cta->index.z);
}

std::string deadlock() {
  std::map<std::string, int> waits;
  for (const auto& thread : cta->threads) {
    waits[thread.done ? "ended" : thread.waitsFor] += 1;
  }
  std::string text = "deadlock at CTA " + place() + ":";
  for (const auto& [what, count] : waits) {
    text += " " + std::to_string(count) + " " + what + ";";
  }
  return text;
}

/// A bulk copy that lands later writes into the memory of the next CTA.
void endCta() {
  for (const auto& [address, barrier] : cta->barriers) {
    if (!barrier.works.empty()) {
      cta->error = "CTA " + place() + " ended before the copies of barrier " +
                   std::to_string(address) + " landed";
    }
  }
}

/// Runs every thread of the CTA to its end.
void runCta(std::mt19937& random) {
  std::vector<int> order(cta->threads.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = static_cast<int>(i);
    cta->threads[i].fiber = std::make_unique<Fiber>(&runThread);
  }
  while (cta->error.empty()) {
    if (cta->launch.order != 0) {
      std::shuffle(order.begin(), order.end(), random);
    }
    cta->progress = false;
    bool any = false;
    for (const int thread : order) {
      auto& state = cta->threads[static_cast<std::size_t>(thread)];
      if (!state.done && cta->error.empty()) {
        any = true;
        cta->current = thread;
        state.fiber->resume();
      }
    }
    if (!any) {
      endCta();
      return;
    }
    if (!cta->progress && cta->error.empty()) {
      cta->error = deadlock();
    }
  }
}

} // namespace

std::string launch(const Launch& launch, const std::function<void()>& kernel) {
  EINSIGHT_INVARIANT(cta == nullptr && launch.threads % 32 == 0, "emulated launches do not nest");
  std::mt19937 random(launch.order);
  std::string error;
  for (int z = 0; z < launch.grid.z && error.empty(); ++z) {
    for (int y = 0; y < launch.grid.y && error.empty(); ++y) {
      for (int x = 0; x < launch.grid.x && error.empty(); ++x) {
        Cta running;
        running.launch = launch;
        running.index = {x, y, z};
        running.kernel = &kernel;
        running.threads = std::vector<Thread>(static_cast<std::size_t>(launch.threads));
        running.shared.assign(launch.sharedBytes, std::byte{0xff}); // NaN in every type
        cta = &running;
        runCta(random);
        error = running.error;
        cta = nullptr;
      }
    }
  }
  return error;
}

int threadIndex() {
  return cta->current;
}
Index3 blockIndex() {
  return cta->index;
}

void waitUntil(const std::function<bool()>& condition, const char* what) {
  const int self = cta->current;
  cta->threads[static_cast<std::size_t>(self)].waitsFor = what;
  while (!condition()) {
    Fiber::yield();
  }
  cta->progress = true;
}

void fail(std::string what) {
  cta->error = std::move(what); // this stack is never unwound, so nothing may be left on it
  cta->error += " at CTA " + place() + ", thread " + std::to_string(cta->current);
  Fiber::yield();
  EINSIGHT_INVARIANT(false, "a failed emulation does not go on");
  std::abort();
}

std::byte* shared(std::uint32_t address, std::size_t bytes) {
  if (address < kSharedBase || address - kSharedBase + bytes > cta->shared.size()) {
    fail("shared memory address " + std::to_string(address) + " is outside");
  }
  return cta->shared.data() + (address - kSharedBase);
}

void meet(int first, int threads, void* arguments, const std::function<void(void**)>& work,
          const char* what) {
  auto& meeting = cta->meetings[{first, threads}];
  meeting.arguments.resize(static_cast<std::size_t>(threads));
  const auto generation = meeting.generation;
  meeting.arguments[static_cast<std::size_t>(cta->current - first)] = arguments;
  cta->progress = true;
  if (++meeting.arrived == threads) {
    work(meeting.arguments.data());
    meeting.arrived = 0;
    ++meeting.generation;
    return;
  }
  waitUntil([&meeting, generation] { return meeting.generation != generation; }, what);
}

void meetAll(const char* what) {
  meet(
      0, cta->launch.threads, nullptr, [](void**) {}, what);
}

void namedBarrier(int id, int threads, bool wait) {
  auto& named = cta->named[id];
  const auto generation = named.generation;
  cta->progress = true;
  if (++named.arrived == threads) {
    named.arrived = 0;
    ++named.generation;
    return;
  }
  if (wait) {
    waitUntil([&named, generation] { return named.generation != generation; },
              "wait at a named barrier");
  }
}

void defer(Queue queue, std::function<void()> work) {
  auto& late = cta->threads[static_cast<std::size_t>(cta->current)].late;
  late.at(static_cast<std::size_t>(queue)).open.push_back(std::move(work));
}

void commit(Queue queue) {
  auto& late =
      cta->threads[static_cast<std::size_t>(cta->current)].late.at(static_cast<std::size_t>(queue));
  late.committed.push_back(std::move(late.open));
  late.open = {};
}

void settle(Queue queue, int left) {
  auto& late =
      cta->threads[static_cast<std::size_t>(cta->current)].late.at(static_cast<std::size_t>(queue));
  while (late.committed.size() > static_cast<std::size_t>(left)) {
    for (const auto& work : late.committed.front()) {
      work();
    }
    late.committed.pop_front();
  }
}

} // namespace einsight::validation::cuda::emulator
