#include "mappings/verify_circles.hpp"

#include "mappings/verify_order.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <set>

namespace einsight::mappings {
namespace {

/// A line of a node: an Einsum, or what a nest runs on one unit (on several that wait for each
/// other inside it).
struct Group {
  int line = 0; ///< as written in NodePlan::phases
  std::size_t phase = 0;
  int stage = 0;
  std::vector<const arch::Unit*> units;
  std::vector<int> leaves;
};

/// Why one group starts after another in the same epoch.
enum class Wait { No, Reads, Unit, Phase };
/// waits[a][b]: how b waits for a.
using Waits = std::vector<std::vector<Wait>>;

/// A value that is read where it is made in the same epoch, or inside the same nest.
struct Reading {
  int maker = 0;
  int reader = 0;
  int loop = -1; ///< of the iterative rank when it comes from an iteration before
  std::int64_t shift = 0;
};

struct Circle {
  std::vector<Group> groups; ///< each waits for the next, the last for the first
  std::vector<Wait> waits;
};

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
        if (waits[open.front()][to] != Wait::No && from[to] == waits.size()) {
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

/// The groups of one node and their waits in every kind of epoch.
class NodeWaits {
public:
  NodeWaits(const SectionPlan& section, int node, bool sizes)
      : section_(section), node_(node), plan_(section.nodes[at(node)]), sizes_(sizes),
        groupOf_(section.leaves.size(), -1), removed_(section.leaves.size(), false) {
    addGroups();
    addReadings();
    addLoops();
  }

  /// A shortest circle of any epoch.
  [[nodiscard]] std::optional<Circle> circle() const {
    std::optional<Circle> best;
    std::set<std::vector<bool>> seen;
    std::int64_t moments = 3;
    for (const auto& loop : loops_) {
      moments *= loop.pinned ? 3 : 1;
    }
    for (std::int64_t moment = 0; moment < moments && groups_.size() > 1; ++moment) {
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
  /// Leaves the Einsums of a circle out from now on.
  void remove(const Circle& circle) {
    for (const auto& group : circle.groups) {
      for (const int leaf : group.leaves) {
        removed_[at(leaf)] = true;
      }
    }
  }

private:
  struct Loop {
    int number = 0;
    std::int64_t trips = 1;
    std::int64_t stride = 1; ///< iterations of the node per trip
    bool pinned = false;     ///< some Einsum runs only at its first or last trip
  };

  void addGroups() {
    for (std::size_t phase = 0; phase < plan_.phases.size(); ++phase) {
      for (const int line : plan_.phases[phase]) {
        const auto first = groups_.size();
        for (std::size_t l = 0; l < section_.leaves.size(); ++l) {
          const auto& leaf = section_.leaves[l];
          if (line >= 0 ? line != static_cast<int>(l) : !section_.inside(leaf.node, -1 - line)) {
            continue;
          }
          auto group = first;
          while (group < groups_.size() && groups_[group].units.front() != leaf.unit) {
            ++group;
          }
          if (group == groups_.size()) {
            const int stage = line >= 0 ? leaf.stage : section_.nodes[at(-1 - line)].stage;
            groups_.push_back({line, phase, stage, {leaf.unit}, {}});
            stages_.insert(stage);
          }
          groups_[group].leaves.push_back(static_cast<int>(l));
          groupOf_[l] = static_cast<int>(group);
        }
      }
    }
  }

  void addReadings() {
    for (std::size_t r = 0; r < section_.leaves.size(); ++r) {
      const auto& reader = section_.leaves[r];
      for (const auto* access : accesses(*reader.einsum, "")) {
        const auto* maker = section_.producer(access->tensor);
        const auto m = maker == nullptr ? r : static_cast<std::size_t>(maker - &section_.leaves[0]);
        if (groupOf_[r] >= 0 && groupOf_[m] >= 0 && groupOf_[r] != groupOf_[m]) {
          addReading(static_cast<int>(m), static_cast<int>(r), *access);
        }
      }
    }
  }
  void addReading(int m, int r, const einsum::Access& access) {
    const auto& maker = section_.leaves[at(m)];
    const auto need = orderNeed(section_, maker, section_.leaves[at(r)], access);
    const auto iterative = std::find_if(plan_.path.begin(), plan_.path.end(), [&](int loop) {
      return maker.einsum->iterative == section_.loops[at(loop)].variable;
    });
    if (groups_[at(groupOf_[at(m)])].line == groups_[at(groupOf_[at(r)])].line) {
      if (need.stages < kFurtherOut || iterative == plan_.path.end()) {
        readings_.push_back({m, r, -1, 0}); // at any distance inside the nest
      }
    } else if ((sizes_ || need.shift == 0) && epochs(section_, need) == 0 && need.holds(0)) {
      readings_.push_back({m, r, need.shift == 0 ? -1 : *iterative, need.shift});
    }
  }

  /// Loops that are too long for what is looked at here are cut: only ends and middle matter.
  void addLoops() {
    std::int64_t stride = 1;
    for (auto loop = plan_.loops.rbegin(); loop != plan_.loops.rend(); ++loop) {
      const bool pinned =
          std::any_of(section_.leaves.begin(), section_.leaves.end(), [&](const LeafPlan& leaf) {
            return section_.inside(leaf.node, node_) && pinOf(leaf, *loop) != nullptr;
          });
      const auto longest = stride < (std::int64_t{1} << 40) ? 256 : 2;
      const auto trips =
          sizes_ ? std::clamp<std::int64_t>(section_.loops[at(*loop)].trips, 1, longest) : 2;
      loops_.push_back({*loop, trips, stride, pinned});
      stride *= trips;
    }
    iterations_ = stride;
  }

  static const std::pair<int, bool>* pinOf(const LeafPlan& leaf, int loop) {
    const auto pin = std::find_if(leaf.pins.begin(), leaf.pins.end(),
                                  [&](const auto& each) { return each.first == loop; });
    return pin == leaf.pins.end() ? nullptr : &*pin;
  }

  /// Each pinned loop, and all others together, stand at their start, middle or end.
  [[nodiscard]] std::int64_t iterationAt(std::int64_t moment) const {
    const auto others = moment % 3;
    moment /= 3;
    std::int64_t iteration = 0;
    for (const auto& loop : loops_) {
      const auto place = loop.pinned ? moment % 3 : others;
      moment /= loop.pinned ? 3 : 1;
      iteration += place * (loop.trips - 1) / 2 * loop.stride;
    }
    return iteration;
  }

  /// Which Einsums run in the epoch, then which readings are of a value of the same epoch.
  [[nodiscard]] std::vector<bool> running(std::int64_t epoch, int stage) const {
    std::vector<bool> runs(section_.leaves.size() + readings_.size(), false);
    for (std::size_t l = 0; l < section_.leaves.size(); ++l) {
      if (groupOf_[l] < 0 || removed_[l]) {
        continue;
      }
      const auto own = groups_[at(groupOf_[l])].stage;
      const auto iteration = epoch - own;
      runs[l] = iteration >= 0 && iteration < iterations_ && (sizes_ || own == stage);
      for (const auto& loop : loops_) {
        const auto* pin = pinOf(section_.leaves[l], loop.number);
        runs[l] = runs[l] && (pin == nullptr || iteration / loop.stride % loop.trips ==
                                                    (pin->second ? loop.trips - 1 : 0));
      }
    }
    for (std::size_t i = 0; i < readings_.size(); ++i) {
      const auto& reading = readings_[i];
      bool made = true; // else what it reads is the initial value
      for (const auto& loop : loops_) {
        const auto iteration = epoch - groups_[at(groupOf_[at(reading.reader)])].stage;
        made = made && (loop.number != reading.loop ||
                        iteration / loop.stride % loop.trips >= reading.shift);
      }
      runs[section_.leaves.size() + i] =
          made && runs[at(reading.maker)] && runs[at(reading.reader)];
    }
    return runs;
  }

  [[nodiscard]] std::optional<Circle> circleIn(const std::vector<bool>& runs) const;
  [[nodiscard]] std::vector<std::size_t> merged(const std::vector<bool>& runs) const;
  [[nodiscard]] Wait order(const Group& first, const Group& then) const;
  [[nodiscard]] bool meet(const Group& a, const Group& b) const;

  const SectionPlan& section_;
  int node_;
  const NodePlan& plan_;
  bool sizes_;
  std::vector<int> groupOf_; ///< per leaf
  std::vector<bool> removed_;
  std::vector<Group> groups_;
  std::set<int> stages_;
  std::vector<Reading> readings_;
  std::vector<Loop> loops_; ///< innermost first
  std::int64_t iterations_ = 1;
};

/// Do two units meet at barriers inside the nest?
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

/// Per group the first group of the same nest that it waits for and that waits for it.
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

/// How `then` waits for `first` by the order of the lines.
Wait NodeWaits::order(const Group& first, const Group& then) const {
  const auto& lines = plan_.phases[first.phase];
  const bool later =
      then.phase > first.phase ||
      (then.phase == first.phase && std::find(lines.begin(), lines.end(), first.line) <
                                        std::find(lines.begin(), lines.end(), then.line));
  const bool shared = std::find_first_of(first.units.begin(), first.units.end(), then.units.begin(),
                                         then.units.end()) != first.units.end();
  if (!later || (!shared && !plan_.nest->synchronised)) {
    return Wait::No;
  }
  return shared ? Wait::Unit : then.phase > first.phase ? Wait::Phase : Wait::No;
}

std::optional<Circle> NodeWaits::circleIn(const std::vector<bool>& runs) const {
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
    for (std::size_t b = 0; b < groups.size() && !groups[a].leaves.empty(); ++b) {
      waits[a][b] = groups[b].leaves.empty() ? Wait::No : order(groups[a], groups[b]);
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

/// The problem in words.
class Words {
public:
  explicit Words(const SectionPlan& section) : section_(section) {}

  [[nodiscard]] core::Problem problem(const Circle& circle) const {
    const auto& first = circle.groups.front();
    const auto& last = circle.groups.back();
    const auto later =
        fmt::format("give {} a larger {}stage", name(first), first.line >= 0 ? "@" : "");
    const bool reads = circle.waits.back() == Wait::Reads;
    return {where(first), sentence(circle) + ": none of them can ever start",
            reads ? later : fmt::format("put {} before {}, or {}", name(last), name(first), later)};
  }

private:
  [[nodiscard]] const LeafPlan& leaf(const Group& group) const {
    return section_.leaves[at(group.leaves.front())];
  }
  [[nodiscard]] std::string name(const Group& group) const {
    return fmt::format("{}'{}'", group.line >= 0 ? "" : "the nest of ", leaf(group).einsum->name);
  }
  [[nodiscard]] const core::Where& where(const Group& group) const {
    return group.line >= 0 ? leaf(group).line->where
                           : section_.nodes[at(-1 - group.line)].nest->where;
  }
  [[nodiscard]] std::string sentence(const Circle& circle) const {
    std::string text;
    const auto count = circle.groups.size();
    for (std::size_t i = 0; i < count; ++i) {
      const auto& group = circle.groups[i];
      const auto& next = circle.groups[(i + 1) % count];
      text += i == 0 ? "" : i + 1 < count ? ", " : count == 2 ? " and " : ", and ";
      if (circle.waits[i] == Wait::Unit) {
        const auto unit = std::find_first_of(group.units.begin(), group.units.end(),
                                             next.units.begin(), next.units.end());
        text += fmt::format("{} comes after {} on {}", name(group), name(next), (*unit)->name);
      } else if (circle.waits[i] == Wait::Phase) {
        text += fmt::format("{} is in a later phase than {}", name(group), name(next));
      } else {
        const bool again = i > 0 && circle.waits[i - 1] == Wait::Reads;
        text += fmt::format("{} {}for {}", name(group), again ? "" : "waits ", name(next));
      }
    }
    return text;
  }

  const SectionPlan& section_;
};

} // namespace

void verifyCircles(const Plan& plan, bool sizes, core::Problems& problems) {
  for (const auto& section : plan.sections) {
    for (std::size_t n = 0; n < section.nodes.size(); ++n) {
      NodeWaits waits(section, static_cast<int>(n), sizes);
      for (auto circle = waits.circle(); circle; circle = waits.circle()) {
        problems.push_back(Words(section).problem(*circle));
        waits.remove(*circle);
      }
    }
  }
}

} // namespace einsight::mappings
