#pragma once
#include "sim/gpu/events.hpp"
#include "sim/gpu/paces.hpp"
#include "sim/gpu/reuse.hpp"
#include "sim/gpu/traffic.hpp"

namespace einsight::sim::gpu {

/// What the SMs did over a kernel, in cycles of the clock it was run at.
struct GridTotals {
  double cycles = 0;
  double firstIdle = 0;    ///< when the first SM found nothing more to do
  double activeCycles = 0; ///< sum over SMs: something was resident
  double slowedCycles = 0; ///< of them: more than without waiting for L2 and DRAM
  double dramReadBytes = 0, dramWriteBytes = 0;      ///< asked for
  double dramMovedBytes = 0;                         ///< with the waste of short runs
  std::array<std::array<double, kWaits>, 2> waits{}; ///< sums over SMs, see Pace
  std::vector<std::int64_t> ctas;                    ///< per kind
  bool l2Limits = false, dramLimits = false;         ///< at some time: it slowed the SMs most
};

/// A pace that CTAs of a kind went at.
struct UsedPace {
  std::int32_t kind = 0;
  std::int64_t residents = 1;
  Pace pace;
};

/// Bandwidths behind the SMs, in bytes per cycle of the SMs' clock.
struct Bandwidth {
  double l2 = 0;
  double dram = 0;
};

/// Gives the CTAs of a kernel out in their order, each to the SM that has a free slot first (of
/// several, the one with the lowest number), one per SM before any gets a second one. One with a
/// work list stays until it is done; where that must wait for other CTAs, its slot stands still. A
/// resident CTA goes at the pace of its kind; all of them together are slowed when they ask for
/// more bytes than L2 or DRAM can give, each in proportion to what it asks for, as from a queue.
class Grid {
public:
  Grid(const Kernel& kernel, const Device& device, Bandwidth bandwidth, Paces& paces);
  core::Expected<GridTotals> run();
  /// What the last run took from `paces`.
  [[nodiscard]] std::vector<UsedPace> used() const;

private:
  /// What CTAs of a kind do at one pace.
  struct Progress {
    Pace pace;
    double l2 = 0;   ///< bytes per cycle that one asks for
    double done = 0; ///< CTAs
  };
  struct Resident {
    double whole = 1;     ///< time that it takes, in CTAs: above 1 for the first of a slot
    double left = 1;      ///< of that
    double dramBytes = 0; ///< that it asks DRAM for
    double dram = 0;      ///< the same per cycle, at its pace
    Progress* progress = nullptr;
    std::int32_t kind = 0;
    std::int32_t place = 0; ///< in Kernel::order
    std::int32_t last = 0;  ///< behind the last place of its CTA

    [[nodiscard]] double cycles() const { return left * progress->pace.cycles; }
  };
  struct Sm {
    std::vector<Resident> residents;
    double since = 0;        ///< virtual time of the last change
    double l2 = 0, dram = 0; ///< bytes per virtual cycle that it asks for
    double next = 0;         ///< virtual time at which one of its residents ends
    std::int64_t held = 0;   ///< slots whose CTA waits for others
  };
  /// A CTA that waits until others have ended, and where it goes on.
  struct Held {
    std::size_t sm = 0;
    std::int32_t last = 0;
  };

  bool fill();
  bool serve(double when, std::size_t index);
  [[nodiscard]] std::size_t alike() const;
  bool serveAll();
  bool serveAlike();
  Progress* findProgress(std::int32_t kind, std::size_t residents);
  /// Null, with problems, where no pace is found.
  Progress* progress(std::int32_t kind, std::size_t residents) {
    auto& known = known_[residents];
    const auto index = static_cast<std::size_t>(kind);
    return !known.empty() && known[index].pace.cycles > 0 ? &known[index]
                                                          : findProgress(kind, residents);
  }
  bool launch(std::size_t sm);
  void place(std::size_t sm, std::int32_t place, std::int32_t last);
  void begin(Sm& sm, std::int32_t place, std::int32_t last);
  void advance(Sm& sm);
  void leave(Sm& sm, double rounding);
  void ended(std::int32_t place);
  bool wake();
  bool replan(std::size_t index);
  void pass(double until);
  void end();
  void addWaits();
  [[nodiscard]] double now() const { return virtual_ + lost_; }

  const Kernel& kernel_;
  const Device& device_;
  Bandwidth bandwidth_;
  Paces& paces_;
  Reuse reuse_;
  Reuse secondReuse_;
  std::vector<Traffic> traffic_;             ///< per kind
  std::vector<std::vector<Progress>> known_; ///< per number of residents and kind
  std::vector<Sm> sms_;
  Events events_;                                              ///< in virtual time
  std::size_t next_ = 0;                                       ///< CTA
  std::size_t begun_ = 0;                                      ///< places of the order
  std::map<std::int32_t, std::vector<std::int32_t>> awaiting_; ///< place -> those that wait for it
  std::map<std::int32_t, std::size_t> missing_;                ///< place -> those it waits for
  std::map<std::int32_t, Held> held_;                          ///< per place that cannot begin
  std::vector<std::int32_t> woken_;                            ///< of those: can begin
  double virtual_ = 0; ///< cycles if bandwidth were unlimited
  double lost_ = 0;    ///< cycles more than those
  double brought_ = 0; ///< bytes that came into L2
  double l2_ = 0, dram_ = 0;
  std::vector<Resident> left_; ///< an SM just now
  core::Problems problems_;
  GridTotals totals_;
};

} // namespace einsight::sim::gpu
