#pragma once
#include "sim/totals.hpp"

#include <compare>
#include <vector>

/// The state of one section being simulated: plain values that can be copied and compared.
namespace einsight::sim {

/// Where an in-order issue program stands.
struct Frame {
  int block = 0;
  std::int64_t epoch = 0;
  int item = 0;
  bool operator==(const Frame&) const = default;
};

struct Cursor {
  std::vector<Frame> frames; ///< outermost first; empty: done
  bool arrived = false;      ///< at the barrier it stands before
  bool ready = false;        ///< its task may start
  std::int64_t readySince = 0;
  std::int64_t remaining = 0; ///< ticks of its task that are still to be served
};

struct Server {
  int running = -1;        ///< stream whose task it works on
  std::int64_t finish = 0; ///< when
  Wait wait = Wait::Idle;  ///< why it stands still
  std::int64_t waitSince = 0;
};

/// Something that becomes visible later: a producer's end behind a latency, a barrier's release.
struct Delayed {
  std::int64_t time = 0;
  bool barrier = false;
  int index = 0; ///< port or barrier
  std::int64_t count = 1;
  auto operator<=>(const Delayed&) const = default;
};

/// Ticks of a critical path per Einsum, then of transfers, then of waits.
using Path = std::vector<Wide>;

struct Statistics {
  std::vector<Totals::Use> resources;
  std::vector<Wide> einsumBusy;
  std::vector<Path> streamPaths;  ///< up to the last task that ended in the stream
  std::vector<Path> nextPaths;    ///< up to the end of the task it works on
  std::vector<Path> portPaths;    ///< up to the last visible end
  std::vector<Path> barrierPaths; ///< up to the last arrival
};

struct State {
  std::vector<Cursor> cursors;
  std::vector<Server> servers;
  std::vector<std::int64_t> ports;     ///< visible ends per (task, latency)
  std::vector<std::int64_t> arrivals;  ///< epochs, per barrier and stream (barrier-major)
  std::vector<std::int64_t> completed; ///< epochs in which all have arrived, per barrier
  std::vector<std::int64_t> releases;  ///< of these, visible
  std::vector<Delayed> delayed;        ///< a heap, earliest first
  Statistics statistics;
};

} // namespace einsight::sim
