#pragma once
#include "sim/cycle/paths.hpp"

#include <compare>
#include <vector>

/// The state of one section being simulated: plain values that can be copied and compared.
namespace einsight::sim {

/// Where an in-order issue program stands.
struct Frame {
  int block = 0;
  std::int64_t epoch = 0;
  int item = 0;
  int node = 0; ///< of the stream's route
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

/// Dispatched iterations that a slot has taken, by its own ordinal.
struct SlotTickets {
  std::vector<std::int64_t> taken; ///< from the ordinal `first` on
  std::int64_t first = 0;          ///< those before are needed no more

  [[nodiscard]] std::int64_t count() const {
    return first + static_cast<std::int64_t>(taken.size());
  }
  /// Of an ordinal that is still known.
  [[nodiscard]] std::int64_t at(std::int64_t ordinal) const {
    return taken[static_cast<std::size_t>(ordinal - first)];
  }
};

struct Statistics {
  std::vector<Totals::Use> resources;
  std::vector<Wide> einsumBusy;
  Paths paths;
};

struct State {
  std::vector<Cursor> cursors;
  std::vector<Server> servers;
  std::vector<std::int64_t> ports;     ///< visible ends per (task, latency)
  std::vector<std::int64_t> ends;      ///< ended instances per task; empty if nobody looks
  std::vector<std::int64_t> arrivals;  ///< epochs, per barrier and stream (barrier-major)
  std::vector<std::int64_t> completed; ///< epochs in which all have arrived, per barrier
  std::vector<std::int64_t> releases;  ///< of these, visible
  std::vector<Delayed> delayed;        ///< a heap, earliest first
  std::vector<SlotTickets> slots;
  std::int64_t nextTicket = 0; ///< dispatched iterations that were taken
  Statistics statistics;
};

} // namespace einsight::sim
