#include "random_schedule.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::sim::test {
namespace {

using At = Edge::Source::At;

/// Loops of a dispatched schedule: two that are dispatched as one, and one inside.
constexpr int kOuter = 0;
constexpr int kRow = 1;
constexpr int kInner = 2;
const std::vector<int> kAll{kOuter, kRow, kInner};
const std::vector<int> kRoot{kOuter, kRow};

/// A task as every slot has it.
struct Role {
  std::string name;
  int unit = 0; ///< 0, 1: of the slot; 2: the port of all
  bool inner = true;
  std::vector<std::pair<int, std::int64_t>> data;  ///< role, latency
  std::vector<std::pair<int, std::int64_t>> space; ///< role, iterations ahead
  Amount ticks;
  std::vector<int> extents;
  std::vector<Guard> guards;
};

/// Every slot loads tiles through a common port, and multiplies, weights and sums them on its
/// units, in rows of which a slot takes the next when it has ended one.
class Maker {
public:
  Schedule make() {
    slots_ = static_cast<int>(drawn(1, 7));
    perUnit_ = drawnCoin() ? 1 : 2;
    stage_ = static_cast<int>(drawn(0, 2));
    drawLoops();
    drawRoles();
    for (int slot = 0; slot < slots_; ++slot) {
      addTasks(slot);
      addStreams(slot);
    }
    schedule_.sections = {section_};
    return schedule_;
  }

private:
  void drawLoops() {
    const auto pairs = (slots_ + perUnit_ - 1) / perUnit_;
    for (int unit = 0; unit < 2 * pairs; ++unit) {
      schedule_.resources.push_back({fmt::format("unit{}", unit), false, 1, 1});
    }
    schedule_.resources.push_back({"port", true, 1, 1, drawnCoin() ? drawn(1, 5) : 0});
    section_.name = "dispatched";
    section_.loops = {{"h", drawnCoin() ? 1 : drawn(2, 9), true},
                      {"p", drawn(1, 60), true},
                      {"m", drawn(1, 14), false}};
    for (const int loop : kAll) {
      const auto tile = drawn(1, 3);
      const auto trips = section_.loops[static_cast<std::size_t>(loop)].trips;
      if (drawn(0, 2) > 0) {
        section_.extents.push_back({tile, tile, {}});
      } else {
        section_.extents.push_back({tile * trips - drawn(0, tile - 1), tile, {{loop, tile}}});
      }
    }
  }

  /// Ticks that may depend on the tile, and a mask as of causal attention.
  void drawWork(Role& role, bool masked) const {
    role.ticks = {drawn(1, 6), {}, 1};
    for (const int loop : role.inner ? kAll : kRoot) {
      if (drawn(0, 2) == 0) {
        role.ticks.factors.push_back({loop, 1});
        role.extents.push_back(loop);
      }
    }
    if (masked && role.inner) {
      role.guards = {{drawn(0, 4), {{kRow, drawn(-1, 2)}, {kInner, drawn(-2, 0)}}, {}}};
      if (drawnCoin()) {
        role.guards.front().spans = {{kRow, 1}};
      }
    }
  }

  void drawRoles() {
    const auto latency = [] { return drawnCoin() ? 0 : drawn(1, 6); };
    const auto ahead = [&] { return drawn(1, 3); };
    roles_ = {{"load", 2, true, {}, {{1, ahead()}}, {}, {}, {}},
              {"multiply", 0, true, {{0, latency()}}, {{2, ahead()}}, {}, {}, {}},
              {"weight", 1, true, {{1, latency()}}, {{3, ahead() + stage_}}, {}, {}, {}},
              {"sum", 0, true, {{2, latency()}}, {}, {}, {}, {}},
              {"finish", 0, false, {{3, latency()}}, {}, {}, {}, {}},
              {"store", 2, false, {{4, latency()}}, {}, {}, {}, {}}};
    roles_[1].space.front().second += stage_;
    if (drawnCoin()) { // what is stored lies in one place
      roles_[4].space = {{5, drawn(1, 2)}};
    }
    const auto masked = drawn(0, 2);
    for (auto& role : roles_) {
      drawWork(role, masked == 2 || (masked == 1 && drawnCoin()));
    }
    if (masked == 2) { // the same mask for all
      for (auto& role : roles_) {
        role.guards = role.inner ? roles_.front().guards : role.guards;
      }
    }
  }

  [[nodiscard]] int taskOf(int slot, int role) const {
    return slot * static_cast<int>(roles_.size()) + role;
  }

