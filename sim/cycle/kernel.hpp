#pragma once
#include <cstdint>

namespace einsight::sim {

/// What the SystemC processes drive: ordinary code that can be read and tested without a kernel.
class Client {
public:
  virtual ~Client() = default;
  /// A resource's work may have ended, or something it waits for may have happened.
  virtual void step(int resource, std::int64_t now) = 0;
  /// All resources that act at this moment have acted; what they did becomes visible now.
  virtual void settle(std::int64_t now) = 0;
};

/// The SystemC side of `cycle`: one SystemC process per resource, spawned when a schedule first has
/// so many and used for every schedule after that. One SystemC time unit is one tick. Not thread
/// safe; sweeps use processes.
namespace kernel {

/// The number of the delay line, which is no resource of a schedule.
inline constexpr int kDelayLine = -1;

/// Steps resources 0 … count-1 at time 0 and runs until nothing is left to happen or stop().
void run(Client& client, int count);
/// Ticks since the run began.
std::int64_t now();
/// Something was done in this moment by others than the resources: it settles as theirs does.
void acted();
/// Ends run() at the end of the current moment.
void stop();
/// Steps the resource once after that many ticks (a unit's work ends); stops where time has no room
/// for them.
void wakeAfter(int resource, std::int64_t ticks);
/// Did the last run stop because time had no room left?
bool outOfTime();
/// Steps the resource again in this moment, after everything done so far has become visible.
void wakeNow(int resource);

} // namespace kernel
} // namespace einsight::sim
