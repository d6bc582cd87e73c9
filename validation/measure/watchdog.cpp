#include "validation/measure/watchdog.hpp"

#include <algorithm>
#include <utility>

namespace einsight::validation {
namespace {

constexpr std::chrono::duration<double> kLongest{1e6}; // what clocks can count to

} // namespace

Watchdog::Watchdog(std::chrono::duration<double> patience,
                   std::function<void(const std::string&)> bark)
    : patience_(std::min(patience, kLongest)), bark_(std::move(bark)), thread_([this] { run(); }) {}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void Watchdog::watch(const std::string& what) {
  {
    const std::lock_guard lock(mutex_);
    what_ = what;
    ++begun_;
  }
  changed_.notify_one();
}

void Watchdog::run() {
  std::unique_lock lock(mutex_);
  while (!over_) {
    const int seen = begun_;
    const auto news = [&] { return over_ || begun_ != seen; };
    if (what_.empty()) {
      changed_.wait(lock, news);
    } else if (!changed_.wait_for(lock, patience_, news)) {
      bark_(what_);
      return;
    }
  }
}

} // namespace einsight::validation
