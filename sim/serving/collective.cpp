#include "sim/serving/collective.hpp"

#include "sim/totals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace einsight::sim::serving {
namespace {

constexpr double kTicksPerSecond = 1e9;

} // namespace

core::Expected<double> ringAllReduce(const RingLinks& links, double bytes) {
  if (links.devices <= 1) {
    return 0.0;
  }
  Section section;
  section.name = "all-reduce";
  section.loops = {{"step", 2 * (links.devices - 1), false}};
  Schedule schedule;
  const double message = bytes / links.devices / links.bytesPerSecond;
  const auto ticks = std::max<std::int64_t>(1, std::llround(message * kTicksPerSecond));
  const auto latency = std::llround(links.latencySeconds * kTicksPerSecond);
  for (int device = 0; device < links.devices; ++device) {
    schedule.resources.push_back({fmt::format("link{}", device), true, 1, core::Rational(1), 0});
    Edge received; // what is sent in a step came from the neighbour in the step before
    received.kind = Edge::Kind::Bandwidth;
    received.producer = (device + links.devices - 1) % links.devices;
    received.sources = {{Edge::Source::At::Same, 0, 1}};
    received.latency = latency;
    Task send;
    send.name = "partial sums";
    send.kind = Task::Kind::Load;
    send.resource = device;
    send.loops = {0};
    send.ticks = {ticks, {}, 1};
    send.needs = {received};
    section.tasks.push_back(std::move(send));
    section.blocks.push_back({{0}, {{Item::Kind::Task, device, 0, {}}}, 0});
    section.streams.push_back({device, device, -1});
  }
  schedule.sections.push_back(std::move(section));
  return cycle(schedule).map(
      [](const Totals& totals) { return static_cast<double>(totals.ticks) / kTicksPerSecond; });
}

} // namespace einsight::sim::serving
