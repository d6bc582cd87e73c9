#pragma once
#include "explore/sweep/workers.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <sys/types.h>
#include <vector>

namespace einsight::explore::sweep {

/// One worker process. Moved by pointer only; the process ends with the object.
class Worker {
public:
  using Clock = std::chrono::steady_clock;

  /// Starts a process that does tasks until its socket closes. `others`: sockets that it must not
  /// keep open.
  static core::Expected<std::unique_ptr<Worker>>
  start(const std::function<std::string(std::int64_t)>& work, const std::vector<int>& others);

  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker();

  [[nodiscard]] int socket() const { return socket_; }
  [[nodiscard]] std::optional<std::int64_t> task() const { return task_; }
  /// Gives it a task. (A process that is dead by now shows when it is read from.)
  void give(std::int64_t task);
  /// Reads what is there: the outcome of its task once that is complete, or once the process has
  /// ended.
  std::optional<Outcome> read();
  /// Has its task taken longer than allowed?
  [[nodiscard]] bool late(std::int64_t seconds) const;
  /// Ends the process because its task takes too long.
  Outcome endLate(std::int64_t seconds);
  /// Has the process ended?
  [[nodiscard]] bool ended() const { return process_ < 0; }

private:
  Worker(pid_t process, int socket, int errors)
      : process_(process), socket_(socket), errors_(errors) {}
  [[nodiscard]] Outcome crashed();
  [[nodiscard]] std::string errorText() const;

  pid_t process_;
  int socket_;
  int errors_; ///< a file in memory: its stderr
  std::optional<std::int64_t> task_;
  Clock::time_point begin_;
  std::string received_;
};

} // namespace einsight::explore::sweep
