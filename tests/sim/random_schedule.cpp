#include "random_schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace einsight::sim::test {
namespace {

using At = Edge::Source::At;

constexpr int kLoops = 3;

/// What a schedule is made of before it is written down. Tasks are a chain: each needs the one
/// before. A task stands in all loops, or only in the outer ones: at the first trip of the
/// innermost loop at the beginning of the chain, at the last trip at its end.
struct Link {
  int resource = 0;
  int stage = 0;
  bool inner = true;
  bool last = false; ///< if not inner
};

class Maker {
public:
  Schedule make() {
    drawSizes();
    drawChain();
    addTasks();
    addTransfers();
    addStreams();
    schedule_.sections = {section_};
    return schedule_;
  }

private:
  void drawSizes() {
    units_ = static_cast<int>(drawn(2, 3));
    for (int unit = 0; unit < units_; ++unit) {
      schedule_.resources.push_back({fmt::format("unit{}", unit), false, drawn(1, 4), 1});
    }
    schedule_.resources.push_back({"port", true, 1, 1, drawnCoin() ? drawn(1, 9) : 0});
    section_.name = "random";
    section_.loops = {
        {"h", drawn(1, 4), false}, {"i", drawn(1, 30), false}, {"j", drawn(1, 9), false}};
    for (int loop = 0; loop < kLoops; ++loop) { // a tile of each, the last one may be short
      const auto tile = drawn(1, 4);
      const auto trips = section_.loops[static_cast<std::size_t>(loop)].trips;
      if (drawnCoin()) {
        section_.extents.push_back({tile, tile, {}});
      } else {
        section_.extents.push_back({tile * trips - drawn(0, tile - 1), tile, {{loop, tile}}});
      }
    }
  }

  void drawChain() {
    const auto before = drawn(0, 1);
    const auto inside = drawn(1, 4);
    const auto after = drawn(0, 2);
    int stage = 0;
    for (std::int64_t i = 0; i < before + inside + after; ++i) {
      stage += drawnCoin() ? 0 : static_cast<int>(drawn(1, 2));
      const bool inner = i >= before && i < before + inside;
      chain_.push_back(
          {static_cast<int>(drawn(0, units_ - 1)), stage, inner, !inner && i > 0 && i >= before});
    }
    // Tasks of one stage in the order of the chain; the stages in any order.
    std::vector<int> stages;
    for (const auto& link : chain_) {
      if (std::find(stages.begin(), stages.end(), link.stage) == stages.end()) {
        stages.insert(stages.begin() + drawn(0, static_cast<std::int64_t>(stages.size())),
                      link.stage);
      }
    }
    for (const int at : stages) {
      for (std::size_t i = 0; i < chain_.size(); ++i) {
        if (chain_[i].stage == at) {
          order_.push_back(static_cast<int>(i));
        }
      }
    }
  }

  static std::vector<int> loopsOf(const Link& link) {
    return link.inner ? std::vector<int>{0, 1, 2} : std::vector<int>{0, 1};
  }

  /// Ticks that depend on the tile, and a count of them.
  void addWork(Task& task) {
    task.ticks = {drawn(1, 9), {}, 1};
    for (const int loop : task.loops) {
      if (drawnCoin()) {
        task.ticks.factors.push_back({loop, drawn(1, 2)});
        task.extents.push_back(loop);
      }
    }
    task.counts = {{static_cast<int>(schedule_.counters.size()), task.ticks}};
    schedule_.counters.push_back(
        {Counter::Kind::Action, "unit", fmt::format("work of {}", task.name), -1, 1.0, 1});
  }

  /// A mask as of causal attention or a window, over any loops of the task.
  void addGuard(Task& task) {
    Guard guard;
    guard.constant = drawn(-2, 12);
    for (const int loop : task.loops) {
      guard.terms.push_back({loop, drawn(-2, 2)});
    }
    task.guards = {guard};
  }

  Edge edgeTo(int producer, const std::vector<int>& consumerLoops, Edge::Kind kind) const {
    Edge edge;
    edge.kind = kind;
    edge.producer = producer;
    for (const int loop : section_.tasks[static_cast<std::size_t>(producer)].loops) {
      const bool same =
          std::find(consumerLoops.begin(), consumerLoops.end(), loop) != consumerLoops.end();
      edge.sources.push_back({same ? At::Same : At::Last, loop, 0});
    }
    return edge;
  }

  /// `consumer` runs at most `slots` iterations of the loops ahead of `user`.
  void addSpace(int consumer, int user, const std::vector<int>& loops, std::int64_t slots) {
    auto edge = edgeTo(user, loops, Edge::Kind::Space);
    edge.lagLoops = loops;
    edge.lag = slots;
    section_.tasks[static_cast<std::size_t>(consumer)].needs.push_back(edge);
  }

  void addTasks() {
    const bool masked = drawnCoin();
    for (std::size_t i = 0; i < chain_.size(); ++i) {
      const auto& link = chain_[i];
      Task task;
      task.name = fmt::format("t{}", i);
      task.einsum = static_cast<int>(i);
      task.resource = link.resource;
      task.loops = loopsOf(link);
      addWork(task);
      if (masked && drawnCoin()) {
        addGuard(task);
      }
      if (i > 0) {
        task.needs = {edgeTo(static_cast<int>(i) - 1, task.loops, Edge::Kind::Data)};
        task.needs.back().latency = drawnCoin() ? 0 : drawn(1, 7);
      }
      schedule_.einsums.push_back(task.name);
      section_.tasks.push_back(std::move(task));
    }
    for (std::size_t i = 1; i < chain_.size(); ++i) {
      const auto ahead = chain_[i].stage - chain_[i - 1].stage;
      if (chain_[i].inner && chain_[i - 1].inner && drawnCoin()) {
        addSpace(static_cast<int>(i) - 1, static_cast<int>(i), {0, 1, 2}, ahead + drawn(1, 3));
      }
    }
  }

