#pragma once
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace einsight::validation {

/// Notices work that does not come back. A kernel that hangs never does, and whoever waits for it
/// can only be ended with the program.
class Watchdog {
public:
  /// `bark` is called with the name of what was begun, on a thread of its own, once it has taken
  /// longer than `patience`; once.
  Watchdog(std::chrono::duration<double> patience, std::function<void(const std::string&)> bark);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  /// Something begins; an empty name: it has ended.
  void watch(const std::string& what);

private:
  void run();

  std::chrono::duration<double> patience_;
  std::function<void(const std::string&)> bark_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string what_;  ///< under way; empty: nothing
  int begun_ = 0;     ///< how many times something began or ended
  bool over_ = false; ///< the watchdog is no longer needed
  std::thread thread_;
};

} // namespace einsight::validation
