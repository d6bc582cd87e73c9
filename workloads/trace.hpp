#pragma once
#include "core/expected.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Requests that a model serves: a user's own list, or what is published of one (its means).
namespace einsight::workloads {

// What may be asked of a trace; beyond it the answer is a mistake of the user, or needs all memory.
inline constexpr std::int64_t kMostRequests = std::int64_t{10} << 20;
inline constexpr std::int64_t kMostTokens = std::int64_t{1} << 30; ///< of one prompt or output
inline constexpr std::int64_t kLargestSeed = std::int64_t{1} << 40;
inline constexpr double kLeastRate = 1e-9; ///< requests per second
inline constexpr double kMostRate = 1e9;   ///< requests per second

struct TraceRequest {
  double arrivalSeconds = 0;
  std::int64_t prompt = 1, output = 1; ///< tokens
};

/// Lengths that are drawn from a log-normal distribution, cut at the longest, around a mean. None
/// is longer than kMostTokens.
struct LengthSpread {
  double deviation = 0; ///< standard deviation over mean, before the longest are cut
  double longest = 0;   ///< largest length over the mean, above 1; 0: no bound
};

struct Trace {
  std::string name, summary, source, file;
  std::vector<TraceRequest> rows; ///< from a CSV file, by arrival; empty: drawn
  std::int64_t requests = 0;
  double meanPrompt = 0, meanOutput = 0;
  LengthSpread promptSpread, outputSpread;
  std::optional<double> perSecond; ///< requests, arriving as a Poisson process; empty: all at once
  std::int64_t sharedPrefix = 0;   ///< first tokens of every prompt that all have in common
  std::uint64_t seed = 1;
};

/// What a user may say about a trace instead of its file.
struct TraceChanges {
  std::optional<std::int64_t> requests, sharedPrefix, prompt, output;
  std::optional<double> perSecond;
  std::optional<std::uint64_t> seed;
};

/// A trace by its name in the catalogue, or from a file: YAML, or CSV with the columns arrival_s,
/// prompt_tokens, output_tokens. All problems at once.
core::Expected<Trace> loadTrace(const std::string& nameOrPath);

/// The trace with the changes: fewer `requests` of a list are its first ones, a rate stretches its
/// arrivals.
Trace changed(Trace trace, const TraceChanges& changes);

/// The requests, by arrival; drawn ones depend on the seed alone.
std::vector<TraceRequest> requestsOf(const Trace& trace);

} // namespace einsight::workloads
