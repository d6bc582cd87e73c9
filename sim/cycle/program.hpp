#pragma once
#include "sim/cycle/state.hpp"

namespace einsight::sim {

/// What is looked up again and again in a section, computed once.
struct Program {
  /// A block as one stream walks it.
  struct Walk {
    std::int64_t iterations = 1;
    std::int64_t lastStage = 0;        ///< largest stage of its items
    std::vector<std::int64_t> strides; ///< iterations per trip of each of its loops
    bool dispatched = false;
    std::vector<int> tasks; ///< of the block and the blocks inside it
    std::vector<int> barriers;
  };
  /// An edge and the port that tells when it is satisfied.
  struct Need {
    const Edge* edge = nullptr;
    int port = 0;
  };
  struct Port {
    int task = 0;
    std::int64_t latency = 0;
    std::vector<int> waiters; ///< streams
  };

  explicit Program(const Section& section);

  const Section& section;
  std::vector<Walk> walks;              ///< per block
  std::vector<std::vector<Need>> needs; ///< per task
  std::vector<Port> ports;
  std::vector<std::vector<int>> portsOfTask;
  std::vector<std::vector<Item::Pin>> pinsOfTask;
  std::vector<std::vector<int>> participants; ///< streams, per barrier
};

/// The counters at which the cursor's current item works: of every block it is in.
void locate(const Program& program, const Cursor& cursor, Digits& digits);

/// The same for extents and guards: a dispatched iteration counts over all slots.
void locateActual(const Program& program, const State& state, std::size_t stream, Digits& digits);

/// Epochs from the frame's on in which no task of its block runs: they take no time, and the stream
/// only passes their barriers. 0 when there are less than two, or blocks inside might have work.
/// An item that takes part in the first of them takes part in all.
std::int64_t idleEpochs(const Program& program, const Frame& frame, Digits& digits);

} // namespace einsight::sim
