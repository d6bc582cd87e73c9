#pragma once
#include <algorithm>
#include <compare>
#include <cstddef>
#include <vector>

namespace einsight::sim::gpu {

/// When something happens on which SM.
struct Event {
  double time = 0;
  std::size_t sm = 0;

  auto operator<=>(const Event&) const = default;
};

/// Events, the earliest first, of equal times the lowest number. Most
/// events come later than all that wait: a line in order takes them at its end at once.
class Events {
public:
  [[nodiscard]] bool empty() const { return first_ == line_.size(); }

  void push(const Event& event) {
    if (first_ > kSpent && 2 * first_ > line_.size()) {
      line_.erase(line_.begin(), begin());
      first_ = 0;
    }
    if (empty() || !(event < line_.back())) {
      line_.push_back(event);
    } else {
      line_.insert(std::upper_bound(begin(), line_.end(), event), event);
    }
  }

  /// Precondition: not empty.
  Event pop() { return line_[first_++]; }

private:
  static constexpr std::size_t kSpent = 256;

  std::vector<Event>::iterator begin() {
    return line_.begin() + static_cast<std::ptrdiff_t>(first_);
  }

  std::vector<Event> line_; ///< in order from `first_` on
  std::size_t first_ = 0;
};

} // namespace einsight::sim::gpu
