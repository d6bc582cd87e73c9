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

/// Events, the earliest first, of equal times the lowest number. Most events come later than all
/// that wait: a line in order takes them at its end at once. Others move the shorter side of it.
class Events {
public:
  [[nodiscard]] bool empty() const { return first_ == line_.size(); }

  void push(const Event& event) {
    if (first_ > kSpent && 2 * first_ > line_.size()) {
      line_.erase(line_.begin(), begin());
      first_ = 0;
    }
    if (empty() || !isBefore(event, line_.back())) {
      line_.push_back(event);
      return;
    }
    const auto place = placeOf(event);
    if (first_ > 0 && place - first_ < line_.size() - place) {
      std::move(begin(), at(place), begin() - 1);
      --first_;
      line_[place - 1] = event;
    } else {
      line_.insert(at(place), event);
    }
  }

  /// Precondition: not empty.
  [[nodiscard]] const Event& front() const { return line_[first_]; }
  /// Precondition: not empty.
  Event pop() { return line_[first_++]; }

private:
  static constexpr std::size_t kSpent = 256;

  static bool isBefore(const Event& a, const Event& b) {
    return a.time < b.time || (a.time == b.time && a.sm < b.sm);
  }

  /// Behind all that are no later; there is one that is. A search without branches: they would be
  /// guessed wrong half of the time.
  [[nodiscard]] std::size_t placeOf(const Event& event) const {
    auto place = first_;
    for (auto size = line_.size() - first_; size > 0;) {
      const auto half = (size + 1) / 2;
      place += line_[place + half - 1].time > event.time ? 0 : half;
      size -= half;
    }
    while (place > first_ && isBefore(event, line_[place - 1])) {
      --place;
    }
    return place;
  }

  std::vector<Event>::iterator at(std::size_t place) {
    return line_.begin() + static_cast<std::ptrdiff_t>(place);
  }
  std::vector<Event>::iterator begin() { return at(first_); }

  std::vector<Event> line_; ///< in order from `first_` on
  std::size_t first_ = 0;
};

} // namespace einsight::sim::gpu