  int addTransfer(Task::Kind kind, const std::string& name) {
    Task task;
    task.name = name;
    task.kind = kind;
    task.resource = units_;
    task.loops.resize(static_cast<std::size_t>(drawn(1, kLoops)));
    std::iota(task.loops.begin(), task.loops.end(), 0);
    addWork(task);
    section_.tasks.push_back(std::move(task));
    return static_cast<int>(section_.tasks.size()) - 1;
  }

  /// Loads for some of the tasks, and a store of what the last one makes.
  void addTransfers() {
    for (int i = 0; i < static_cast<int>(chain_.size()); ++i) {
      if (drawn(0, 2) > 0) {
        continue;
      }
      const auto own = loopsOf(chain_[static_cast<std::size_t>(i)]);
      const int load = addTransfer(Task::Kind::Load, fmt::format("load{}", i));
      auto& loops = section_.tasks[static_cast<std::size_t>(load)].loops;
      loops.resize(std::min(loops.size(), own.size()));
      keepFactors(section_.tasks[static_cast<std::size_t>(load)]);
      auto edge = edgeTo(load, own, Edge::Kind::Bandwidth);
      section_.tasks[static_cast<std::size_t>(i)].needs.push_back(edge);
      addSpace(load, i, loops, drawn(1, 3));
    }
    const int maker = static_cast<int>(chain_.size()) - 1;
    if (drawnCoin()) {
      const int store = addTransfer(Task::Kind::Store, "store");
      auto& task = section_.tasks[static_cast<std::size_t>(store)];
      task.loops.resize(std::min(task.loops.size(), loopsOf(chain_.back()).size()));
      keepFactors(task);
      task.needs.push_back(edgeTo(maker, task.loops, Edge::Kind::Data));
      addSpace(maker, store, task.loops, drawn(1, 3));
    }
  }

  /// Only extents of the task's own loops.
  void keepFactors(Task& task) {
    const auto foreign = [&](int extent) {
      return std::find(task.loops.begin(), task.loops.end(), extent) == task.loops.end();
    };
    std::erase_if(task.extents, foreign);
    std::erase_if(task.ticks.factors, [&](const auto& factor) { return foreign(factor.extent); });
    task.counts.front().amount = task.ticks;
  }

  void addItem(Block& block, int task) const {
    const auto& link = chain_[static_cast<std::size_t>(task)];
    Item item{Item::Kind::Task, task, link.stage, {}};
    if (!link.inner) {
      item.pins = {{2, link.last}};
    }
    block.items.push_back(std::move(item));
  }

  void addStreams() {
    const bool phases = drawnCoin();
    std::vector<std::size_t> cuts; // the order is cut into phases behind these
    for (std::size_t i = 0; phases && i < order_.size(); ++i) {
      if (i + 1 == order_.size() || drawnCoin()) {
        cuts.push_back(i);
        section_.barriers.push_back({0, drawnCoin() ? 0 : drawn(1, 6), 0});
      }
    }
    for (int unit = 0; unit < units_; ++unit) {
      Block block{{0, 1, 2}, {}, chain_.back().stage};
      bool works = false;
      for (std::size_t i = 0; i < order_.size(); ++i) {
        if (chain_[static_cast<std::size_t>(order_[i])].resource == unit) {
          addItem(block, order_[i]);
          works = true;
        }
        const auto cut = std::find(cuts.begin(), cuts.end(), i);
        if (cut != cuts.end()) {
          block.items.push_back({Item::Kind::Barrier, static_cast<int>(cut - cuts.begin()), 0, {}});
        }
      }
      if (works) {
        addStream(unit, std::move(block));
      }
    }
    if (phases) {
      addChain(cuts);
    }
    for (int t = static_cast<int>(chain_.size()); t < static_cast<int>(section_.tasks.size());
         ++t) {
      addStream(
          units_,
          {section_.tasks[static_cast<std::size_t>(t)].loops, {{Item::Kind::Task, t, 0, {}}}, 0});
    }
  }

  void addStream(int resource, Block block) {
    for (const auto& item : block.items) {
      if (item.kind == Item::Kind::Barrier) {
        auto& barrier = section_.barriers[static_cast<std::size_t>(item.index)];
        ++barrier.participants;
        barrier.block = static_cast<int>(section_.blocks.size());
      }
    }
    section_.streams.push_back({resource, static_cast<int>(section_.blocks.size()), -1});
    section_.blocks.push_back(std::move(block));
  }

  void addChain(const std::vector<std::size_t>& cuts) {
    PhaseChain chain;
    chain.tasks.resize(cuts.size());
    std::size_t phase = 0;
    for (std::size_t i = 0; i < order_.size(); ++i) {
      chain.tasks[phase].push_back(order_[i]);
      phase += cuts[phase] == i ? 1 : 0;
    }
    for (const auto& barrier : section_.barriers) {
      chain.waitTicks += barrier.latency;
    }
    chain.block = section_.barriers.front().block;
    section_.chains.push_back(std::move(chain));
  }

  Schedule schedule_;
  Section section_;
  int units_ = 2;
  std::vector<Link> chain_;
  std::vector<int> order_; ///< of the tasks within an epoch
};

} // namespace

Schedule drawnSchedule() {
  return Maker().make();
}

} // namespace einsight::sim::test
