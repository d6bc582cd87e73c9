#include "sim/serving/iteration.hpp"

#include "core/format.hpp"
#include "sim/totals.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::sim::serving {
namespace {

constexpr double kSecondsPerTick = 1 / kTicksPerSecond;
constexpr std::int64_t kLong = 3; ///< iterations, of which all but the first are the steady state

/// Busy seconds of every part in one iteration; the mean over the replicas of a part.
std::vector<double> busyOf(const Pass& pass, const Totals& totals, std::int64_t iterations) {
  std::vector<double> busy;
  std::size_t resource = 0;
  for (const auto& part : pass.parts) {
    const auto count = part.replicated ? static_cast<std::size_t>(pass.replicas) : std::size_t{1};
    double sum = 0;
    for (std::size_t r = 0; r < count; ++r) {
      sum += static_cast<double>(totals.resources[resource++].busy);
    }
    busy.push_back(sum * kSecondsPerTick / static_cast<double>(iterations) /
                   static_cast<double>(count));
  }
  return busy;
}

/// Of all stages one after another, waits included.
double workOf(const Pass& pass, std::int64_t iterations) {
  const auto sum = [](const std::vector<Stage>& stages) {
    double seconds = 0;
    for (const auto& stage : stages) {
      seconds += stage.seconds + stage.latencySeconds;
    }
    return seconds;
  };
  double seconds = sum(pass.after);
  for (const auto& segment : pass.segments) {
    seconds += static_cast<double>(segment.layers) * sum(segment.stages);
  }
  return seconds * static_cast<double>(pass.batches) * static_cast<double>(iterations);
}

} // namespace

core::Expected<Iteration> simulate(const Pass& pass) {
  if (const double seconds = workOf(pass, kLong); !(seconds <= kLongestSeconds)) {
    return core::failure({{{},
                           fmt::format("an iteration has {} of work, too much to be simulated",
                                       core::formatSeconds(seconds)),
                           fmt::format("at most {}: faster links or devices, or smaller batches",
                                       core::formatSeconds(kLongestSeconds))}});
  }
  const auto once = cycle(lower(pass, 1));
  if (!once) {
    return core::failure(once.error());
  }
  Iteration out{static_cast<double>(once->ticks) * kSecondsPerTick, busyOf(pass, *once, 1)};
  if (pass.batches > 1) {
    const auto more = cycle(lower(pass, kLong));
    if (!more) {
      return core::failure(more.error());
    }
    out.seconds = static_cast<double>(more->ticks - once->ticks) * kSecondsPerTick /
                  static_cast<double>(kLong - 1);
    out.busySeconds = busyOf(pass, *more, kLong);
  }
  const double busiest = *std::max_element(out.busySeconds.begin(), out.busySeconds.end());
  out.seconds = std::max(out.seconds, busiest);
  return out;
}

} // namespace einsight::sim::serving
