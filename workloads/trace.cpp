#include "workloads/trace.hpp"

#include "core/random.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace einsight::workloads {
namespace {

/// Share of a standard normal distribution below a value.
double below(double value) {
  return std::erfc(-value / std::numbers::sqrt2) / 2;
}

/// Log-normal lengths of which those above the longest are cut, with a mean that holds after that.
class Lengths {
public:
  Lengths(double mean, const LengthSpread& spread)
      : deviation_(std::sqrt(std::log1p(spread.deviation * spread.deviation))),
        longest_(spread.longest > 0 ? spread.longest * mean : 0),
        centre_(std::log(mean) - deviation_ * deviation_ / 2) {
    constexpr int kHalvings = 60;
    constexpr double kFarthest = 10; // of the centre, above where it is without a bound
    double low = centre_, high = centre_ + kFarthest;
    for (int i = 0; i < kHalvings && longest_ > 0 && deviation_ > 0; ++i) {
      centre_ = (low + high) / 2;
      (meanOfCut() < mean ? low : high) = centre_;
    }
  }

  std::int64_t draw(core::Draw& draw) const {
    const double first = draw.inside();
    const double value = std::exp(centre_ + deviation_ * core::normalOf(first, draw.inside()));
    const double longest = longest_ > 0 ? std::min(longest_, kBound) : kBound;
    return std::max<std::int64_t>(1, std::llround(std::min(value, longest)));
  }

private:
  static constexpr double kBound = static_cast<double>(kMostTokens);

  [[nodiscard]] double meanOfCut() const {
    const double bound = (std::log(longest_) - centre_) / deviation_;
    const double whole = std::exp(centre_ + deviation_ * deviation_ / 2);
    return whole * below(bound - deviation_) + longest_ * (1 - below(bound));
  }

  double deviation_; ///< of the logarithm
  double longest_;   ///< tokens; 0: no bound
  double centre_;    ///< of the logarithm
};

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
  core::Draw draw(trace.seed);
  const Lengths prompts(trace.meanPrompt, trace.promptSpread);
  const Lengths outputs(trace.meanOutput, trace.outputSpread);
  std::vector<TraceRequest> out;
  double now = 0;
  for (std::int64_t i = 0; i < trace.requests; ++i) {
    TraceRequest request;
    now += trace.perSecond ? -std::log(draw.inside()) / *trace.perSecond : 0;
    request.arrivalSeconds = now;
    request.prompt = prompts.draw(draw);
    request.output = outputs.draw(draw);
    out.push_back(request);
  }
  return out;
}

} // namespace einsight::workloads
