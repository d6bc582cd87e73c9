#pragma once
#include "sim/cycle/program.hpp"

#include <limits>

namespace einsight::sim {

/// As often as there is anything left to do.
inline constexpr auto kAlways = std::numeric_limits<std::int64_t>::max();

/// Position of a loop in a list, its size when it is not in it.
std::size_t positionOf(const std::vector<int>& loops, int loop);

/// Two moments: is what happened between them a period, and how often does it repeat exactly from
/// the second moment on?
///
/// Equal means: every stream either stands where it stood or has moved by some trips of one of its
/// loops and nothing else (each stream of its own loop); every resource works on the same thing
/// with the same time left; the same things are under way; each slot's dispatched iterations are
/// the same, or all are as many further on as all slots took together. Then the next period is the
/// same step function on the same state, as long as all it reads is unchanged: extents and guards
/// (constantUntil), pinned trips, and needs, which either move with their producer's count or were
/// met before the period began.
class Repetition {
public:
  Repetition(const Program& program, const State& before, std::int64_t timeBefore,
             const State& after, std::int64_t timeAfter)
      : program_(program), before_(before), timeBefore_(timeBefore), after_(after),
        timeAfter_(timeAfter) {}

  /// Number of further periods that are equal; 0 when the two moments do not bound a period.
  [[nodiscard]] std::int64_t times() const;
  /// Moves the state on by that many periods. Times in it stay relative to now. Paths were marked
  /// for `level` at the first moment.
  void apply(std::int64_t times, std::size_t level, State& state) const;

private:
  /// A stream's part in the period: the frame that moved, or none.
  struct Motion {
    bool equal = false;
    int frame = -1;
    bool dispatched = false;
    int loop = -1;           ///< unless dispatched: then it is all loops of the block as one
    std::int64_t step = 0;   ///< trips of the loop
    std::int64_t stride = 0; ///< epochs per trip of the loop
  };
  /// Iterations of the moved block that the period touches.
  struct Window {
    int loop = -1;
    std::int64_t step = 0;
    std::int64_t low = 0;
    std::int64_t high = 0;
    std::int64_t lowTrip = 0; ///< of the loop
    std::int64_t highTrip = 0;
    Digits lowDigits;  ///< at `low`, loops inside at their first trip
    Digits highDigits; ///< at `high`, loops inside at their last trip
    Digits lowActual;  ///< as lowDigits, with dispatched iterations counted over all slots
  };

  [[nodiscard]] Motion motion(std::size_t stream) const;
  [[nodiscard]] bool sameServers() const;
  [[nodiscard]] bool sameTickets() const;
  [[nodiscard]] bool sameBarriers(std::size_t stream, const std::vector<int>& barriers) const;
  [[nodiscard]] std::int64_t timesFor(std::size_t stream, const Motion& motion) const;
  [[nodiscard]] std::int64_t timesDispatched(std::size_t stream, const Motion& motion) const;
  [[nodiscard]] std::int64_t timesDispatched(const Task& task, const std::vector<int>& loops,
                                             std::int64_t low, std::int64_t high) const;
  [[nodiscard]] bool movesAlong(const Program::Need& need, const std::vector<int>& loops,
                                std::int64_t step, const Digits& low, const Digits& high) const;
  [[nodiscard]] Window window(std::size_t stream, const Motion& motion) const;
  [[nodiscard]] std::int64_t timesFor(int task, const Window& window) const;
  [[nodiscard]] std::int64_t timesFor(const Program::Need& need, const Window& window) const;
  [[nodiscard]] std::int64_t timesStanding(std::size_t stream) const;
  /// Iterations that all slots took together in the period.
  [[nodiscard]] std::int64_t taken() const { return after_.nextTicket - before_.nextTicket; }
  [[nodiscard]] std::int64_t trips(int loop) const {
    return program_.section.loops[static_cast<std::size_t>(loop)].trips;
  }

  const Program& program_;
  const State& before_;
  std::int64_t timeBefore_;
  const State& after_;
  std::int64_t timeAfter_;
};

} // namespace einsight::sim
