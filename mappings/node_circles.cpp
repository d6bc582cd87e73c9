#include "mappings/node_waits.hpp"

#include <algorithm>
#include <deque>

namespace einsight::mappings {
namespace {

/// waits[a][b]: how b waits for a.
using Waits = std::vector<std::vector<NodeWaits::Wait>>;

std::size_t at(int number) {
  return static_cast<std::size_t>(number);
}

/// The numbers of a shortest circle, each after what it waits for; none: empty.
std::vector<std::size_t> shortest(const Waits& waits) {
  std::vector<std::size_t> best;
  for (std::size_t start = 0; start < waits.size(); ++start) {
    std::vector<std::size_t> from(waits.size(), waits.size());
    std::deque<std::size_t> open{start};
    for (; !open.empty() && from[start] == waits.size(); open.pop_front()) {
      for (std::size_t to = 0; to < waits.size(); ++to) {
        if (waits[open.front()][to] != NodeWaits::Wait::No && from[to] == waits.size()) {
          from[to] = open.front();
          open.push_back(to);
        }
      }
    }
    if (from[start] == waits.size()) {
      continue;
    }
    std::vector<std::size_t> circle{start};
    for (auto step = from[start]; step != start; step = from[step]) {
      circle.push_back(step);
    }
    if (best.empty() || circle.size() < best.size()) {
      best = {circle.rbegin(), circle.rend()};
    }
  }
  return best;
}

} // namespace

std::optional<NodeWaits::Circle> NodeWaits::circle() const {
  if (!mayCircle()) { // an epoch with fewer lines has no other ones
    return std::nullopt;
  }
  std::optional<Circle> best;
  std::set<std::vector<bool>> seen;
  for (std::int64_t moment = 0; moment < moments_; ++moment) {
    for (const int stage : stages_) {
      const auto runs = running(iterationAt(moment) + stage, stage);
      if (seen.insert(runs).second) {
        auto found = circleIn(runs);
        best = found && (!best || found->groups.size() < best->groups.size()) ? found : best;
      }
    }
  }
  return best;
}

std::vector<bool> NodeWaits::everything() const {
  std::vector<bool> runs(section_.leaves.size() + readings_.size(), true);
  for (std::size_t l = 0; l < section_.leaves.size(); ++l) {
    runs[l] = groupOf_[l] >= 0 && !removed_[l];
  }
  for (std::size_t i = 0; i < readings_.size(); ++i) {
    runs[section_.leaves.size() + i] =
        runs[at(readings_[i].maker)] && runs[at(readings_[i].reader)];
  }
  return runs;
}

bool NodeWaits::meet(const Group& a, const Group& b) const {
  const auto inside = [&](const Group& group, std::size_t node) {
    return std::any_of(group.leaves.begin(), group.leaves.end(), [&](int leaf) {
      return section_.inside(section_.leaves[at(leaf)].node, static_cast<int>(node));
    });
  };
  for (std::size_t n = 0; n < section_.nodes.size(); ++n) {
    if (section_.nodes[n].nest->synchronised && section_.inside(static_cast<int>(n), -1 - a.line) &&
        inside(a, n) && inside(b, n)) {
      return true;
    }
  }
  return false;
}

std::vector<std::size_t> NodeWaits::merged(const std::vector<bool>& runs) const {
  const auto count = groups_.size();
  std::vector<std::vector<bool>> before(count, std::vector<bool>(count, false));
  for (std::size_t a = 0; a < count; ++a) {
    for (std::size_t b = 0; b < count; ++b) {
      before[a][b] = a == b || (groups_[a].line == groups_[b].line && meet(groups_[a], groups_[b]));
    }
  }
  for (std::size_t i = 0; i < readings_.size(); ++i) {
    const auto from = at(groupOf_[at(readings_[i].maker)]);
    const auto to = at(groupOf_[at(readings_[i].reader)]);
    before[from][to] = before[from][to] ||
                       (runs[section_.leaves.size() + i] && groups_[from].line == groups_[to].line);
  }
  for (std::size_t via = 0; via < count; ++via) {
    for (std::size_t a = 0; a < count; ++a) {
      for (std::size_t b = 0; b < count; ++b) {
        before[a][b] = before[a][b] || (before[a][via] && before[via][b]);
      }
    }
  }
  std::vector<std::size_t> first(count);
  for (std::size_t a = 0; a < count; ++a) {
    while (!before[a][first[a]] || !before[first[a]][a]) {
      ++first[a];
    }
  }
  return first;
}

bool NodeWaits::follows(const Group& then, const Group& first) const {
  const auto& lines = plan_.phases[first.phase];
  return then.phase == first.phase &&
         std::find(lines.begin(), lines.end(), first.line) <
             std::find(lines.begin(), lines.end(), then.line) &&
         std::find_first_of(first.units.begin(), first.units.end(), then.units.begin(),
                            then.units.end()) != first.units.end();
}

std::optional<NodeWaits::Circle> NodeWaits::circleIn(const std::vector<bool>& runs) const {
  const auto first = merged(runs);
  std::vector<Group> groups(groups_.size());
  for (std::size_t g = 0; g < groups.size(); ++g) {
    auto& group = groups[first[g]];
    const auto& own = groups_[g];
    group.line = own.line;
    group.phase = own.phase;
    group.units.insert(group.units.end(), own.units.begin(), own.units.end());
    std::copy_if(own.leaves.begin(), own.leaves.end(), std::back_inserter(group.leaves),
                 [&](int leaf) { return runs[at(leaf)]; });
  }
  Waits waits(groups.size(), std::vector<Wait>(groups.size(), Wait::No));
  for (std::size_t a = 0; a < groups.size(); ++a) {
    for (std::size_t b = 0; b < groups.size(); ++b) {
      const bool both = !groups[a].leaves.empty() && !groups[b].leaves.empty();
      waits[a][b] = both && follows(groups[b], groups[a]) ? Wait::Unit : Wait::No;
    }
  }
  for (std::size_t i = 0; i < readings_.size(); ++i) {
    const auto from = first[at(groupOf_[at(readings_[i].maker)])];
    const auto to = first[at(groupOf_[at(readings_[i].reader)])];
    if (from != to && runs[section_.leaves.size() + i]) {
      waits[from][to] = Wait::Reads;
    }
  }
  auto numbers = shortest(waits);
  if (numbers.empty()) {
    return std::nullopt;
  }
  std::reverse(numbers.begin(), numbers.end()); // each waits for the next
  for (std::size_t turn = 0; turn < numbers.size(); ++turn) {
    if (waits[numbers.front()][numbers.back()] != Wait::Reads) {
      break; // ends with an order of lines
    }
    std::rotate(numbers.begin(), std::next(numbers.begin()), numbers.end());
  }
  Circle circle;
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    circle.groups.push_back(groups[numbers[i]]);
    circle.waits.push_back(waits[numbers[(i + 1) % numbers.size()]][numbers[i]]);
  }
  return circle;
}

} // namespace einsight::mappings
