#pragma once
#include "explore/sweep/workers.hpp"

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <sys/types.h>
#include <utility>
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
  /// How many tasks it has and has not answered.
  [[nodiscard]] std::size_t tasks() const { return tasks_.size(); }
  /// Gives it a task, to do behind those it has. (A process that is dead by now shows when it is
  /// read from.)
  void give(std::int64_t task);
  /// Reads what is there: the outcomes of tasks that are complete; once the process has ended, also
  /// of the one that it was at.
  std::vector<Outcome> read();
  /// Has its first task taken longer than allowed?
  [[nodiscard]] bool late(std::int64_t seconds) const;
  /// Ends the process because its first task takes too long.
  Outcome endLate(std::int64_t seconds);
  /// The tasks that it has not begun, in order; it has none then. Only of a process that has ended.
  std::deque<std::int64_t> takeTasks() { return std::exchange(tasks_, {}); }
  /// What a task takes, of late; empty before the first outcome.
  [[nodiscard]] std::optional<double> secondsPerTask() const { return secondsPerTask_; }
  /// Has the process ended?
  [[nodiscard]] bool ended() const { return process_ < 0; }

private:
  Worker(pid_t process, int socket, int errors)
      : process_(process), socket_(socket), errors_(errors) {}
  /// The outcome of the first task; the next one begins.
  Outcome finish(bool answered, std::string text);
  [[nodiscard]] std::optional<Outcome> crashed();
  std::optional<Outcome> takeAnswer();
  [[nodiscard]] std::string errorText() const;

  pid_t process_;
  int socket_;
  int errors_;                     ///< a file in memory: its stderr
  std::deque<std::int64_t> tasks_; ///< the first is the one that it is at
  Clock::time_point begin_;        ///< of the first
  std::optional<double> secondsPerTask_;
  std::string received_;
};

} // namespace einsight::explore::sweep
