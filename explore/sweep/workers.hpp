#pragma once
#include "core/expected.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace einsight::explore::sweep {

/// What a worker process answered about a task, or why it did not.
struct Outcome {
  std::int64_t task = 0;
  bool answered = false;
  std::string text; ///< the answer, or the reason: "ended by signal 11 (Segmentation fault)"
};

struct WorkerOptions {
  int jobs = 1;               ///< processes
  std::int64_t timeout = 600; ///< seconds that a task may take
};

/// Takes outcomes as they come, in any order, and at least every tenth of a second an empty list.
/// False ends everything at once.
using Collect = std::function<core::Expected<bool>(std::span<const Outcome> outcomes)>;

/// Does tasks in worker processes, each with a socket to this one: a task that crashes, throws or
/// takes too long costs its process, which is replaced, and its outcome says so. The workers ignore
/// Ctrl-C and end with this process. What a worker wrote to stderr is part of the reason.
class WorkerPool {
public:
  WorkerPool(const WorkerOptions& options, std::function<std::string(std::int64_t)> work);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Does tasks; processes stay for the next call, with what they remember. False: `collect` ended
  /// it. Fails when no process can be made, or as `collect` does. Call it before there are threads.
  core::Expected<bool> run(std::span<const std::int64_t> tasks, const Collect& collect);

private:
  class Inside;
  std::unique_ptr<Inside> inside_;
};

} // namespace einsight::explore::sweep
