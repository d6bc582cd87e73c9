#pragma once
#include "sim/gpu/events.hpp"
#include "sim/gpu/reuse.hpp"
#include "sim/gpu/timeline.hpp"
#include "sim/gpu/traffic.hpp"

namespace einsight::sim::gpu {

/// Gives the CTAs of a kernel out in their order, each to the SM that has a free slot first (of
/// several, the one with the lowest number), one per SM before any gets a second one. One with a
/// work list stays until it is done; where that must wait for other CTAs, its slot stands still. A
/// resident CTA goes at the pace of its kind, in virtual time.
class Grid {
public:
  Grid(const Kernel& kernel, const Device& device, Paces& paces);
  /// Once.
  core::Expected<Timeline> run();

private:
  /// What CTAs of a kind do at one pace.
  struct Progress {
    Pace pace;
    double l2 = 0;   ///< bytes per cycle that one asks for
    double done = 0; ///< CTAs
  };
  struct Resident {
    double whole = 1;        ///< time that it takes, in CTAs: above 1 for the first of a slot
    double left = 1;         ///< of that
    double dramBytes = 0;    ///< that it asks DRAM for, see DramTraffic::moved
    double broughtBytes = 0; ///< that come into L2 for it
    double dram = 0;         ///< the same per cycle, at its pace
    double brought = 0;
    Progress* progress = nullptr;
    std::int32_t kind = 0;
    std::int32_t place = 0; ///< in Kernel::order
    std::int32_t last = 0;  ///< behind the last place of its CTA

    [[nodiscard]] double cycles() const { return left * progress->pace.cycles; }
    void measure() {
      const double all = whole * progress->pace.cycles;
      dram = dramBytes / all;
      brought = broughtBytes / all;
    }
    /// Of that which one asks for at its pace.
    [[nodiscard]] double l2() const { return whole == 1 ? progress->l2 : progress->l2 / whole; }
  };
  struct Sm {
    std::vector<Resident> residents;
    double since = 0;        ///< virtual time of the last change
    double l2 = 0, dram = 0; ///< bytes per virtual cycle that it asks for
    double brought = 0;      ///< of them, those that come into L2
    double next = 0;         ///< virtual time at which one of its residents ends
    std::size_t planned = 0; ///< residents whose paces were looked up together
    std::int64_t held = 0;   ///< slots whose CTA waits for others
  };
  /// A CTA that waits until others have ended, and where it goes on.
  struct Held {
    std::size_t sm = 0;
    std::int32_t last = 0;
  };

  bool fill();
  double takeEnding();
  bool serve(double when);
  bool refill();
  [[nodiscard]] std::size_t alike() const;
  bool serveAll(const std::vector<std::size_t>& all);
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
  void begin(Resident& resident, std::int32_t place, std::int32_t last);
  void advance(Sm& sm);
  void leave(Sm& sm);
  [[nodiscard]] bool linked(std::int32_t place) const {
    return !linked_.empty() && linked_[static_cast<std::size_t>(place)];
  }
  void ended(std::int32_t place);
  bool wake();
  bool replan(std::size_t index);
  bool replaceAll(const std::vector<std::size_t>& sms);
  void measure(Sm& sm);
  void pass(double until);
  void end();
  [[nodiscard]] std::vector<UsedPace> used() const;

  const Kernel& kernel_;
  Paces& paces_;
  Reuse reuse_;
  Reuse secondReuse_;
  std::vector<Traffic> traffic_;             ///< per kind
  std::vector<std::vector<Progress>> known_; ///< per number of residents and kind
  std::vector<Sm> sms_;
  bool listless_;         ///< CTAs without lists that wait for nobody
  Events events_;         ///< in virtual time
  std::size_t next_ = 0;  ///< CTA
  std::size_t begun_ = 0; ///< places of the order
  std::map<std::int32_t, std::vector<std::int32_t>> awaiting_; ///< place -> those that wait for it
  std::map<std::int32_t, std::size_t> missing_;                ///< place -> those it waits for
  std::vector<bool> linked_;          ///< per place: it waits for others, or others for it
  std::map<std::int32_t, Held> held_; ///< per place that cannot begin
  std::vector<std::int32_t> woken_;   ///< of those: can begin
  double virtual_ = 0;                ///< cycles
  double brought_ = 0;                ///< bytes that came into L2
  double l2_ = 0, dram_ = 0, bringing_ = 0;
  double ends_ = 0; ///< cycles left of those that end now
  bool allEnd_ = false;
  std::vector<std::size_t> ending_;                         ///< SMs on which CTAs end now
  std::vector<std::size_t> free_;                           ///< slots of each of them
  std::vector<double> cycles_;                              ///< left of an SM's CTAs just now
  std::vector<std::pair<std::int32_t, std::int32_t>> left_; ///< it: their `place` and `last`
  core::Problems problems_;
  Timeline timeline_;
};

} // namespace einsight::sim::gpu
