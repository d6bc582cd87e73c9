#include "explore/serving/stages.hpp"

namespace einsight::explore {

ServingParts servingParts(const ServingPoint& point) {
  ServingParts parts;
  const auto& plan = point.plan;
  const bool replicated = plan.separate() && plan.replicas > 1;
  const auto add = [&](std::string name, bool transfers, bool rotates) {
    parts.list.push_back({std::move(name), transfers, rotates});
    return static_cast<int>(parts.list.size()) - 1;
  };
  auto& places = parts.places;
  places.projections = add(plan.projections.name, false, replicated);
  places.attention = plan.separate() ? add(plan.attention.name, false, false) : places.projections;
  if (plan.projections.count > 1) {
    places.links = add(plan.projections.name + " " + plan.projections.link->name, true, replicated);
  }
  const auto* link = plan.network;
  if (point.mapping.retrieval) {
    places.cpu = add(point.mapping.retrieval->on, false, false);
    const auto cpu = point.cluster->members(point.mapping.retrieval->on).front();
    link = point.cluster->link(point.cluster->members(plan.projections.name).front(), cpu);
  }
  if (link != nullptr) {
    places.out = add(link->name + (link->fullDuplex ? " out" : ""), true, false);
    places.back = link->fullDuplex ? add(link->name + " back", true, false) : places.out;
  }
  places.host = add("host", false, false);
  return parts;
}

std::vector<sim::serving::Part> partsOf(const ServingPoint& point) {
  return servingParts(point).list;
}

double ServingStages::faster(int part) const {
  const auto at = static_cast<std::size_t>(part);
  return at < speedups_.size() ? speedups_[at] : 1;
}

int ServingStages::add(std::string name, int part, double seconds, std::vector<int> needs,
                       double latency) {
  list_.push_back(
      {std::move(name), part, seconds / faster(part), latency / faster(part), std::move(needs)});
  return static_cast<int>(list_.size()) - 1;
}

} // namespace einsight::explore
