#include "explore/sweep/workers.hpp"

#include "explore/sweep/worker.hpp"

#include <algorithm>
#include <poll.h>

namespace einsight::explore::sweep {
namespace {

constexpr int kPatience = 100;          ///< ms between calls of `collect`
constexpr double kQueueSeconds = 0.02;  ///< of work that a worker has before it
constexpr std::size_t kMostQueued = 64; ///< tasks

} // namespace

/// The workers, and the tasks that are left for them.
class WorkerPool::Inside {
public:
  Inside(const WorkerOptions& options, std::function<std::string(std::int64_t)> work)
      : options_(options), work_(std::move(work)) {}

  void begin(std::span<const std::int64_t> tasks) { tasks_.assign(tasks.rbegin(), tasks.rend()); }

  /// Starts workers up to their number, as long as there are tasks, and gives everyone so many that
  /// none waits for this process.
  core::Expected<void> occupy() {
    std::erase_if(workers_, [](const auto& worker) { return worker->ended(); });
    while (workers_.size() < static_cast<std::size_t>(options_.jobs) && idle() == 0 &&
           !tasks_.empty()) {
      std::vector<int> others;
      for (const auto& worker : workers_) {
        others.push_back(worker->socket());
      }
      auto worker = Worker::start(work_, others);
      if (!worker) {
        return core::failure(std::move(worker.error()));
      }
      (*worker)->give(next());
      workers_.push_back(std::move(*worker));
    }
    for (const auto& worker : workers_) {
      while (worker->tasks() < depth(*worker) && !tasks_.empty()) {
        worker->give(next());
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
        auto outcomes = worker.read();
        out.insert(out.end(), std::make_move_iterator(outcomes.begin()),
                   std::make_move_iterator(outcomes.end()));
      }
      if (!worker.ended() && worker.late(options_.timeout)) {
        out.push_back(worker.endLate(options_.timeout));
      }
      if (worker.ended()) { // another does what it was given besides
        const auto left = worker.takeTasks();
        tasks_.insert(tasks_.end(), left.rbegin(), left.rend());
      }
    }
    return out;
  }

  [[nodiscard]] bool done() const { return tasks_.empty() && idle() == workers_.size(); }

  void abandon() { workers_.clear(); }

private:
  std::int64_t next() {
    const auto task = tasks_.back();
    tasks_.pop_back();
    return task;
  }

  [[nodiscard]] std::size_t idle() const {
    return static_cast<std::size_t>(std::count_if(
        workers_.begin(), workers_.end(), [](const auto& worker) { return worker->tasks() == 0; }));
  }

  /// Tasks that a worker should have: more of short ones, and a fair part of the last.
  [[nodiscard]] std::size_t depth(const Worker& worker) const {
    const auto seconds = worker.secondsPerTask();
    const auto wanted =
        seconds ? static_cast<std::size_t>(std::clamp(kQueueSeconds / std::max(*seconds, 1e-9), 1.0,
                                                      static_cast<double>(kMostQueued)))
                : 1;
    const auto fair = 1 + tasks_.size() / static_cast<std::size_t>(2 * options_.jobs);
    return std::min(wanted, fair);
  }

  WorkerOptions options_;
  std::function<std::string(std::int64_t)> work_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::int64_t> tasks_; ///< the next one last
};

WorkerPool::WorkerPool(const WorkerOptions& options, std::function<std::string(std::int64_t)> work)
    : inside_(std::make_unique<Inside>(options, std::move(work))) {}

WorkerPool::~WorkerPool() = default;

core::Expected<bool> WorkerPool::run(std::span<const std::int64_t> tasks, const Collect& collect) {
  inside_->begin(tasks);
  while (!inside_->done()) {
    if (auto occupied = inside_->occupy(); !occupied) {
      return core::failure(std::move(occupied.error()));
    }
    const auto outcomes = inside_->wait();
    auto further = collect(outcomes);
    if (!further || !*further) {
      inside_->abandon();
      return further;
    }
  }
  return true;
}

} // namespace einsight::explore::sweep
