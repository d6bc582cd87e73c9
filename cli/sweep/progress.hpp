#pragma once
#include "explore/sweep/run.hpp"

#include <chrono>
#include <string>

namespace einsight::cli {

/// "1,234 of 5,000 points, 120 per second, 31 s left"; of a search also "front of 12". The rate is
/// that of the points since the beginning.
std::string progressLine(const explore::sweep::Progress& progress, double seconds);

/// Progress of a sweep on stderr, from the second second on: one line that changes on a terminal,
/// else a line every ten seconds.
class SweepProgress {
public:
  SweepProgress();
  ~SweepProgress();
  SweepProgress(const SweepProgress&) = delete;
  SweepProgress& operator=(const SweepProgress&) = delete;
  void show(const explore::sweep::Progress& progress);

private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point begin_, last_;
  bool terminal_;
  bool shown_ = false;
};

} // namespace einsight::cli
