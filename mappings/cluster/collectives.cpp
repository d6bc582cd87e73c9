#include "mappings/cluster/collectives.hpp"

#include "core/invariant.hpp"

namespace einsight::mappings::cluster {
namespace {

std::vector<int> joined(const std::vector<int>& a, const std::vector<int>& b) {
  auto both = a;
  both.insert(both.end(), b.begin(), b.end());
  return both;
}

/// n-1 steps in which every device sends `bytes` to the next one, what came in the step before
/// first; after each message its receiver works on it for `addSeconds`. One kernel does all steps;
/// `begun`: it did others before.
Fronts aroundRing(Graph& graph, const std::vector<int>& devices, const std::string& name,
                  double bytes, const Fronts& after, double addSeconds, bool begun = false) {
  const auto count = devices.size();
  auto front = after;
  for (std::size_t step = 0; step + 1 < count; ++step) {
    Fronts next(count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto to = (i + 1) % count;
      int done = graph.message(devices[i], devices[to], name, bytes, joined(front[i], front[to]),
                               step == 0 && !begun);
      if (addSeconds > 0) {
        done = graph.compute(devices[to], name, addSeconds, {done});
      }
      next[to].push_back(done);
    }
    front = std::move(next); // what a device sends next is what came last
  }
  return front;
}

/// Every device sends `bytes` to every other, its next one first.
Fronts toAll(Graph& graph, const std::vector<int>& devices, const std::string& name, double bytes,
             const Fronts& after) {
  const auto count = devices.size();
  auto front = after;
  for (std::size_t step = 1; step < count; ++step) {
    for (std::size_t i = 0; i < count; ++i) {
      const auto to = (i + step) % count;
      front[to].push_back(
          graph.message(devices[i], devices[to], name, bytes, joined(after[i], after[to])));
    }
  }
  return front;
}

/// The additions that follow when all parts of a sum have come.
void add(Graph& graph, const std::vector<int>& devices, const std::string& name, double seconds,
         Fronts& front) {
  for (std::size_t i = 0; i < devices.size() && seconds > 0; ++i) {
    front[i] = {graph.compute(devices[i], name, seconds, front[i])};
  }
}

} // namespace

Fronts allGather(Graph& graph, const std::vector<int>& devices, const std::string& name,
                 double bytes, const Fronts& after, Way way) {
  EINSIGHT_INVARIANT(after.size() == devices.size(), "a collective has a front per device");
  return way == Way::Ring ? aroundRing(graph, devices, name, bytes, after, 0)
                          : toAll(graph, devices, name, bytes, after);
}

Fronts reduceScatter(Graph& graph, const std::vector<int>& devices, const std::string& name,
                     double bytes, const Fronts& after, Way way, double addSeconds) {
  EINSIGHT_INVARIANT(after.size() == devices.size(), "a collective has a front per device");
  const auto count = static_cast<double>(devices.size());
  if (way == Way::Ring) {
    return aroundRing(graph, devices, name, bytes / count, after, addSeconds);
  }
  auto front = toAll(graph, devices, name, bytes / count, after);
  add(graph, devices, name, addSeconds * (count - 1), front);
  return front;
}

Fronts allReduce(Graph& graph, const std::vector<int>& devices, const std::string& name,
                 double bytes, const Fronts& after, Way way, double addSeconds) {
  const auto count = static_cast<double>(devices.size());
  if (way == Way::Ring) {
    const auto scattered = reduceScatter(graph, devices, name, bytes, after, way, addSeconds);
    return aroundRing(graph, devices, name, bytes / count, scattered, 0, true);
  }
  auto front = toAll(graph, devices, name, bytes, after);
  add(graph, devices, name, addSeconds * count * (count - 1), front);
  return front;
}

Fronts allToAll(Graph& graph, const std::vector<int>& devices, const std::string& name,
                double bytes, const Fronts& after) {
  EINSIGHT_INVARIANT(after.size() == devices.size(), "a collective has a front per device");
  return toAll(graph, devices, name, bytes / static_cast<double>(devices.size()), after);
}

} // namespace einsight::mappings::cluster