  [[nodiscard]] int resourceOf(int slot, int unit) const {
    return unit == 2 ? static_cast<int>(schedule_.resources.size()) - 1
                     : 2 * (slot / perUnit_) + unit;
  }

  [[nodiscard]] Edge edgeTo(int slot, int role, bool inner, Edge::Kind kind) const {
    Edge edge;
    edge.kind = kind;
    edge.producer = taskOf(slot, role);
    for (const int loop : roles_[static_cast<std::size_t>(role)].inner ? kAll : kRoot) {
      edge.sources.push_back({loop != kInner || inner ? At::Same : At::Last, loop, 0});
    }
    return edge;
  }

  void addTasks(int slot) {
    for (const auto& role : roles_) {
      Task task;
      task.name = role.name;
      task.kind = role.unit < 2 ? Task::Kind::Compute : Task::Kind::Load;
      task.resource = resourceOf(slot, role.unit);
      task.loops = role.inner ? kAll : kRoot;
      task.ticks = role.ticks;
      task.extents = role.extents;
      task.guards = role.guards;
      if (slot == 0) {
        schedule_.counters.push_back(
            {Counter::Kind::Action, "unit", fmt::format("work of {}", role.name), -1, 1.0, 1});
        schedule_.einsums.push_back(role.name);
      }
      const auto number = static_cast<int>(&role - roles_.data());
      task.einsum = number;
      task.counts = {{number, task.ticks}};
      for (const auto& [producer, latency] : role.data) {
        task.needs.push_back(edgeTo(slot, producer, role.inner, Edge::Kind::Data));
        task.needs.back().latency = latency;
      }
      for (const auto& [user, ahead] : role.space) {
        task.needs.push_back(edgeTo(slot, user, role.inner, Edge::Kind::Space));
        task.needs.back().lagLoops = task.loops;
        task.needs.back().lag = ahead;
      }
      section_.tasks.push_back(std::move(task));
    }
  }

  int addBlock(std::vector<int> loops, std::vector<Item> items) {
    section_.blocks.push_back({std::move(loops), std::move(items), 0});
    return static_cast<int>(section_.blocks.size()) - 1;
  }

  void addStreams(int slot) {
    const auto item = [&](int role, int stage) {
      return Item{Item::Kind::Task, taskOf(slot, role), stage, {}};
    };
    const auto nested = [](int block) { return Item{Item::Kind::Block, block, 0, {}}; };
    auto units = addUnits(slot);
    const int product = addBlock({kInner}, units.first);
    const int weights = addBlock({kInner}, units.second);
    for (const int block : {product, weights}) {
      section_.blocks[static_cast<std::size_t>(block)].lastStage = stage_;
    }
    const int loads = addBlock({kInner}, {item(0, 0)});
    const auto add = [&](int unit, int root) {
      section_.streams.push_back({resourceOf(slot, unit), root, slot});
    };
    add(0, addBlock(kRoot, {nested(product), item(4, 0)}));
    add(1, addBlock(kRoot, {nested(weights)}));
    add(2, addBlock(kRoot, {nested(loads)}));
    add(2, addBlock(kRoot, {item(5, 0)}));
  }

  /// Lines of the slot's two units, with or without a barrier between them.
  std::pair<std::vector<Item>, std::vector<Item>> addUnits(int slot) {
    const auto item = [&](int role, int stage) {
      return Item{Item::Kind::Task, taskOf(slot, role), stage, {}};
    };
    std::pair<std::vector<Item>, std::vector<Item>> lines{{item(1, 0)}, {item(2, 0)}};
    if (stage_ == 2) { // what was weighted before goes first
      lines.first.insert(lines.first.begin(), item(3, stage_));
    } else {
      lines.first.push_back(item(3, stage_));
    }
    if (slot == 0) {
      synchronised_ = stage_ > 0 && drawn(0, 2) == 0;
    }
    if (synchronised_) {
      const auto number = static_cast<int>(section_.barriers.size());
      section_.barriers.push_back({2, latency_, static_cast<int>(section_.blocks.size())});
      for (auto* list : {&lines.first, &lines.second}) {
        list->push_back({Item::Kind::Barrier, number, 0, {}});
      }
    }
    return lines;
  }

  Schedule schedule_;
  Section section_;
  std::vector<Role> roles_;
  int slots_ = 1;
  int perUnit_ = 1; ///< slots that share a pair of units
  int stage_ = 0;   ///< of the sum
  bool synchronised_ = false;
  std::int64_t latency_ = drawnCoin() ? 0 : drawn(1, 5);
};

} // namespace

Schedule drawnDispatched() {
  return Maker().make();
}

} // namespace einsight::sim::test
