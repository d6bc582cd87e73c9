#include "sim/recurrence.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace einsight::sim {
namespace {

/// Instance n of `to` starts `latency` after instance n - distance of `from` has ended, at the
/// earliest.
struct Wait {
  std::size_t from = 0;
  std::size_t to = 0;
  std::int64_t distance = 0;
  std::int64_t latency = 0;
};

/// Least value of an extent over all iterations.
std::int64_t least(const Section& section, const Extent& extent) {
  std::int64_t left = extent.total;
  for (const auto& [loop, stride] : extent.terms) {
    left -= std::max<std::int64_t>(
        0, stride * (section.loops[static_cast<std::size_t>(loop)].trips - 1));
  }
  return std::clamp<std::int64_t>(left, 0, extent.tile);
}

/// Tasks over the same loops and how they wait for each other.
class Graph {
public:
  Graph(const Schedule& schedule, const Section& section, const std::vector<int>& loops,
        const std::vector<int>& slots)
      : section_(section), loops_(loops), iterations_(iterations(section, loops)),
        nodeOf_(section.tasks.size(), -1) {
    for (std::size_t t = 0; t < section.tasks.size(); ++t) {
      const auto& task = section.tasks[t];
      if (task.loops != loops || task.resource < 0 || slots[t] >= 0 || !always(task)) {
        continue;
      }
      const Digits none(section.loops.size(), 0);
      Amount shortest{task.ticks.scale, {}, task.ticks.unit};
      for (const auto& [extent, divisor] : task.ticks.factors) {
        const auto size = least(section, section.extents[static_cast<std::size_t>(extent)]);
        shortest.scale *= (size + divisor - 1) / divisor;
      }
      const auto& speedup = schedule.resources[static_cast<std::size_t>(task.resource)].speedup;
      nodeOf_[t] = static_cast<int>(ticks_.size());
      ticks_.push_back(static_cast<std::int64_t>(Wide{value(section, shortest, none)} *
                                                 speedup.denominator() / speedup.numerator()));
    }
    addNeeds();
    for (const auto& stream : section.streams) {
      addOrder(stream.root, {}, true);
    }
  }

  /// The bound of the circle with the most time per iteration.
  [[nodiscard]] Wide bound() const {
    std::vector<std::size_t> best;
    Wide time = 0;
    Wide distance = 1;
    for (auto circle = longer(time, distance); !circle.empty(); circle = longer(time, distance)) {
      best = circle;
      time = distance = 0;
      for (const auto wait : best) {
        time += waits_[wait].latency + ticks_[waits_[wait].to];
        distance += waits_[wait].distance;
      }
      if (distance <= 0) { // could never start: for others to say
        return 0;
      }
    }
    return best.empty() ? 0 : rounds(best, distance) * time;
  }

private:
  [[nodiscard]] bool always(const Task& task) const {
    return task.guards.empty() &&
           std::all_of(task.extents.begin(), task.extents.end(), [&](int extent) {
             return least(section_, section_.extents[static_cast<std::size_t>(extent)]) > 0;
           });
  }

  void addNeeds() {
    for (std::size_t t = 0; t < section_.tasks.size(); ++t) {
      for (const auto& need : section_.tasks[t].needs) {
        const int producer = nodeOf_[static_cast<std::size_t>(need.producer)];
        if (nodeOf_[t] < 0 || producer < 0) { // other loops: no distance to speak of
          continue;
        }
        if (const auto distance = distanceOf(need)) {
          waits_.push_back({static_cast<std::size_t>(producer),
                            static_cast<std::size_t>(nodeOf_[t]), *distance, need.latency});
        }
      }
    }
  }

  /// Iterations between the two instances, if that is one number.
  [[nodiscard]] std::optional<std::int64_t> distanceOf(const Edge& need) const {
    std::int64_t distance = need.lag;
    if (need.lag > 0 && need.lagLoops != loops_) {
      return std::nullopt;
    }
    auto stride = iterations_;
    bool first = true; // of the loops so far none has a second trip
    for (std::size_t i = 0; i < loops_.size(); ++i) {
      const auto trips = section_.loops[static_cast<std::size_t>(loops_[i])].trips;
      stride /= trips;
      const auto& source = need.sources[i];
      const bool same = source.at == Edge::Source::At::Same && source.loop == loops_[i];
      if ((!same && trips > 1) || (same && source.shift > 0 && (!first || need.lag > 0))) {
        return std::nullopt;
      }
      distance += same ? source.shift * stride : 0;
      first = first && trips == 1;
    }
    return distance;
  }

