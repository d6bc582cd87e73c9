#pragma once
#include "sim/cycle/kernel.hpp"
#include "sim/cycle/program.hpp"
#include "sim/pe/array.hpp"
#include "sim/pe/modules.hpp"
#include "sim/pe/transfer.hpp"

#include <functional>

namespace einsight::sim::cells {

/// The controllers of one section: one for each array, which starts tasks at its origin as its
/// issue program says, and one for each port. What they wait for are marks: those that come with
/// words from the far edges of the arrays, those of the last feeder, and ends of transfers.
class Control : public sim::Client, public cells::Client, public Listener {
public:
  struct Parts {
    std::vector<std::unique_ptr<Array>>& arrays;
    std::vector<int> arrayOf; ///< per resource: index into arrays, -1 for ports
    Memory& memory;
    std::vector<std::optional<Job>>& jobs;           ///< per task
    std::vector<std::optional<Transfer>>& transfers; ///< per task
    /// Told of a task that begins, with its PE-cycles; false stops the run.
    const std::function<bool(double)>& begun;
    results::Waveform* waveform = nullptr;
    std::vector<int> signals; ///< per resource: what it does
    std::int64_t offset = 0;  ///< ticks before this section
  };

  Control(const Schedule& schedule, const Section& section, Parts parts);

  /// Runs to the end. False when the caller asked to stop.
  bool run();
  [[nodiscard]] std::string deadlock() const;
  /// Adds what was found to the totals. Call once, after run().
  void addTo(Totals& totals);

  void step(int resource, std::int64_t now) override;
  void settle(std::int64_t now) override;
  void act(int cell, std::int64_t now) override;
  void left(const Job& job, int lane, std::int64_t tick, std::int64_t count) override;
  void fed(const Job& job, bool columns, std::int64_t count) override;

private:
  /// Where a stream stands in its issue program.
  struct Place {
    int block = 0;
    std::int64_t epoch = 0;
    int item = 0;
  };
  struct Walker {
    std::vector<Place> places; ///< outermost first; empty: done
    Digits digits;
    bool arrived = false; ///< at the barrier it stands before
    bool ready = false;
    std::int64_t readySince = 0;
    std::int64_t remaining = 0;
    Wait waitsFor = Wait::Idle;
    int unmet = -1; ///< task that it waits for
  };
  struct Worker { ///< an array's origin, or a port
    std::vector<std::size_t> streams;
    int running = -1; ///< stream
    std::int64_t finish = 0;
    Wait wait = Wait::Idle;
    std::int64_t since = 0;
    Totals::Use use;
  };
  static constexpr std::size_t kRoutes = 5;
  /// Instances of a task of which it is known, by each route, that they ended.
  struct Marks {
    std::array<std::int64_t, kRoutes> seen{};
    std::array<bool, kRoutes> wanted{};
    std::vector<int> waiters;         ///< resources
    std::vector<std::int64_t> exited; ///< per exit lane
    std::int64_t gathered = 0;
  };
  struct Gate {
    std::vector<int> streams;
    std::vector<int> waiters;
    std::vector<std::int64_t> arrivals; ///< per stream of the section
    std::int64_t completed = 0;
    std::int64_t released = 0;
  };
  /// Something that becomes visible at a time: marks of a task by a route, or a barrier.
  struct News {
    std::int64_t tick = 0;
    bool barrier = false;
    int index = 0; ///< task or barrier
    std::size_t route = 0;
    std::int64_t count = 0;
    auto operator<=>(const News&) const = default;
  };

  [[nodiscard]] const Item& item(const Walker& walker) const;
  [[nodiscard]] bool pinned(const Item& item, const Digits& digits) const;
  void advance(std::size_t stream, std::int64_t now);
  void nextItem(Walker& walker) const;
  bool passIdle(std::size_t stream, std::int64_t now);
  void skip(int task, std::int64_t now);
  void skipEmpty(const Job& job);
  void checkReady(std::size_t stream, std::int64_t now);
  [[nodiscard]] bool met(std::size_t stream, int task);
  void arrive(std::size_t stream, int barrier, std::int64_t epochs);
  void start(std::size_t stream, std::int64_t now);
  void serve(std::size_t stream, std::int64_t now);
  void endTurn(int resource, std::int64_t now);
  void send(int task, const Digits& digits, bool empty);
  void standStill(int resource, Wait why, std::int64_t now);
  void tell(int task, Edge::Route route, std::int64_t count, std::int64_t tick);
  void show(const News& news);
  void report(int resource, const std::string& text, std::int64_t now);

  const Schedule& schedule_;
  const Section& section_;
  Parts parts_;
  sim::Program program_;
  std::vector<Walker> walkers_;
  std::vector<Worker> workers_;
  std::vector<Marks> marks_;
  std::vector<Gate> gates_;
  std::vector<News> fresh_;   ///< visible at the end of this moment
  std::vector<News> delayed_; ///< a heap, earliest first
  std::vector<Wide> einsumBusy_;
  std::int64_t now_ = 0;
  std::int64_t end_ = 0; ///< the last moment at which anything was done
  std::int64_t instances_ = 0;
  bool stopped_ = false;
};

} // namespace einsight::sim::cells
