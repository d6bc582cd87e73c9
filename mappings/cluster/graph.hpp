#pragma once
#include "arch/cluster/cluster.hpp"
#include "sim/schedule.hpp"

/// What the devices of a cluster do: pieces of work and messages, each after others.
namespace einsight::mappings::cluster {

/// One piece of work on a device, or one message between two.
struct Task {
  enum class Kind { Compute, Message };
  Kind kind = Kind::Compute;
  std::string name;       ///< of the step it belongs to: "attend", "rotate K V"
  int device = 0;         ///< that computes, or sends
  int to = -1;            ///< Message: that receives
  double seconds = 0;     ///< Compute: how long; a device does one piece at a time, in order
  double bytes = 0;       ///< Message
  bool launched = true;   ///< Message: by a kernel of its own, and not in a later step of one
  double flops = 0;       ///< Compute
  double delay = 0;       ///< seconds that pass after the last of `after` has ended
  std::vector<int> after; ///< tasks that must have ended, by number; all are smaller
};

/// Tasks in an order in which they can be done.
class Graph {
public:
  /// Adds a piece of work and says its number.
  int compute(int device, std::string name, double seconds, std::vector<int> after,
              double delay = 0, double flops = 0);
  /// Adds a message and says its number. It has ended when its last byte is there.
  int message(int from, int to, std::string name, double bytes, std::vector<int> after,
              bool launched = true);

  [[nodiscard]] const std::vector<Task>& tasks() const { return tasks_; }

private:
  std::vector<Task> tasks_;
};

/// Cycles of a schedule that lower() makes are nanoseconds.
inline constexpr std::int64_t kClusterHertz = 1'000'000'000;

/// The graph on the cluster's devices and links, as one section. Resources are devices that do
/// something and ports of links that carry something. A message goes from its sender's port to its
/// receiver's as a stream: both are busy for bytes / bandwidth at the same time, unless one has
/// to wait, and it has arrived a latency later. On a ring or mesh the link between two devices is
/// the only port; with half duplex a device (or pair) has one port for both directions.
/// Counts bytes sent (read) and received (written) per link. Fails where two devices that talk
/// have no link, where there are more than a million tasks, and where all of them together take
/// longer than 4e6 s.
core::Expected<sim::Schedule> lower(const Graph& graph, const arch::Cluster& cluster);

} // namespace einsight::mappings::cluster
