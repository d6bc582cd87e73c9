#include "mappings/gpu/cta/passes.hpp"

#include "einsum/walk.hpp"

#include <algorithm>
#include <set>

namespace einsight::mappings::gpu {
namespace {

/// Where a node stands: its pass, and what was reduced on the way to its result in that pass.
struct Place {
  int pass = 0;
  std::set<std::string> reduced;
};

class Placing {
public:
  Placing(const Graph& graph, const std::vector<int>& nodes) : graph_(graph), nodes_(nodes) {}

  Place placeOf(int index) {
    if (const auto found = places_.find(index); found != places_.end()) {
      circular_ |= open_.contains(index);
      return found->second;
    }
    places_[index] = {};
    open_.insert(index);
    const auto& node = graph_.nodes[static_cast<std::size_t>(index)];
    Place place;
    for (const int need : node.needs) {
      if (einsum::contains(nodes_, need)) {
        takeLater(place, placeOf(need));
      }
    }
    const auto& variables = node.einsum->variables;
    if (std::any_of(variables.begin(), variables.end(),
                    [&](const auto& variable) { return place.reduced.contains(variable); })) {
      place = {place.pass + 1, {}};
    }
    const auto reduced = einsum::reducedVariables(*node.einsum);
    place.reduced.insert(reduced.begin(), reduced.end());
    open_.erase(index);
    return places_[index] = std::move(place);
  }

  /// Nodes need each other (a recurrence inside of the tile).
  [[nodiscard]] bool circular() const { return circular_; }

private:
  static void takeLater(Place& place, const Place& need) {
    if (need.pass > place.pass) {
      place = need;
    } else if (need.pass == place.pass) {
      place.reduced.insert(need.reduced.begin(), need.reduced.end());
    }
  }

  const Graph& graph_;
  const std::vector<int>& nodes_;
  std::map<int, Place> places_;
  std::set<int> open_; ///< whose needs are being looked at
  bool circular_ = false;
};

} // namespace

std::map<int, int> passesOf(const Graph& graph, const std::vector<int>& nodes) {
  Placing placing(graph, nodes);
  std::map<int, int> out;
  for (const int node : nodes) {
    out[node] = placing.placeOf(node).pass;
  }
  for (auto& [node, pass] : out) {
    pass = placing.circular() ? 0 : pass;
  }
  return out;
}

} // namespace einsight::mappings::gpu
