#pragma once
#include "sim/cycle/kernel.hpp"
#include "sim/cycle/periods.hpp"
#include "sim/cycle/program.hpp"

#include <functional>
#include <string>

namespace einsight::sim {

/// Simulates one section from idle to idle. Decisions are made here; time passes in the kernel.
class Simulation : public Client {
public:
  Simulation(const Schedule& schedule, const Section& section, const CycleOptions& options);

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
  struct SlotTickets {
    std::vector<std::int64_t> taken; ///< tickets by the slot's own ordinal
  };

  void endTurn(int resource, std::int64_t now);
  void serve(std::size_t stream, std::int64_t now);
  void advance(std::size_t stream);
  void nextItem(std::size_t stream);
  bool takeTicket(std::size_t stream, const Frame& frame);
  void checkReady(std::size_t stream, std::int64_t now);
  void start(std::size_t stream, std::int64_t now);
  [[nodiscard]] std::size_t pathPart(const Task& task) const;
  void ended(int task, const Path& path, std::int64_t count);
  void arrive(std::size_t stream, int barrier, std::int64_t epochs);
  std::int64_t complete(int barrier);
  bool passIdle(std::size_t stream);
  void standStill(int resource, Wait why, std::int64_t now);
  bool release(const Delayed& what);
  [[nodiscard]] const Digits& whereabouts(std::size_t stream);
  [[nodiscard]] const Item& item(const Cursor& cursor) const;
  [[nodiscard]] std::int64_t ticks(const Task& task, const Digits& digits) const;

  const Schedule& schedule_;
  const Section& section_;
  const CycleOptions& options_;
  Program program_;
  State state_;
  Periods periods_;
  std::vector<std::vector<std::size_t>> streamsOf_; ///< per resource
  std::vector<Digits> digits_;                      ///< per stream: counters of its current item
  std::vector<Wait> waitsFor_;                      ///< per stream: kind of its unmet need
  std::vector<int> lastUnmet_;                      ///< per stream: port it last waited for, or -1
  std::vector<Delayed> pending_;                    ///< visible at the end of this moment
  std::vector<std::int64_t> nextTicket_;            ///< per loop
  std::vector<SlotTickets> slots_;
  Digits actual_; ///< counters with dispatched loops at their global iteration
  std::int64_t now_ = 0;
  Wide skipped_ = 0;
  std::int64_t instances_ = 0;
  bool stopped_ = false;
};

} // namespace einsight::sim
