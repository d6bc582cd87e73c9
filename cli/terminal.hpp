#pragma once
#include "report/table.hpp"

#include <chrono>
#include <string>

namespace einsight::cli {

/// Exit status after Ctrl-C: 128 and the number of the signal, as shells say it.
inline constexpr int kInterrupted = 130;

/// Colour for stdout when it is a terminal and NO_COLOR is not set.
report::Style stdoutStyle();

/// A progress bar on stderr, on a terminal only, from the second second on. Erased at the end.
class ProgressBar {
public:
  explicit ProgressBar(std::string label);
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  /// Always true: work goes on (Ctrl-C ends the program by itself).
  bool show(double fraction);

private:
  std::string label_;
  std::chrono::steady_clock::time_point begin_;
  std::chrono::steady_clock::time_point last_;
  bool terminal_;
  bool shown_ = false;
};

/// From now on Ctrl-C ends the program at once with kInterrupted. Safe, because answers are written
/// only when complete.
void exitOnInterrupt();

/// While it lives, the first Ctrl-C only asks to stop, so that the best so far can be written; the
/// second one ends the program. One at a time.
class StopOnInterrupt {
public:
  StopOnInterrupt();
  ~StopOnInterrupt();
  StopOnInterrupt(const StopOnInterrupt&) = delete;
  StopOnInterrupt& operator=(const StopOnInterrupt&) = delete;
  [[nodiscard]] static bool asked();
};

} // namespace einsight::cli
