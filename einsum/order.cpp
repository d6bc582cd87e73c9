#include "einsum/order.hpp"

#include "einsum/reads.hpp"
#include "einsum/walk.hpp"

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <queue>
#include <set>

namespace einsight::einsum {
namespace {

using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS>;
using Edges = std::set<std::pair<std::size_t, std::size_t>>;

/// Kahn's algorithm over some vertices; of those that are ready, the first written goes first.
/// Vertices on a cycle are left out.
std::vector<std::size_t> firstWrittenOrder(const std::vector<std::size_t>& vertices,
                                           const Edges& edges) {
  std::map<std::size_t, std::size_t> waitsFor;
  for (const std::size_t vertex : vertices) {
    waitsFor[vertex] = 0;
  }
  for (const auto& [from, to] : edges) {
    if (waitsFor.contains(from) && waitsFor.contains(to)) {
      ++waitsFor[to];
    }
  }
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
  for (const auto& [vertex, count] : waitsFor) {
    if (count == 0) {
      ready.push(vertex);
    }
  }
  std::vector<std::size_t> order;
  while (!ready.empty()) {
    const std::size_t vertex = ready.top();
    ready.pop();
    order.push_back(vertex);
    for (auto edge = edges.lower_bound({vertex, 0}); edge != edges.end() && edge->first == vertex;
         ++edge) {
      const auto found = waitsFor.find(edge->second);
      if (found != waitsFor.end() && --found->second == 0) {
        ready.push(edge->second);
      }
    }
  }
  return order;
}

/// The dependency graph of a cascade: an edge from the Einsum that writes to each that reads.
class Dependencies {
public:
  explicit Dependencies(std::span<const Einsum> einsums) : einsums_(einsums) {
    for (std::size_t reader = 0; reader < einsums.size(); ++reader) {
      for (const std::string& tensor : tensorsRead(einsums[reader])) {
        if (const auto writer = writerOf(tensor)) {
          edges_.emplace(*writer, reader);
        }
      }
    }
  }

  core::Expected<std::vector<Group>> groups() {
    const std::vector<std::size_t> component = components();
    std::map<std::size_t, std::vector<std::size_t>> members; // by first written member
    std::map<std::size_t, std::size_t> firstOf;              // component -> first written member
    for (std::size_t vertex = 0; vertex < einsums_.size(); ++vertex) {
      members[firstOf.emplace(component[vertex], vertex).first->second].push_back(vertex);
    }
    Edges between;
    for (const auto& [from, to] : edges_) {
      if (component[from] != component[to]) {
        between.emplace(firstOf.at(component[from]), firstOf.at(component[to]));
      }
    }
    std::vector<std::size_t> leaders;
    for (const auto& [leader, list] : members) {
      leaders.push_back(leader);
    }
    std::vector<Group> out;
    core::Problems problems;
    for (const std::size_t leader : firstWrittenOrder(leaders, between)) {
      out.push_back(groupOf(members.at(leader), problems));
    }
    if (!problems.empty()) {
      return core::failure(std::move(problems));
    }
    return out;
  }

private:
  [[nodiscard]] std::optional<std::size_t> writerOf(const std::string& tensor) const {
    for (std::size_t i = 0; i < einsums_.size(); ++i) {
      if (einsums_[i].name == tensor) {
        return i;
      }
    }
    return std::nullopt;
  }

  [[nodiscard]] std::vector<std::size_t> components() const {
    Graph graph(einsums_.size());
    for (const auto& [from, to] : edges_) {
      boost::add_edge(from, to, graph);
    }
    std::vector<std::size_t> component(einsums_.size());
    boost::strong_components(graph, boost::make_iterator_property_map(
                                        component.begin(), boost::get(boost::vertex_index, graph)));
    return component;
  }

  Group groupOf(const std::vector<std::size_t>& members, core::Problems& problems) const {
    const bool alone = members.size() == 1 && !edges_.contains({members[0], members[0]});
    if (alone) {
      return {members, {}};
    }
    for (const std::string& variable : einsums_[members.front()].variables) {
      const auto order = iterationOrder(members, variable);
      if (order.size() == members.size()) {
        return {order, variable};
      }
    }
    const Einsum& first = einsums_[members.front()];
    problems.push_back(
        {first.where,
         fmt::format("a cycle that is not an iterative rank: {}",
                     fmt::join(cycle(members), " -> ")),
         "an iterative rank reads what the iteration before wrote: "
         "RM[m1+1,p] = max(RM[m1,p], LM[m1,p]) with tensors: {RM: {initial: -inf}}"});
    return {members, {}};
  }

  /// The members in an order for one iteration of `variable`, or fewer when there is none.
  [[nodiscard]] std::vector<std::size_t> iterationOrder(const std::vector<std::size_t>& members,
                                                        const std::string& variable) const {
    Edges now;
    for (const std::size_t writer : members) {
      const auto reduced = reducedVariables(einsums_[writer]);
      if (!contains(einsums_[writer].variables, variable) || contains(reduced, variable)) {
        return {};
      }
      for (const std::size_t reader : members) {
        if (!addEdgesOfOneIteration(writer, reader, variable, now)) {
          return {};
        }
      }
    }
    return firstWrittenOrder(members, now);
  }

  /// False when a read is of a later iteration, or of no one iteration.
  bool addEdgesOfOneIteration(std::size_t writer, std::size_t reader, const std::string& variable,
                              Edges& now) const {
    for (const Access& access : reads(einsums_[reader].expression)) {
      if (access.tensor != einsums_[writer].name) {
        continue;
      }
      const auto apart = distance(einsums_[writer].output, access, variable);
      if (!apart || *apart < 0) {
        return false;
      }
      if (*apart == 0) {
        now.emplace(writer, reader);
      }
    }
    return true;
  }

  /// Names along one cycle through the first member, which is also the last name.
  [[nodiscard]] std::vector<std::string> cycle(const std::vector<std::size_t>& members) const {
    const std::size_t start = members.front();
    std::map<std::size_t, std::size_t> cameFrom;
    std::queue<std::size_t> open;
    open.push(start);
    while (!cameFrom.contains(start)) {
      const std::size_t vertex = open.front();
      open.pop();
      for (const std::size_t next : members) {
        if (edges_.contains({vertex, next}) && cameFrom.emplace(next, vertex).second) {
          open.push(next);
        }
      }
    }
    std::vector<std::string> names{einsums_[start].name};
    for (std::size_t vertex = cameFrom.at(start); vertex != start; vertex = cameFrom.at(vertex)) {
      names.push_back(einsums_[vertex].name);
    }
    names.push_back(einsums_[start].name);
    std::reverse(names.begin(), names.end());
    return names;
  }

  std::span<const Einsum> einsums_;
  Edges edges_;
};

} // namespace

std::optional<std::int64_t> distance(const Access& written, const Access& read,
                                     const std::string& variable) {
  std::optional<std::int64_t> out;
  for (std::size_t i = 0; i < written.indices.size() && i < read.indices.size(); ++i) {
    const Index& w = written.indices[i];
    const Index& r = read.indices[i];
    if (!w.terms.contains(variable)) {
      continue;
    }
    const bool sameSteps = w.terms.size() == 1 && w.terms == r.terms && w.terms.at(variable) == 1;
    if (!sameSteps || !r.gatherTensor.empty() || out) {
      return std::nullopt;
    }
    out = w.constant - r.constant;
  }
  return out;
}

core::Expected<std::vector<Group>> dependencyOrder(std::span<const Einsum> einsums) {
  return Dependencies(einsums).groups();
}

} // namespace einsight::einsum
