#pragma once
#include "sim/cycle/program.hpp"

#include <optional>

namespace einsight::sim {

/// How far a run of identical periods can be skipped.
struct Skip {
  std::int64_t periods = 0;
  Wide ticks = 0; ///< time skipped
};

/// Finds exactly repeated periods and skips them. Whenever the leading stream completes an
/// iteration of one of its loops, the state is compared with one that was kept from before, which
/// is replaced after 1, 2, 4, 8 … iterations (Brent's method: any period is found, with one state
/// per loop in memory). Two states that are equal relative to loops and to time bound a period,
/// which may be repeated as long as everything that it reads (trip counts, guards, extents, needs)
/// is the same, shown on the expressions. docs/engines.md has the proof.
class Periods {
public:
  Periods(const Program& program, std::size_t leader);

  [[nodiscard]] std::size_t leader() const { return leader_; }
  /// The leader begins another epoch of the block in frame `depth`.
  void crossed(const Frame& frame, std::size_t depth);
  [[nodiscard]] bool due() const { return due_.has_value(); }
  /// `now` is the kernel's time, to which `skipped` ticks were added by earlier skips.
  /// Takes the snapshot that is due; if it closes a period, moves the state over as many more of
  /// them as can be shown to be equal and take no more than `longest` ticks.
  Skip observe(State& state, std::int64_t now, Wide skipped, Wide longest);

private:
  struct Level {
    std::size_t depth = 0;
    int block = 0;
    std::size_t loop = 0; ///< position in the block's loops
    std::int64_t stride = 1;
  };
  struct Snapshot {
    std::int64_t time = 0; ///< the kernel's
    Wide elapsed = 0;      ///< with what was skipped
    std::uint64_t pattern = 0;
    State state;
  };
  /// What is remembered of one loop since the loops around it moved last.
  struct History {
    Level level;
    std::int64_t seen = 0; ///< iterations
    std::int64_t kept = 0; ///< of them, the one that is kept; 0: none
    Snapshot snapshot;
    std::int64_t tried = 0; ///< iterations in all
    std::int64_t found = 0; ///< periods in all
  };

  History& historyOf(const Level& level);

  const Program& program_;
  std::size_t leader_;
  std::optional<Level> due_;
  std::vector<History> histories_;
};

} // namespace einsight::sim
