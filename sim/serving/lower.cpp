#include "core/invariant.hpp"
#include "sim/serving/iteration.hpp"

#include <algorithm>
#include <cmath>
#include <map>

namespace einsight::sim::serving {
namespace {

using At = Edge::Source::At;

constexpr int kIterations = 0; ///< the loop over iterations; that of segment s is s + 1

std::int64_t ticksOf(double seconds) {
  return std::max<std::int64_t>(1, std::llround(seconds * kTicksPerSecond));
}

/// Stages of a list that no other stage of it needs: the next layer waits for them.
std::vector<int> sinksOf(const std::vector<Stage>& stages) {
  std::vector<int> sinks;
  for (int i = 0; i < static_cast<int>(stages.size()); ++i) {
    const bool needed = std::any_of(stages.begin(), stages.end(), [&](const Stage& stage) {
      return std::find(stage.needs.begin(), stage.needs.end(), i) != stage.needs.end();
    });
    if (!needed) {
      sinks.push_back(i);
    }
  }
  return sinks;
}

class Lowering {
public:
  Lowering(const Pass& pass, std::int64_t iterations) : pass_(pass) {
    const bool rotates = std::any_of(pass.parts.begin(), pass.parts.end(),
                                     [](const Part& part) { return part.replicated; });
    unroll_ = rotates ? pass.replicas : 1;
    section_.name = "iterations";
    section_.loops.push_back({"iteration", iterations, false});
    for (const auto& segment : pass.segments) {
      section_.loops.push_back({"layer", (segment.layers + unroll_ - 1) / unroll_, false});
    }
    schedule_.einsums = {"layers"};
    for (const auto& part : pass.parts) {
      first_.push_back(static_cast<int>(schedule_.resources.size()));
      for (int r = 0; r < (part.replicated ? pass.replicas : 1); ++r) {
        schedule_.resources.push_back({part.name, part.transfers, 1, core::Rational(1), 0});
      }
    }
  }

  Schedule make() {
    for (int batch = 0; batch < pass_.batches; ++batch) {
      addTasks(batch);
      addStreams();
    }
    schedule_.sections.push_back(std::move(section_));
    return std::move(schedule_);
  }

private:
  /// A list of stages: a segment at one offset of its unrolled layers, or what comes after (-1).
  struct Place {
    int segment = -1;
    int offset = 0;
    auto operator<=>(const Place&) const = default;
  };

  [[nodiscard]] const std::vector<Stage>& stages(Place place) const {
    return place.segment < 0 ? pass_.after
                             : pass_.segments[static_cast<std::size_t>(place.segment)].stages;
  }

  /// All lists of a batch in the order of an iteration.
  [[nodiscard]] std::vector<Place> places() const {
    std::vector<Place> out;
    for (int s = 0; s < static_cast<int>(pass_.segments.size()); ++s) {
      for (int o = 0; o < unroll_; ++o) {
        out.push_back({s, o});
      }
    }
    if (!pass_.after.empty()) {
      out.push_back({-1, 0});
    }
    return out;
  }

  void addTasks(int batch) {
    start_.clear();
    auto next = static_cast<int>(section_.tasks.size());
    for (const auto place : places()) {
      start_[place] = next;
      next += static_cast<int>(stages(place).size());
    }
    for (const auto place : places()) {
      for (const auto& stage : stages(place)) {
        section_.tasks.push_back(taskOf(batch, place, stage));
      }
    }
  }

  Task taskOf(int batch, Place place, const Stage& stage) {
    const auto& part = pass_.parts[static_cast<std::size_t>(stage.part)];
    Task task;
    task.name = stage.name;
    task.kind = part.transfers ? Task::Kind::Load : Task::Kind::Compute;
    task.einsum = part.transfers ? -1 : 0;
    task.resource = first_[static_cast<std::size_t>(stage.part)] +
                    (part.replicated ? (batch + place.offset) % pass_.replicas : 0);
    task.loops = {kIterations};
    task.ticks = {ticksOf(stage.seconds), {}, 1};
    if (place.segment >= 0) {
      task.loops.push_back(place.segment + 1);
      const auto layers = pass_.segments[static_cast<std::size_t>(place.segment)].layers;
      if (layers % unroll_ != 0) { // the last of the unrolled layers may not exist
        task.guards.push_back({layers - 1 - place.offset, {{place.segment + 1, -unroll_}}, {}});
      }
    }
    for (const int need : stage.needs) {
      Edge edge = edgeTo(place, need);
      edge.sources.push_back({At::Same, kIterations, 0});
      if (place.segment >= 0) {
        edge.sources.push_back({At::Same, place.segment + 1, 0});
      }
      task.needs.push_back(std::move(edge));
    }
    if (stage.needs.empty()) {
      addEntry(place, task);
    }
    return task;
  }

