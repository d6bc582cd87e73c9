#include "sim/cycle/paths.hpp"

namespace einsight::sim {
namespace {

/// How often each place of a walk is stood on: `times` steps that follow `next` from a start.
class Walk {
public:
  explicit Walk(std::size_t places) : firstStep_(places, kNever) {}

  /// Calls visit(place, how often) for the places of the steps, and returns where they end.
  template <class Visit>
  std::size_t go(std::size_t start, const std::vector<std::size_t>& next, std::int64_t times,
                 const Visit& visit) {
    trail_.clear();
    auto place = start;
    while (static_cast<std::int64_t>(trail_.size()) < times && firstStep_[place] == kNever) {
      firstStep_[place] = static_cast<std::int64_t>(trail_.size());
      trail_.push_back(place);
      place = next[place];
    }
    const auto steps = static_cast<std::int64_t>(trail_.size());
    const auto circle = firstStep_[place] == kNever ? steps : firstStep_[place]; // where it begins
    const auto around = std::max<std::int64_t>(1, steps - circle);
    for (std::int64_t step = 0; step < steps; ++step) {
      visit(trail_[static_cast<std::size_t>(step)],
            step < circle ? 1 : 1 + (times - 1 - step) / around);
    }
    const auto end = times <= steps
                         ? place
                         : trail_[static_cast<std::size_t>(circle + (times - circle) % around)];
    for (const auto seen : trail_) {
      firstStep_[seen] = kNever;
    }
    return end;
  }

private:
  static constexpr std::int64_t kNever = -1;
  std::vector<std::int64_t> firstStep_;
  std::vector<std::size_t> trail_;
};

} // namespace

void Paths::mark(std::size_t level) {
  const auto paths = lengths_.size();
  if (level >= levels_) {
    std::vector<std::int32_t> wider(paths * (level + 1));
    for (std::size_t path = 0; path < paths; ++path) {
      std::copy_n(origins_.begin() + static_cast<std::ptrdiff_t>(path * levels_), levels_,
                  wider.begin() + static_cast<std::ptrdiff_t>(path * (level + 1)));
    }
    origins_ = std::move(wider);
    levels_ = level + 1;
  }
  for (std::size_t path = 0; path < paths; ++path) {
    origins_[path * levels_ + level] = static_cast<std::int32_t>(path);
  }
}

void Paths::repeat(const Paths& before, std::size_t level, std::int64_t times) {
  const auto after = *this;
  std::vector<std::size_t> origins(lengths_.size());
  for (std::size_t path = 0; path < origins.size(); ++path) {
    origins[path] = after.origin(path, level);
  }
  Walk walk(origins.size());
  std::vector<Wide> added(width_);
  for (std::size_t path = 0; path < origins.size(); ++path) {
    std::fill(added.begin(), added.end(), 0);
    Wide length = 0;
    const auto end = walk.go(path, origins, times, [&](std::size_t at, std::int64_t often) {
      for (std::size_t part = 0; part < width_; ++part) {
        added[part] += often * (after.part(at, part) - before.part(origins[at], part));
      }
      length += often * (after.length(at) - before.length(origins[at]));
    });
    for (std::size_t part = 0; part < width_; ++part) {
      parts_[path * width_ + part] = after.part(end, part) + added[part];
    }
    lengths_[path] = after.length(end) + length;
    std::copy_n(after.origins_.begin() + static_cast<std::ptrdiff_t>(end * levels_), levels_,
                origins_.begin() + static_cast<std::ptrdiff_t>(path * levels_));
  }
}

} // namespace einsight::sim
