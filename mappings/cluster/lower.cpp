#include "core/format.hpp"
#include "core/invariant.hpp"
#include "mappings/cluster/graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace einsight::mappings::cluster {
namespace {

using arch::Cluster;
using arch::Link;

constexpr std::int64_t kTicksPerCycle = 1000; // a tick is a picosecond
constexpr double kTicksPerSecond = 1e12;
constexpr double kLongestSeconds = 4e6; ///< of all work one after another: ticks are 64 bits wide
constexpr std::size_t kMostTasks = 1'000'000; ///< some 10 kB each

std::int64_t ticksOf(double seconds) {
  return std::max<std::int64_t>(std::llround(seconds * kTicksPerSecond), 0);
}

/// Where a message leaves and where it arrives; one and the same on rings, meshes and with half
/// duplex between just two.
struct Ports {
  std::string out, in;
};

Ports portsOf(const Cluster& cluster, const Link& link, int from, int to) {
  const auto name = [&](int device) { return link.name + " " + cluster.deviceName(device); };
  if (link.topology == Link::Topology::Switch) {
    return link.fullDuplex ? Ports{name(from) + " out", name(to) + " in"}
                           : Ports{name(from), name(to)};
  }
  const auto pair = link.fullDuplex || from < to ? std::pair(from, to) : std::pair(to, from);
  const auto way = fmt::format("{} {} {}", name(pair.first), link.fullDuplex ? "to" : "and",
                               cluster.deviceName(pair.second));
  return {way, way};
}

class Lowering {
public:
  Lowering(const Graph& graph, const Cluster& cluster) : graph_(graph), cluster_(cluster) {
    schedule_.ticksPerCycle = kTicksPerCycle;
    section_.name = cluster.name();
  }

  core::Expected<sim::Schedule> run() {
    auto problems = missingLinks();
    if (problems.empty()) {
      problems = tooMuch();
    }
    if (!problems.empty()) {
      return core::failure(std::move(problems));
    }
    addDevices();
    last_.resize(graph_.tasks().size(), -1);
    for (std::size_t i = 0; i < graph_.tasks().size(); ++i) {
      const auto& task = graph_.tasks()[i];
      last_[i] = task.kind == Task::Kind::Compute ? addCompute(task) : addMessage(task);
    }
    schedule_.sections.push_back(std::move(section_));
    return std::move(schedule_);
  }

private:
  [[nodiscard]] core::Problems missingLinks() const {
    std::set<std::pair<int, int>> missing;
    for (const auto& task : graph_.tasks()) {
      if (task.kind == Task::Kind::Message && cluster_.link(task.device, task.to) == nullptr) {
        missing.emplace(task.device, task.to);
      }
    }
    if (missing.empty()) {
      return {};
    }
    const auto [from, to] = *missing.begin();
    return {{{cluster_.data().file, 1, 1, "links"},
             fmt::format("no link joins {} and {}{}", cluster_.deviceName(from),
                         cluster_.deviceName(to),
                         missing.size() > 1
                             ? fmt::format(", nor {} more pairs that must talk", missing.size() - 1)
                             : std::string()),
             "add a link that joins them, or a mapping that sends along the links there are"}};
  }

  [[nodiscard]] core::Problems tooMuch() const {
    core::Problems problems;
    const auto add = [&](std::string path, std::string what, std::string help) {
      problems.push_back(
          {{cluster_.data().file, 1, 1, std::move(path)}, std::move(what), std::move(help)});
    };
    if (graph_.tasks().size() > kMostTasks) {
      add("devices",
          fmt::format("{} pieces of work and messages are too many to be simulated",
                      core::formatCount(static_cast<std::int64_t>(graph_.tasks().size()))),
          fmt::format("at most {}: fewer devices",
                      core::formatCount(static_cast<std::int64_t>(kMostTasks))));
    }
    double seconds = 0;
    for (const auto& task : graph_.tasks()) {
      seconds += task.seconds + task.delay;
      if (task.kind == Task::Kind::Message) {
        const auto& link = *cluster_.link(task.device, task.to);
        seconds += task.bytes / link.sustainedBytesPerSecond() + latencyOf(task);
      }
    }
    if (!(seconds <= kLongestSeconds)) {
      add("links",
          fmt::format("all work and messages together take {}, too long to be simulated",
                      core::formatSeconds(seconds)),
          fmt::format("at most {}: faster links or devices, or less work",
                      core::formatSeconds(kLongestSeconds)));
    }
    return problems;
  }

  /// Every device that computes has a stream of its own, in the order of the graph.
  void addDevices() {
    std::vector<bool> used(static_cast<std::size_t>(cluster_.devices()), false);
    for (const auto& task : graph_.tasks()) {
      if (task.kind == Task::Kind::Compute) {
        used[static_cast<std::size_t>(task.device)] = true;
      }
    }
    for (int device = 0; device < cluster_.devices(); ++device) {
      const bool works = used[static_cast<std::size_t>(device)];
      streams_.push_back(works ? addStream(resource(cluster_.deviceName(device), false)) : -1);
    }
  }

  int resource(const std::string& name, bool port) {
    const auto [found, isNew] =
        resources_.emplace(name, static_cast<int>(schedule_.resources.size()));
    if (isNew) {
      sim::Resource made;
      made.name = name;
      made.port = port;
      schedule_.resources.push_back(std::move(made));
    }
    return found->second;
  }

