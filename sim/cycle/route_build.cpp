#include "sim/cycle/at.hpp"
#include "sim/cycle/route.hpp"

#include <algorithm>

/// How a route is made from a section.
namespace einsight::sim {
namespace {

constexpr int kNowhere = -1;

/// Where the counters of the loops stand that are around a line.
struct Context {
  std::vector<int> own;    ///< per loop of the section: its place, or kNowhere
  std::vector<int> actual; ///< the same, of a dispatched loop the one over all slots
};

class Builder {
public:
  Builder(const Program& program, const Schedule& schedule, Route& route)
      : program_(program), section_(program.section), schedule_(schedule), route_(route) {}

  int addNode(int block, const Context& around) {
    const auto& from = at(section_.blocks, block);
    const auto& walk = at(program_.walks, block);
    const auto number = route_.nodes.size();
    route_.nodes.emplace_back();
    Route::Node node;
    node.block = block;
    node.iterations = walk.iterations;
    node.epochs = walk.iterations + walk.lastStage;
    node.dispatched = walk.dispatched;
    for (const int loop : from.loops) {
      node.trips.push_back(trips(loop));
    }
    std::vector<Context> contexts; // one per stage
    for (const auto& item : from.items) {
      const auto known =
          std::find_if(node.stages.begin(), node.stages.end(),
                       [&](const Route::Node::Stage& stage) { return stage.stage == item.stage; });
      const auto stage = static_cast<std::size_t>(known - node.stages.begin());
      if (known == node.stages.end()) {
        contexts.push_back(addStage(node, from, item.stage, around));
      }
      node.steps.push_back(step(from, item, contexts[stage]));
    }
    route_.nodes[number] = std::move(node);
    return static_cast<int>(number);
  }

private:
  [[nodiscard]] std::int64_t trips(int loop) const { return at(section_.loops, loop).trips; }

  Context addStage(Route::Node& node, const Block& block, int stage, Context around) {
    node.stages.push_back({stage, route_.places});
    for (const int loop : block.loops) {
      at(around.own, loop) = at(around.actual, loop) = static_cast<int>(route_.places++);
    }
    for (const int loop : block.loops) {
      if (node.dispatched) {
        node.actual.push_back(route_.places++);
        at(around.actual, loop) = static_cast<int>(node.actual.back());
      }
    }
    return around;
  }

  Route::Step step(const Block& block, const Item& item, const Context& context) {
    Route::Step step;
    step.kind = item.kind;
    step.index = item.index;
    step.stage = item.stage;
    step.places = context.own;
    for (const auto& [loop, last] : item.pins) {
      if (at(context.own, loop) != kNowhere) {
        step.pins.push_back(
            {static_cast<std::size_t>(at(context.own, loop)), last ? trips(loop) - 1 : 0});
      }
      step.pinsInnermost =
          step.pinsInnermost || (!block.loops.empty() && loop == block.loops.back());
    }
    if (!block.loops.empty()) {
      step.innermost = static_cast<std::size_t>(at(context.own, block.loops.back()));
    }
    if (item.kind == Item::Kind::Block) {
      step.node = addNode(item.index, context);
    } else if (item.kind == Item::Kind::Task) {
      const auto& task = at(section_.tasks, item.index);
      step.hasInnermost =
          !block.loops.empty() && !task.loops.empty() && task.loops.back() == block.loops.back();
      step.work = work(task, context);
      for (const auto& need : at(program_.needs, item.index)) {
        step.needs.push_back(this->need(need, context));
      }
      step.ports = at(program_.portsOfTask, item.index);
      step.part =
          task.einsum >= 0 ? static_cast<std::size_t>(task.einsum) : schedule_.einsums.size();
    }
    return step;
  }

  void addTerm(Route::Linear& sum, const std::vector<int>& places, int loop,
               std::int64_t coefficient) const {
    const int place = at(places, loop);
    if (place == kNowhere || trips(loop) == 1 || coefficient == 0) {
      return;
    }
    for (auto& term : sum.terms) {
      if (term.place == static_cast<std::size_t>(place)) {
        term.coefficient += coefficient;
        return;
      }
    }
    sum.terms.push_back({static_cast<std::size_t>(place), coefficient});
  }

  /// The value of an extent that is the same everywhere.
  [[nodiscard]] std::optional<std::int64_t> constant(const Extent& extent) const {
    std::int64_t least = extent.total;
    std::int64_t most = extent.total;
    for (const auto& [loop, stride] : extent.terms) {
      const auto reach = stride * (trips(loop) - 1);
      (reach > 0 ? least : most) -= reach;
    }
    least = std::clamp<std::int64_t>(least, 0, extent.tile);
    most = std::clamp<std::int64_t>(most, 0, extent.tile);
    return least == most ? std::optional(least) : std::nullopt;
  }

