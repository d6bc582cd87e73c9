#include "workloads/trace.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace einsight::workloads {
namespace {

/// Numbers that depend on the seed alone, on every machine. Source: Steele et al. (OOPSLA 2014),
/// SplitMix64.
class Draw {
public:
  explicit Draw(std::uint64_t seed) : state_(seed) {}

  /// In (0, 1).
  double uniform() {
    state_ += 0x9e3779b97f4a7c15U;
    auto mixed = state_;
    mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
    mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
    mixed ^= mixed >> 31U;
    return (static_cast<double>(mixed >> 11U) + 0.5) * 0x1p-53;
  }

  /// Standard normal. Source: Box and Muller (1958).
  double normal() {
    const double radius = std::sqrt(-2 * std::log(uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }

private:
  std::uint64_t state_;
};

std::int64_t length(double mean, const Trace& trace, Draw& draw) {
  const double variance = std::log1p(trace.spread * trace.spread);
  double value = mean * std::exp(std::sqrt(variance) * draw.normal() - variance / 2);
  if (trace.longest > 0) {
    value = std::min(value, trace.longest * mean);
  }
  return std::max<std::int64_t>(1, std::llround(value));
}

} // namespace

Trace changed(Trace trace, const TraceChanges& changes) {
  if (changes.requests) {
    trace.requests = *changes.requests;
    trace.rows.resize(std::min(trace.rows.size(), static_cast<std::size_t>(*changes.requests)));
  }
  trace.sharedPrefix = changes.sharedPrefix.value_or(trace.sharedPrefix);
  trace.seed = changes.seed.value_or(trace.seed);
  if (changes.prompt) {
    trace.meanPrompt = static_cast<double>(*changes.prompt);
  }
  if (changes.output) {
    trace.meanOutput = static_cast<double>(*changes.output);
  }
  for (auto& row : trace.rows) {
    row.prompt = changes.prompt.value_or(row.prompt);
    row.output = changes.output.value_or(row.output);
  }
  if (changes.perSecond) {
    const double last = trace.rows.empty() ? 0 : trace.rows.back().arrivalSeconds;
    const double asked = static_cast<double>(trace.rows.size()) / *changes.perSecond;
    for (auto& row : trace.rows) {
      row.arrivalSeconds *= last > 0 ? asked / last : 0;
    }
    trace.perSecond = changes.perSecond;
  }
  return trace;
}

std::vector<TraceRequest> requestsOf(const Trace& trace) {
  if (!trace.rows.empty()) {
    return trace.rows;
  }
  Draw draw(trace.seed);
  std::vector<TraceRequest> out;
  double now = 0;
  for (std::int64_t i = 0; i < trace.requests; ++i) {
    TraceRequest request;
    now += trace.perSecond ? -std::log(draw.uniform()) / *trace.perSecond : 0;
    request.arrivalSeconds = now;
    request.prompt = length(trace.meanPrompt, trace, draw);
    request.output = length(trace.meanOutput, trace, draw);
    out.push_back(request);
  }
  return out;
}

} // namespace einsight::workloads
