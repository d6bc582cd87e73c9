#include "graph_times.hpp"

#include "../../arch/cluster/cluster_text.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

namespace einsight::mappings::cluster::test {

arch::Cluster clusterWith(int devices, const std::string& link) {
  return arch::test::valid(
      arch::test::clusterOf(fmt::format("machine: mine\nkind: cluster\nsummary: s\nsource: s\n"
                                        "devices: {{gpu: {{machine: h100, count: {}}}}}\n"
                                        "links: {{wire: {{{}, source: s}}}}\n",
                                        devices, link)));
}

sim::Totals run(const sim::Schedule& schedule) {
  const auto totals = sim::cycle(schedule);
  if (!totals) {
    FAIL(core::render(totals.error()));
  }
  return *totals;
}

double secondsOf(const Graph& graph, const arch::Cluster& cluster) {
  const auto schedule = lower(graph, cluster);
  if (!schedule) {
    FAIL(core::render(schedule.error()));
  }
  return static_cast<double>(run(*schedule).ticks) / static_cast<double>(schedule->ticksPerCycle) /
         static_cast<double>(kClusterHertz);
}

} // namespace einsight::mappings::cluster::test