  /// Position of an extent that varies among the sizes of the work.
  std::size_t sizeOf(Route::Work& work, std::vector<int>& known, int index,
                     const Context& context) const {
    const auto found = std::find(known.begin(), known.end(), index);
    if (found != known.end()) {
      return static_cast<std::size_t>(found - known.begin());
    }
    const auto& extent = at(section_.extents, index);
    Route::Size size{{extent.total, {}}, extent.tile};
    for (const auto& [loop, stride] : extent.terms) {
      addTerm(size.left, context.actual, loop, -stride);
    }
    known.push_back(index);
    work.sizes.push_back(std::move(size));
    return work.sizes.size() - 1;
  }

  Route::Work work(const Task& task, const Context& context) const {
    Route::Work work;
    std::vector<int> known;
    for (const int extent : task.extents) {
      const auto same = constant(at(section_.extents, extent));
      work.never = work.never || same == 0;
      if (!same) {
        work.present.push_back(sizeOf(work, known, extent, context));
      }
    }
    for (const auto& guard : task.guards) {
      Route::Work::Condition condition{{guard.constant, {}}, {}};
      for (const auto& [loop, coefficient] : guard.terms) {
        addTerm(condition.sum, context.actual, loop, coefficient);
      }
      for (const auto& [extent, coefficient] : guard.spans) {
        if (const auto same = constant(at(section_.extents, extent))) {
          condition.sum.constant += coefficient * (*same - 1);
        } else {
          condition.spans.push_back({sizeOf(work, known, extent, context), coefficient});
        }
      }
      work.conditions.push_back(std::move(condition));
    }
    work.scale = task.ticks.scale;
    for (const auto& [extent, divisor] : task.ticks.factors) {
      if (const auto same = constant(at(section_.extents, extent))) {
        work.scale *= (*same + divisor - 1) / divisor;
      } else {
        work.factors.push_back({sizeOf(work, known, extent, context), divisor});
      }
    }
    work.unit = task.ticks.unit;
    work.speedup = at(schedule_.resources, task.resource).speedup;
    work.fixed = work.factors.empty() ? work.duration({}) : 0;
    return work;
  }

  /// Iterations of the producer's loops behind a position.
  [[nodiscard]] std::int64_t strideAt(const Task& producer, std::size_t position) const {
    std::int64_t stride = 1;
    for (std::size_t i = position + 1; i < producer.loops.size(); ++i) {
      stride *= trips(producer.loops[i]);
    }
    return stride;
  }

  Route::Need need(const Program::Need& from, const Context& context) const {
    const auto& edge = *from.edge;
    const auto& producer = at(section_.tasks, edge.producer);
    Route::Need need;
    need.port = from.port;
    need.why = edge.kind == Edge::Kind::Data    ? Wait::Data
               : edge.kind == Edge::Kind::Space ? Wait::Space
                                                : Wait::Bandwidth;
    need.number.constant = 1;
    if (edge.lag > 0 && !stepBack(need, edge, producer, context)) {
      need.edge = &edge;
      return need;
    }
    for (std::size_t i = 0; i < producer.loops.size(); ++i) {
      const auto& source = edge.sources[i];
      const auto stride = strideAt(producer, i);
      if (source.at == Edge::Source::At::Last) {
        need.number.constant += stride * (trips(producer.loops[i]) - 1);
      } else if (source.at == Edge::Source::At::Same) {
        addTerm(need.number, context.own, source.loop, stride);
        need.number.constant -= stride * source.shift;
        if (source.shift > 0) {
          Route::Linear first{-source.shift, {}};
          addTerm(first, context.own, source.loop, 1);
          need.conditions.push_back(std::move(first));
        }
      }
    }
    return need;
  }

  /// Stepping back by `lag` iterations is linear if the producer counts the loops of the step as
  /// one number, as the step does. False when it does not.
  bool stepBack(Route::Need& need, const Edge& edge, const Task& producer,
                const Context& context) const {
    Route::Linear behind{-edge.lag, {}}; // iterations of the step since its first
    std::int64_t one = 0;                // ends of the producer per iteration of the step
    std::int64_t stride = 1;
    for (std::size_t i = edge.lagLoops.size(); i-- > 0;) {
      const int loop = edge.lagLoops[i];
      if (trips(loop) == 1) {
        continue;
      }
      std::int64_t worth = 0;
      for (std::size_t p = 0; p < producer.loops.size(); ++p) {
        const auto& source = edge.sources[p];
        if (source.at == Edge::Source::At::Same && source.loop == loop) {
          if (source.shift != 0 || worth != 0) {
            return false;
          }
          worth = strideAt(producer, p);
        }
      }
      one = one == 0 ? worth : one;
      if (worth == 0 || worth != one * stride) {
        return false;
      }
      addTerm(behind, context.own, loop, stride);
      stride *= trips(loop);
    }
    need.number.constant -= one * edge.lag;
    need.conditions.push_back(std::move(behind));
    return true;
  }

  const Program& program_;
  const Section& section_;
  const Schedule& schedule_;
  Route& route_;
};

} // namespace

Route::Route(const Program& program, const Schedule& schedule, const Stream& stream)
    : section(&program.section) {
  const std::vector<int> none(program.section.loops.size(), kNowhere);
  Builder(program, schedule, *this).addNode(stream.root, {none, none});
}

} // namespace einsight::sim
