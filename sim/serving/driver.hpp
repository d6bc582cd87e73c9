#pragma once
#include "results/result.hpp"
#include "sim/serving/iteration.hpp"

#include <functional>

/// The driver of serving: requests arrive, are admitted as memory allows, and get a token with each
/// iteration. docs/serving.md says what is modelled.
namespace einsight::sim::serving {

struct Request {
  double arrivalSeconds = 0;
  std::int64_t prompt = 1; ///< tokens
  std::int64_t output = 1; ///< tokens to generate
};

/// What one batch in flight does in an iteration; means over the batches where there are several.
struct Shape {
  double requests = 0; ///< that get a token
  double tokens = 0;   ///< whose keys and values they read, together
  double prompt = 0;   ///< prompt tokens that are computed
  double pairs = 0;    ///< of a prompt token that is computed and a token that it sees
  int batches = 1;     ///< in flight
};

/// The rules of a system.
struct Rules {
  double capacityTokens = 0;       ///< of whose keys and values the memory has room
  std::int64_t mostRequests = 256; ///< at once
  double spareShare = 0.01;        ///< of the room, kept free when a further request is admitted
  /// Tokens of an iteration, prompts and generated ones together; prompts come in such chunks.
  std::int64_t chunkTokens = 2048;
  bool decodeOnly = false; ///< keys and values of prompts are there when a request is admitted
  int batches = 1;         ///< in flight
  std::int64_t sharedPrefix = 0; ///< first tokens of every prompt that all have in common
  /// Of the keys and values of a token, those beyond the `window` last tokens that stay.
  double fullShare = 1;
  std::int64_t window = 0;
};

/// Keys and values that stay of so many tokens, counted in whole tokens.
double residentTokens(const Rules& rules, std::int64_t tokens);

/// The time of an iteration of that shape.
using IterationOf = std::function<core::Expected<Iteration>(const Shape&)>;

struct Served {
  results::Serving serving;        ///< without what prices and limits say
  double seconds = 0;              ///< from the first arrival to the end of the last request
  std::vector<double> busySeconds; ///< per part
  bool steady = false;     ///< tokens per second are those of the time in which requests wait
  double waitingShare = 0; ///< of the time, in which a request waited to be admitted
};

/// Serves the requests (in the order of their arrival, first come first served) to the end. Of
/// requests for which no memory is left, the last admitted ones wait again, and what they had is
/// computed again. Tokens per second and the mean batch are those of the time in which requests
/// wait, after the first batch has left (of all the time if there is none).
/// Fails where a request alone does not fit, or `progress` (of the requests) says false.
core::Expected<Served> serve(const std::vector<Request>& requests, const Rules& rules,
                             const IterationOf& iteration,
                             const std::function<bool(double)>& progress = {});

/// Mean and quantiles of values, each given so many times. NaN of none.
results::Quantiles quantilesOf(std::vector<std::pair<double, std::int64_t>> values);

} // namespace einsight::sim::serving
