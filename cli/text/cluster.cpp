#include "cli/text/cluster.hpp"

#include "core/format.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::cli {
namespace {

using Align = report::Table::Align;

std::string priceText(std::optional<double> dollars) {
  return dollars ? fmt::format("{:.2f} USD", *dollars) : std::string("unknown");
}

std::string devicesText(const arch::Cluster& cluster, const report::Style& style) {
  report::Table table({{"devices", Align::Left},
                       {"machine", Align::Left},
                       {"count"},
                       {"memory of one"},
                       {"per hour of one"}});
  for (const auto& group : cluster.data().groups) {
    table.row({group.name, group.machine, std::to_string(group.count),
               core::formatBytes(static_cast<double>(group.memoryBytes())),
               priceText(group.dollarsPerHour)});
  }
  return table.render(style);
}

std::string topologyText(const arch::Link& link) {
  const auto* name = link.topology == arch::Link::Topology::Switch ? "switch"
                     : link.topology == arch::Link::Topology::Ring ? "ring"
                                                                   : "mesh";
  return link.domains.size() == 1
             ? fmt::format("{} of {}", name, link.domains.front().size())
             : fmt::format("{} x {} of {}", link.domains.size(), name, link.domains.front().size());
}

std::string linksText(const arch::Cluster& cluster, const report::Style& style) {
  report::Table table({{"link", Align::Left},
                       {"topology", Align::Left},
                       {"each way"},
                       {"sustained"},
                       {"duplex"},
                       {"latency"},
                       {"launch"}});
  for (const auto& link : cluster.data().links) {
    table.row({link.name, topologyText(link), core::formatBytesPerSecond(link.bytesPerSecond),
               core::formatPercent(link.efficiency), link.fullDuplex ? "full" : "half",
               core::formatSeconds(link.latencySeconds),
               link.launchSeconds > 0 ? core::formatSeconds(link.launchSeconds) : ""});
  }
  return table.empty() ? std::string() : "\n" + table.render(style);
}

std::string fittedText(const std::vector<arch::Calibration>& calibrations,
                       const report::Style& style) {
  report::Table table({{"fitted", Align::Left}, {"on", Align::Left}});
  for (const auto& one : calibrations) {
    table.row({one.path, one.data});
  }
  return calibrations.empty() ? std::string() : "\n" + table.render(style);
}

std::string sourcesText(const std::map<std::string, std::string>& sources,
                        const report::Style& style) {
  report::Table table({{"section", Align::Left}, {"source", Align::Left}});
  for (const auto& [section, source] : sources) {
    table.row({section, source});
  }
  return sources.empty() ? std::string() : "\n" + table.render(style);
}

/// Tasks of one name and kind.
struct Group {
  std::string name;
  bool message = false;
  std::int64_t count = 0;
  double least = 0, most = 0, sum = 0; ///< seconds, or bytes
};

std::vector<Group> groupsOf(const mappings::cluster::Graph& graph) {
  std::vector<Group> groups;
  for (const auto& task : graph.tasks()) {
    const bool message = task.kind == mappings::cluster::Task::Kind::Message;
    const double size = message ? task.bytes : task.seconds;
    auto found = std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
      return group.name == task.name && group.message == message;
    });
    if (found == groups.end()) {
      groups.push_back({task.name, message, 0, size, size, 0});
      found = groups.end() - 1;
    }
    ++found->count;
    found->least = std::min(found->least, size);
    found->most = std::max(found->most, size);
    found->sum += size;
  }
  return groups;
}

} // namespace

std::string describe(const arch::Cluster& cluster, const report::Style& style) {
  const auto& data = cluster.data();
  auto out = report::bold(fmt::format("{}: {}", data.name, data.summary), style) + "\n";
  out += fmt::format("cluster of {} devices, {} per hour\nsource: {}\n\n", cluster.devices(),
                     priceText(cluster.dollarsPerHour()), data.source);
  out += devicesText(cluster, style) + linksText(cluster, style);
  if (data.host.stepSeconds > 0) {
    out += fmt::format("\nhost: {} between steps\n", core::formatSeconds(data.host.stepSeconds));
  }
  return out + fittedText(data.calibrations, style) + sourcesText(data.sources, style);
}

std::string describe(const arch::Cpu& cpu, const report::Style& style) {
  const auto& data = cpu.data();
  auto out = report::bold(fmt::format("{}: {}", data.name, data.summary), style) + "\n";
  out += fmt::format("cpu\nsource: {}\n\n", data.source);
  out += fmt::format("{} cores at {}, {} operations per second\n", data.cores,
                     core::formatHertz(data.clockHertz), core::formatLarge(cpu.peakFlops()));
  out += fmt::format("dram: {}, {}, {} sustained, {} latency\n",
                     core::formatBytes(static_cast<double>(data.dramBytes)),
                     core::formatBytesPerSecond(data.dramBytesPerSecond),
                     core::formatPercent(data.dramEfficiency),
                     core::formatSeconds(data.dramLatencySeconds));
  out += fmt::format("price: {} per hour\n", priceText(data.dollarsPerHour));
  return out + fittedText(data.calibrations, style) + sourcesText(data.sources, style);
}

std::string clusterPlanText(const explore::ClusterPoint& point, const report::Style& style) {
  std::string grid;
  for (const auto& [axis, size] : point.plan.axes) {
    grid += fmt::format("{}{} {}", grid.empty() ? "" : ", ", axis, size);
  }
  auto out = fmt::format("{} devices; {}; each holds at most {}\n\n", point.plan.devices.size(),
                         grid, core::formatBytes(point.plan.residentBytes));
  report::Table work({{"work", Align::Left}, {"pieces"}, {"shortest"}, {"longest"}, {"together"}});
  report::Table messages(
      {{"message", Align::Left}, {"count"}, {"smallest"}, {"largest"}, {"together"}});
  for (const auto& group : groupsOf(point.plan.graph)) {
    const auto text = group.message ? core::formatBytes : core::formatSeconds;
    (group.message ? messages : work)
        .row({group.name, std::to_string(group.count), text(group.least), text(group.most),
              text(group.sum)});
  }
  return out + work.render(style) + (messages.empty() ? "" : "\n" + messages.render(style));
}

} // namespace einsight::cli