  /// Lines of one stream with the loops as theirs, in the order of its blocks.
  void addOrder(int number, std::vector<int> path, bool root) {
    const auto& block = section_.blocks[static_cast<std::size_t>(number)];
    path.insert(path.end(), block.loops.begin(), block.loops.end());
    std::vector<std::pair<std::size_t, std::int64_t>> lines; // node, stage
    for (const auto& item : block.items) {
      if (item.kind == Item::Kind::Block) {
        addOrder(item.index, path, false);
      } else if (item.kind == Item::Kind::Task && path == loops_ && item.pins.empty() &&
                 nodeOf_[static_cast<std::size_t>(item.index)] >= 0) {
        lines.emplace_back(nodeOf_[static_cast<std::size_t>(item.index)], item.stage);
      }
    }
    for (std::size_t a = 0; a < lines.size(); ++a) {
      for (std::size_t b = 0; b < lines.size(); ++b) {
        const auto later = lines[a].second - lines[b].second;
        if (root || later == 0) { // a nest that is entered again drains before
          waits_.push_back({lines[a].first, lines[b].first, later + (a < b ? 0 : 1), 0});
        }
      }
    }
  }

  /// A circle with more time than time / distance per iteration, as numbers of waits in order.
  /// Bellman-Ford for longest ways.
  [[nodiscard]] std::vector<std::size_t> longer(Wide time, Wide distance) const {
    std::vector<Wide> way(ticks_.size(), 0);
    std::vector<std::size_t> last(ticks_.size(), waits_.size());
    std::size_t changed = ticks_.size();
    for (std::size_t round = 0; round <= ticks_.size(); ++round) {
      changed = ticks_.size();
      for (std::size_t w = 0; w < waits_.size(); ++w) {
        const auto& wait = waits_[w];
        const auto more = (wait.latency + Wide{ticks_[wait.to]}) * distance - wait.distance * time;
        if (way[wait.from] + more > way[wait.to]) {
          way[wait.to] = way[wait.from] + more;
          last[wait.to] = w;
          changed = wait.to;
        }
      }
      if (changed == ticks_.size()) {
        return {};
      }
    }
    for (std::size_t step = 0; step < ticks_.size(); ++step) { // surely onto the circle
      changed = waits_[last[changed]].from;
    }
    std::vector<std::size_t> circle;
    auto node = changed;
    do {
      circle.push_back(last[node]);
      node = waits_[last[node]].from;
    } while (node != changed);
    std::reverse(circle.begin(), circle.end());
    return circle;
  }

  /// Times that all instances of a round exist, one round after the other.
  [[nodiscard]] Wide rounds(const std::vector<std::size_t>& circle, Wide distance) const {
    Wide here = 0;
    Wide low = 0;
    Wide high = 0;
    for (const auto wait : circle) {
      here += waits_[wait].distance;
      low = std::min(low, here);
      high = std::max(high, here);
    }
    return std::max<Wide>(0, (iterations_ - (high - low)) / distance);
  }

  const Section& section_;
  const std::vector<int>& loops_;
  std::int64_t iterations_;
  std::vector<int> nodeOf_; ///< per task, -1: left out
  std::vector<std::int64_t> ticks_;
  std::vector<Wait> waits_;
};

} // namespace

Wide recurrenceTicks(const Schedule& schedule, const Section& section) {
  const auto slots = slotOfTask(section);
  std::map<std::vector<int>, int> kinds;
  for (const auto& task : section.tasks) {
    ++kinds[task.loops];
  }
  Wide most = 0;
  for (const auto& [loops, count] : kinds) {
    if (iterations(section, loops) > 0) {
      most = std::max(most, Graph(schedule, section, loops, slots).bound());
    }
  }
  return most;
}

} // namespace einsight::sim
