#pragma once
#include <chrono>
#include <cstdint>
#include <string>

namespace einsight::cli {

/// "1,234 of 5,000 points, 120 per second, 31 s left". The rate is that of the points since the
/// beginning, `before` of which were there already.
std::string progressLine(std::int64_t done, std::int64_t before, std::int64_t all, double seconds);

/// Progress of a sweep on stderr, from the second second on: one line that changes on a terminal,
/// else a line every ten seconds.
class SweepProgress {
public:
  SweepProgress();
  ~SweepProgress();
  SweepProgress(const SweepProgress&) = delete;
  SweepProgress& operator=(const SweepProgress&) = delete;
  void show(std::int64_t done, std::int64_t before, std::int64_t all);

private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point begin_, last_;
  bool terminal_;
  bool shown_ = false;
};

} // namespace einsight::cli
