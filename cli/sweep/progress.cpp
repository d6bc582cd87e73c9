#include "cli/sweep/progress.hpp"

#include "core/format.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdio>
#include <unistd.h>

namespace einsight::cli {
namespace {

constexpr auto kQuiet = std::chrono::seconds(1);
constexpr auto kBetween = std::chrono::milliseconds(200);
constexpr auto kBetweenLines = std::chrono::seconds(10);
constexpr std::int64_t kMinute = 60, kHour = 3600;

std::string duration(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::ceil(seconds));
  return whole < kMinute ? fmt::format("{} s", whole)
         : whole < kHour ? fmt::format("{} min {} s", whole / kMinute, whole % kMinute)
                         : fmt::format("{} h {} min", whole / kHour, whole % kHour / kMinute);
}

} // namespace

std::string progressLine(const explore::sweep::Progress& progress, double seconds) {
  const auto& [done, before, all, front] = progress;
  auto line = fmt::format("{} of {} points", core::formatCount(done), core::formatCount(all));
  if (front) {
    line += fmt::format(", front of {}", core::formatCount(static_cast<std::int64_t>(*front)));
  }
  if (done > before && seconds > 0) {
    const double rate = static_cast<double>(done - before) / seconds;
    line += fmt::format(", {:.3g} per second, {} left", rate,
                        duration(static_cast<double>(all - done) / rate));
  }
  return line;
}

SweepProgress::SweepProgress()
    : begin_(Clock::now()), last_(begin_), terminal_(isatty(STDERR_FILENO) == 1) {}

SweepProgress::~SweepProgress() {
  if (shown_ && terminal_) {
    std::fputs("\r\033[K", stderr);
  }
}

void SweepProgress::show(const explore::sweep::Progress& progress) {
  const auto now = Clock::now();
  const bool due =
      terminal_ ? now - begin_ > kQuiet && now - last_ > kBetween : now - last_ > kBetweenLines;
  if (!due) {
    return;
  }
  last_ = now;
  shown_ = true;
  const auto line = progressLine(progress, std::chrono::duration<double>(now - begin_).count());
  fmt::print(stderr, "{}{}{}", terminal_ ? "\r" : "", line, terminal_ ? "\033[K" : "\n");
  std::fflush(stderr);
}

} // namespace einsight::cli
