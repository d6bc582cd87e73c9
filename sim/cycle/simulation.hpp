#pragma once
#include "sim/cycle/kernel.hpp"
#include "sim/cycle/periods.hpp"
#include "sim/cycle/probe.hpp"
#include "sim/cycle/route.hpp"

#include <functional>
#include <string>

namespace einsight::sim {

/// Simulates one section from idle to idle. Decisions are made here; time passes in the kernel.
class Simulation : public Client {
public:
  /// `probe` may be null: nobody looks.
  Simulation(const Schedule& schedule, const Section& section, const CycleOptions& options,
             Probe* probe);

  void step(int resource, std::int64_t now) override;
  void settle(std::int64_t now) override;

  /// Runs to the end. False when the caller asked to stop.
  bool run();
  /// Streams that still wait although nothing is left to happen, and for what; empty when all
  /// ended.
  [[nodiscard]] std::string deadlock() const;
  /// Adds what was found to the totals. Call once, after run().
  void addTo(Totals& totals);

private:
  /// What follows from a cursor and makes walking quick.
  struct Walker {
    Route route;
    Route::Counters counters;
    int resource = 0;
    const Route::Step* step = nullptr; ///< where it stands
    std::size_t need = 0;              ///< first that is not known to be met
    std::int64_t required = -1;        ///< of that need; -1: not asked yet
    int waitsAt = -1;                  ///< port of that need, or -1
    int barrier = -1;                  ///< barrier that it stands before, or -1
    bool asks = false;                 ///< for a dispatched iteration, at the end of this moment
    Wait why = Wait::Idle;             ///< kind of what it waits for
    int lastUnmet = -1;                ///< port it last waited for, or -1
  };

  /// Whether a stream has to be looked at when its resource steps.
  enum class Sleep : std::uint8_t { Awake, Waits, Ended }; ///< Waits: for a port, in vain so far

  void endTurn(int resource, std::int64_t now);
  void serve(std::size_t stream, std::int64_t now);
  void advance(std::size_t stream);
  void nextItem(std::size_t stream);
  void nextEpoch(std::size_t stream);
  bool hasIteration(std::size_t stream, const Frame& frame);
  bool giveTickets();
  void forgetTickets(int slot);
  void placeActual(Walker& walker, std::int64_t ticket, const Route::Node& node) const;
  void checkReady(std::size_t stream, std::int64_t now);
  bool needsMet(Walker& walker);
  bool passBarrier(std::size_t stream);
  void followCause(std::size_t stream, int holder, std::int64_t now);
  void start(std::size_t stream, int holder, std::int64_t now);
  void report();
  void ended(const Route::Step& step, std::size_t stream, std::int64_t count);
  void arrive(std::size_t stream, int barrier, std::int64_t epochs);
  std::int64_t complete(int barrier);
  [[nodiscard]] std::int64_t arrivals(std::size_t stream, int barrier) const {
    return state_.arrivals[static_cast<std::size_t>(barrier) * walkers_.size() + stream];
  }
  bool passIdle(std::size_t stream);
  void standStill(int resource, Wait why, std::int64_t now);
  bool release(const Delayed& what);
  bool wake(std::size_t stream);
  void endDelays(std::int64_t now);
  void delay(std::int64_t latency, const Delayed& what, std::int64_t now);
  void observe(std::int64_t now);
  [[nodiscard]] bool skips() const {
    return options_.skip && (probe_ == nullptr || probe_->closedFor(now_ + skipped_) > 0);
  }
  void show(int resource, std::int64_t now);

  const Schedule& schedule_;
  const Section& section_;
  const CycleOptions& options_;
  Probe* probe_;
  Program program_;
  State state_;
  Periods periods_;
  std::vector<std::vector<std::size_t>> streamsOf_; ///< per resource
  std::vector<Walker> walkers_;                     ///< per stream
  std::vector<Sleep> sleeps_;                       ///< per stream
  std::vector<Delayed> pending_;                    ///< visible at the end of this moment
  std::vector<Delayed> visible_;                    ///< being made so
  std::vector<std::size_t> asking_;                 ///< streams
  std::vector<std::size_t> given_;                  ///< streams that asked in this moment
  Digits scratch_;                                  ///< per loop of the section
  std::int64_t delayLineAt_ = -1;                   ///< when the delay line steps next
  std::int64_t now_ = 0;
  Wide skipped_ = 0;
  std::int64_t instances_ = 0; ///< of tasks that have started
  std::int64_t turns_ = 0;     ///< of units and ports, given to them
  bool stopped_ = false;
};

} // namespace einsight::sim
