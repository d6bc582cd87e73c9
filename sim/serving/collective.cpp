#include "sim/serving/collective.hpp"

#include "core/format.hpp"
#include "sim/serving/iteration.hpp"
#include "sim/totals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace einsight::sim::serving {

core::Expected<double> ringAllReduce(const RingLinks& links, double bytes) {
  if (links.devices <= 1) {
    return 0.0;
  }
  const int steps = 2 * (links.devices - 1);
  Section section;
  section.name = "all-reduce";
  section.loops = {{"step", steps, false}};
  Schedule schedule;
  const double message = bytes / links.devices / links.bytesPerSecond;
  if (const double seconds = steps * (message + links.latencySeconds);
      !(seconds <= kLongestSeconds)) {
    return core::failure(
        {{{},
          fmt::format("a sum over {} devices would take {}, too long to be "
                      "simulated",
                      links.devices, core::formatSeconds(seconds)),
          fmt::format("links that need at most {}", core::formatSeconds(kLongestSeconds))}});
  }
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
