#pragma once
#include "results/waveform.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace einsight::sim::test {

/// Keeps every change of what memories hold, and every task that a resource served.
class HeldRecorder : public results::Waveform {
public:
  using Window = std::pair<std::int64_t, std::int64_t>; ///< ticks [first, second)

  /// A turn of a resource.
  struct Turn {
    std::string resource, task;
    std::int64_t iteration = 0;
    std::int64_t from = 0, until = 0;
  };

  /// Without a window everything is kept; else periods outside of it may be skipped.
  explicit HeldRecorder(std::optional<Window> window = {}) : window_(window) {}

  int declare(const std::vector<std::string>& scopes, const std::string& name, Kind) override {
    const auto scope = scopes.empty() ? "" : scopes.back();
    signals_.push_back({scope, name});
    return static_cast<int>(signals_.size()) - 1;
  }
  void change(std::int64_t tick, int signal, double value) override {
    const auto& [scope, name] = signals_[static_cast<std::size_t>(signal)];
    wentBack_ = wentBack_ || tick < last_;
    last_ = tick;
    if (name == "held_bytes") {
      held[scope][tick] = value;
    } else if (name == "iteration") {
      end(scope, tick);
      open_[scope] = {scope, tasks_[scope], static_cast<std::int64_t>(value), tick, tick};
    } else if (name == "busy" && value == 0) {
      end(scope, tick);
    }
  }
  void change(std::int64_t tick, int signal, const std::string& value) override {
    const auto& [scope, name] = signals_[static_cast<std::size_t>(signal)];
    if (name == "task") {
      tasks_[scope] = value;
    } else if (name == "section") {
      sections.push_back(tick);
    }
  }
  [[nodiscard]] bool open() const override { return true; }
  [[nodiscard]] std::int64_t keepsFrom(std::int64_t tick) const override {
    const bool inside = !window_ || (window_->first <= tick && tick < window_->second);
    return inside                  ? tick
           : tick < window_->first ? window_->first
                                   : std::numeric_limits<std::int64_t>::max();
  }

  /// Bytes from `tick` on.
  [[nodiscard]] double at(const std::string& memory, std::int64_t tick) const {
    const auto& changes = held.at(memory);
    const auto after = changes.upper_bound(tick);
    return after == changes.begin() ? 0 : std::prev(after)->second;
  }
  [[nodiscard]] double largest(const std::string& memory) const {
    double most = 0;
    for (const auto& [tick, bytes] : held.at(memory)) {
      most = std::max(most, bytes);
    }
    return most;
  }
  /// Bytes times ticks.
  [[nodiscard]] double area(const std::string& memory) const {
    double sum = 0;
    const auto& changes = held.at(memory);
    for (auto now = changes.begin(); now != changes.end() && std::next(now) != changes.end();
         ++now) {
      sum += now->second * static_cast<double>(std::next(now)->first - now->first);
    }
    return sum;
  }
  [[nodiscard]] bool wentBack() const { return wentBack_; }

  std::map<std::string, std::map<std::int64_t, double>> held; ///< memory -> tick -> bytes
  std::vector<Turn> turns;                                    ///< in the order of their ends
  std::vector<std::int64_t> sections;                         ///< ticks at which they begin

private:
  void end(const std::string& scope, std::int64_t tick) {
    if (const auto turn = open_.find(scope); turn != open_.end()) {
      turn->second.until = tick;
      turns.push_back(turn->second);
      open_.erase(turn);
    }
  }

  std::optional<Window> window_;
  std::vector<std::pair<std::string, std::string>> signals_;
  std::map<std::string, std::string> tasks_; ///< as last told
  std::map<std::string, Turn> open_;
  std::int64_t last_ = 0;
  bool wentBack_ = false;
};

} // namespace einsight::sim::test