  /// A stream with a block of no loops; says the block's number.
  int addStream(int onResource) {
    const int block = static_cast<int>(section_.blocks.size());
    section_.blocks.emplace_back();
    section_.streams.push_back({onResource, block, -1});
    return block;
  }

  int counter(sim::Counter::Kind kind, const std::string& component, const std::string& what,
              int einsum) {
    const auto key = std::tuple(kind, component, einsum);
    const auto [found, isNew] = counters_.emplace(key, static_cast<int>(schedule_.counters.size()));
    if (isNew) {
      schedule_.counters.push_back({kind, component, what, einsum, std::nullopt, 1});
    }
    return found->second;
  }

  int einsum(const std::string& name) {
    const auto found = std::find(schedule_.einsums.begin(), schedule_.einsums.end(), name);
    if (found != schedule_.einsums.end()) {
      return static_cast<int>(found - schedule_.einsums.begin());
    }
    schedule_.einsums.push_back(name);
    return static_cast<int>(schedule_.einsums.size()) - 1;
  }

  /// Adds a task that ends `ticks` after its start to a block; says its number.
  int addTask(sim::Task task, std::int64_t ticks, int block, int onResource) {
    task.ticks.scale = ticks;
    task.resource = onResource;
    const int number = static_cast<int>(section_.tasks.size());
    section_.tasks.push_back(std::move(task));
    sim::Item item;
    item.index = number;
    section_.blocks[static_cast<std::size_t>(block)].items.push_back(std::move(item));
    return number;
  }

  /// What a task of the graph waits for, in the schedule.
  [[nodiscard]] std::vector<sim::Edge> needsOf(const Task& task) const {
    std::vector<sim::Edge> needs;
    for (const int before : task.after) {
      const auto& producer = graph_.tasks()[static_cast<std::size_t>(before)];
      const bool message = producer.kind == Task::Kind::Message;
      sim::Edge edge;
      edge.kind = message ? sim::Edge::Kind::Bandwidth : sim::Edge::Kind::Data;
      edge.producer = last_[static_cast<std::size_t>(before)];
      edge.latency = ticksOf(task.delay + (message ? latencyOf(producer) : 0));
      needs.push_back(edge);
    }
    return needs;
  }

  [[nodiscard]] double latencyOf(const Task& message) const {
    const auto& link = *cluster_.link(message.device, message.to);
    return message.launched ? link.firstByteSeconds() : link.latencySeconds;
  }

  int addCompute(const Task& task) {
    sim::Task made;
    made.name = task.name;
    made.einsum = einsum(task.name);
    made.needs = needsOf(task);
    const auto device = cluster_.deviceName(task.device);
    const auto ticks = std::max<std::int64_t>(ticksOf(task.seconds), 1);
    made.counts.push_back({counter(sim::Counter::Kind::BusyLanes, device, "busy", made.einsum),
                           {ticks, {}, kTicksPerCycle}});
    if (task.flops > 0) {
      made.counts.push_back({counter(sim::Counter::Kind::Operation, device, "flop", made.einsum),
                             {std::llround(task.flops), {}, 1}});
    }
    return addTask(std::move(made), ticks, streams_[static_cast<std::size_t>(task.device)],
                   resource(device, false));
  }

  /// One task on the only port; or, on two ports, the first tick of the sender's, which lets the
  /// receiver's begin, the rest of it, and the receiver's, which starts no earlier than that.
  int addMessage(const Task& task) {
    const auto& link = *cluster_.link(task.device, task.to);
    const auto ports = portsOf(cluster_, link, task.device, task.to);
    const auto ticks =
        std::max<std::int64_t>(ticksOf(task.bytes / link.sustainedBytesPerSecond()), 2);
    const sim::Count sent{counter(sim::Counter::Kind::Read, link.name, "bytes", -1),
                          {std::llround(task.bytes), {}, 1}};
    const sim::Count received{counter(sim::Counter::Kind::Write, link.name, "bytes", -1),
                              {std::llround(task.bytes), {}, 1}};
    sim::Task out;
    out.name = task.name;
    out.kind = sim::Task::Kind::Load;
    out.needs = needsOf(task);
    out.counts = {sent};
    const int leaves = resource(ports.out, true);
    if (ports.out == ports.in) {
      out.counts.push_back(received);
      return addTask(std::move(out), ticks, addStream(leaves), leaves);
    }
    const int block = addStream(leaves);
    const int head = addTask(std::move(out), 1, block, leaves);
    sim::Task rest;
    rest.name = task.name;
    rest.kind = sim::Task::Kind::Load;
    addTask(std::move(rest), ticks - 1, block, leaves);
    sim::Task in;
    in.name = task.name;
    in.kind = sim::Task::Kind::Load;
    sim::Edge edge;
    edge.kind = sim::Edge::Kind::Bandwidth;
    edge.producer = head;
    in.needs = {edge};
    in.counts = {received};
    const int arrives = resource(ports.in, true);
    return addTask(std::move(in), ticks, addStream(arrives), arrives);
  }

  const Graph& graph_;
  const Cluster& cluster_;
  sim::Schedule schedule_;
  sim::Section section_;
  std::map<std::string, int> resources_;
  std::map<std::tuple<sim::Counter::Kind, std::string, int>, int> counters_;
  std::vector<int> streams_; ///< per device: its block, or -1
  std::vector<int> last_;    ///< per task of the graph: the task of the schedule that ends it
};

} // namespace

core::Expected<sim::Schedule> lower(const Graph& graph, const arch::Cluster& cluster) {
  return Lowering(graph, cluster).run();
}

} // namespace einsight::mappings::cluster