  [[nodiscard]] Edge edgeTo(Place place, int stage) const {
    Edge edge;
    const auto& made = stages(place)[static_cast<std::size_t>(stage)];
    edge.kind = pass_.parts[static_cast<std::size_t>(made.part)].transfers ? Edge::Kind::Bandwidth
                                                                           : Edge::Kind::Data;
    edge.producer = start_.at(place) + stage;
    edge.latency = std::llround(made.latencySeconds * kTicksPerSecond);
    return edge;
  }

  /// What the first stages of a list wait for: the layer before, in its segment or in the one
  /// before; the end of the iteration before.
  void addEntry(Place place, Task& task) {
    if (place.segment < 0) {
      addLast(static_cast<int>(pass_.segments.size()) - 1, 0, task);
      return;
    }
    if (place.offset > 0) {
      for (const int sink : sinksOf(stages(place))) {
        Edge edge = edgeTo({place.segment, place.offset - 1}, sink);
        edge.sources = {{At::Same, kIterations, 0}, {At::Same, place.segment + 1, 0}};
        task.needs.push_back(std::move(edge));
      }
      return;
    }
    for (int o = 0; o < unroll_; ++o) {
      for (const int sink : sinksOf(stages(place))) {
        Edge edge = edgeTo({place.segment, o}, sink);
        edge.sources = {{At::Same, kIterations, 0}, {At::Same, place.segment + 1, 0}};
        edge.lagLoops = {place.segment + 1};
        edge.lag = 1;
        task.needs.push_back(std::move(edge));
      }
    }
    if (place.segment > 0) {
      addLast(place.segment - 1, 0, task);
    } else if (pass_.after.empty()) {
      addLast(static_cast<int>(pass_.segments.size()) - 1, 1, task);
    } else {
      for (const int sink : sinksOf(pass_.after)) {
        Edge edge = edgeTo({-1, 0}, sink);
        edge.sources = {{At::Same, kIterations, 1}};
        task.needs.push_back(std::move(edge));
      }
    }
  }

  /// Waits for the last layer of a segment, `shift` iterations before.
  void addLast(int segment, std::int64_t shift, Task& task) {
    for (int o = 0; o < unroll_; ++o) {
      for (const int sink : sinksOf(stages({segment, o}))) {
        Edge edge = edgeTo({segment, o}, sink);
        edge.sources = {{At::Same, kIterations, shift}, {At::Last, 0, 0}};
        task.needs.push_back(std::move(edge));
      }
    }
  }

  /// One stream for each resource that the batch uses.
  void addStreams() {
    for (int r = 0; r < static_cast<int>(schedule_.resources.size()); ++r) {
      Block root;
      root.loops = {kIterations};
      for (int s = 0; s < static_cast<int>(pass_.segments.size()); ++s) {
        Block layers;
        layers.loops = {s + 1};
        for (int o = 0; o < unroll_; ++o) {
          addItems({s, o}, r, layers);
        }
        if (!layers.items.empty()) {
          section_.blocks.push_back(std::move(layers));
          root.items.push_back(
              {Item::Kind::Block, static_cast<int>(section_.blocks.size()) - 1, 0, {}});
        }
      }
      if (!pass_.after.empty()) {
        addItems({-1, 0}, r, root);
      }
      if (!root.items.empty()) {
        section_.blocks.push_back(std::move(root));
        section_.streams.push_back({r, static_cast<int>(section_.blocks.size()) - 1, -1});
      }
    }
  }

  void addItems(Place place, int resource, Block& block) const {
    const int start = start_.at(place);
    for (int i = 0; i < static_cast<int>(stages(place).size()); ++i) {
      if (section_.tasks[static_cast<std::size_t>(start) + static_cast<std::size_t>(i)].resource ==
          resource) {
        block.items.push_back({Item::Kind::Task, start + i, 0, {}});
      }
    }
  }

  const Pass& pass_;
  int unroll_ = 1;
  std::vector<int> first_;     ///< resource of a part's first replica
  std::map<Place, int> start_; ///< first task of a list of the batch at hand
  Section section_;
  Schedule schedule_;
};

} // namespace

Schedule lower(const Pass& pass, std::int64_t iterations) {
  EINSIGHT_INVARIANT(!pass.segments.empty() && pass.batches > 0 && pass.replicas > 0,
                     "a pass has layers, batches and replicas");
  return Lowering(pass, iterations).make();
}

} // namespace einsight::sim::serving
