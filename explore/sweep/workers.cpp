#include "explore/sweep/workers.hpp"

#include "explore/sweep/worker.hpp"

#include <algorithm>
#include <memory>
#include <poll.h>

namespace einsight::explore::sweep {
namespace {

constexpr int kPatience = 100; ///< ms between calls of `collect`

/// The workers, and the tasks that are left for them.
class Pool {
public:
  Pool(std::span<const std::int64_t> tasks, const WorkerOptions& options,
       const std::function<std::string(std::int64_t)>& work)
      : tasks_(tasks), options_(options), work_(work) {}

  /// Starts workers up to their number, as long as there are tasks, and gives every idle one a
  /// task.
  core::Expected<void> occupy() {
    std::erase_if(workers_, [](const auto& worker) { return worker->ended(); });
    while (workers_.size() < static_cast<std::size_t>(options_.jobs) && busy() == workers_.size() &&
           next_ < tasks_.size()) {
      std::vector<int> others;
      for (const auto& worker : workers_) {
        others.push_back(worker->socket());
      }
      auto worker = Worker::start(work_, others);
      if (!worker) {
        return core::failure(std::move(worker.error()));
      }
      (*worker)->give(tasks_[next_++]);
      workers_.push_back(std::move(*worker));
    }
    for (const auto& worker : workers_) {
      if (!worker->task() && next_ < tasks_.size()) {
        worker->give(tasks_[next_++]);
      }
    }
    return {};
  }

  /// Waits a little for outcomes.
  std::vector<Outcome> wait() {
    std::vector<pollfd> sockets;
    for (const auto& worker : workers_) {
      sockets.push_back({worker->socket(), POLLIN, 0});
    }
    poll(sockets.data(), static_cast<nfds_t>(sockets.size()), kPatience);
    std::vector<Outcome> out;
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      auto& worker = *workers_[i];
      if (sockets[i].revents != 0) {
        const bool asked = worker.task().has_value();
        if (auto outcome = worker.read(); outcome && asked) {
          out.push_back(std::move(*outcome));
        }
      }
      if (!worker.ended() && worker.late(options_.timeout)) {
        out.push_back(worker.endLate(options_.timeout));
      }
    }
    return out;
  }

  [[nodiscard]] bool done() const { return next_ == tasks_.size() && busy() == 0; }

private:
  [[nodiscard]] std::size_t busy() const {
    return static_cast<std::size_t>(
        std::count_if(workers_.begin(), workers_.end(),
                      [](const auto& worker) { return worker->task().has_value(); }));
  }

  std::span<const std::int64_t> tasks_;
  WorkerOptions options_;
  const std::function<std::string(std::int64_t)>& work_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::size_t next_ = 0;
};

} // namespace

core::Expected<void> runInWorkers(std::span<const std::int64_t> tasks, const WorkerOptions& options,
                                  const std::function<std::string(std::int64_t)>& work,
                                  const Collect& collect) {
  Pool pool(tasks, options, work);
  while (!pool.done()) {
    if (auto occupied = pool.occupy(); !occupied) {
      return occupied;
    }
    const auto outcomes = pool.wait();
    const auto further = collect(outcomes);
    if (!further) {
      return core::failure(further.error());
    }
    if (!*further) {
      return {};
    }
  }
  return {};
}

} // namespace einsight::explore::sweep
