#pragma once
#include "core/expected.hpp"
#include "sim/schedule.hpp"

/// Serving of whole models: one iteration of all batches in flight as tasks on devices and links,
/// simulated by engine `cycle`.
namespace einsight::sim::serving {

/// Ticks of the schedules of serving: nanoseconds.
inline constexpr double kTicksPerSecond = 1e9;
/// Work that an iteration may hold, all of its stages one after another: its ticks are counted.
inline constexpr double kLongestSeconds = 1e9;

/// Devices that work in step, or links that carry one message at a time.
struct Part {
  std::string name;
  bool transfers = false; ///< links
  /// There is one per replica; layer k of batch j is on replica (j + k) mod replicas.
  /// Source: Chen et al. (arXiv 2405.01814v2) section 4.3, rotational staggered pipelining.
  bool replicated = false;
};

/// A piece of work of one layer (or of the end of an iteration) of one batch.
struct Stage {
  std::string name;
  int part = 0; ///< index into Pass::parts
  double seconds = 0;
  double latencySeconds = 0; ///< from its end to the earliest start of what needs it
  std::vector<int> needs{};  ///< stages before it in its list; none: what came before the list
};

/// Layers that take the same time.
struct Segment {
  std::int64_t layers = 0;
  std::vector<Stage> stages;
};

/// What each batch does in an iteration: the segments one after another, then `after`.
struct Pass {
  std::vector<Part> parts;
  std::vector<Segment> segments;
  std::vector<Stage> after;
  int batches = 1;  ///< in flight; each starts its next iteration when its own has ended
  int replicas = 1; ///< of the parts that are replicated
};

/// One iteration of every batch in flight, in the steady state.
struct Iteration {
  double seconds = 0;
  std::vector<double> busySeconds; ///< per part; replicated ones: mean over the replicas
};

/// The schedule of so many iterations of every batch: a stream per batch and resource, that is
/// served oldest request first. Resources: parts in order, replicas of a part beside each other.
Schedule lower(const Pass& pass, std::int64_t iterations);

/// Simulates the pass. With several batches in flight: half the time by which three iterations take
/// longer than one, that is without the filling of the pipeline. Fails where that is longer than
/// kLongestSeconds.
core::Expected<Iteration> simulate(const Pass& pass);

} // namespace einsight::sim::serving
