#include "cli/terminal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <unistd.h>

namespace einsight::cli {
namespace {

constexpr auto kQuiet = std::chrono::seconds(1);
constexpr auto kBetween = std::chrono::milliseconds(100);
constexpr int kCells = 30;

extern "C" void onInterrupt(int) {
  _exit(kInterrupted);
}

volatile std::sig_atomic_t interruptAsked = 0; // a handler can reach nothing else

extern "C" void askOnInterrupt(int) {
  if (interruptAsked != 0) {
    _exit(kInterrupted);
  }
  interruptAsked = 1;
}

} // namespace

report::Style stdoutStyle() {
  const char* off = std::getenv("NO_COLOR");
  return {isatty(STDOUT_FILENO) == 1 && (off == nullptr || *off == '\0')};
}

ProgressBar::ProgressBar(std::string label)
    : label_(std::move(label)), begin_(std::chrono::steady_clock::now()), last_(begin_),
      terminal_(isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() {
  if (shown_) {
    std::fputs("\r\033[K", stderr);
  }
}

bool ProgressBar::show(double fraction) {
  const auto now = std::chrono::steady_clock::now();
  if (terminal_ && now - begin_ > kQuiet && now - last_ > kBetween) {
    last_ = now;
    shown_ = true;
    const double part = std::clamp(fraction, 0.0, 1.0);
    const int full = static_cast<int>(part * kCells);
    const auto bar =
        fmt::format("\r{} [{:<{}}] {:3.0f}%", label_,
                    std::string(static_cast<std::size_t>(full), '#'), kCells, 100 * part);
    std::fputs(bar.c_str(), stderr);
    std::fflush(stderr);
  }
  return true;
}

void exitOnInterrupt() {
  std::signal(SIGINT, onInterrupt);
}

StopOnInterrupt::StopOnInterrupt() {
  interruptAsked = 0;
  std::signal(SIGINT, askOnInterrupt);
}

StopOnInterrupt::~StopOnInterrupt() {
  exitOnInterrupt();
}

bool StopOnInterrupt::asked() {
  return interruptAsked != 0;
}

} // namespace einsight::cli
