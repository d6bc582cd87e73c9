#pragma once
#include "sim/gpu/multiprocessor.hpp"
#include "sim/gpu/order.hpp"
#include "sim/schedule/holds.hpp"

#include <map>

namespace einsight::sim::gpu {

/// Writes the tasks, needs and lines of one slot of an SM into a section.
class SlotWriter {
public:
  SlotWriter(const Kernel& kernel, const Device& device, const Kind& kind, int slot,
             Section& section);
  void write();
  /// What the slot keeps in the memories of an SM, once it is written.
  void addHolds(std::vector<Hold>& holds) const;

  static constexpr int kCta = 0;       ///< loop over the CTAs of a slot
  static constexpr int kIteration = 1; ///< loop of a CTA

private:
  /// Tasks of a part, by number; -1 where there is none.
  struct PartTasks {
    std::vector<int> loads, stores;
    std::vector<std::vector<int>> steps; ///< per warpgroup and step
    /// What goes before the step of that number: its mask, and all turns of it but the last.
    std::vector<std::vector<std::vector<int>>> before;
    bool inner = false; ///< runs in every iteration
  };
  struct Last {
    int task = 0;
    Step::Unit unit = Step::Unit::Lanes;
    double latencyCycles = 0;
    bool inner = false;
  };

  [[nodiscard]] static int turnsOf(const Part& part, const Step& step);
  void addTasks(const Part& part, PartTasks& tasks, bool inner, const std::string& name);
  int addTransfer(const Transfer& transfer, bool inner, Task::Kind kind);
  int addStep(const Step& step, double cycles, bool inner);
  void holdLoads(std::vector<Hold>& holds) const;
  void holdCtas(std::vector<Hold>& holds) const;
  [[nodiscard]] Edge lastUse(int task, const std::vector<int>& loops, double latencyCycles) const;
  void addStreams();
  void addStream(int resource, const std::vector<int>& tasks);
  void addUnitStream(int warpgroup, Step::Unit unit);
  void addApart(int warpgroup);

  void addShadows();
  int shadowOf(int task);
  int shadowBlock(int block);
  void connectShadows(const Block& block);

  void connect();
  void connectStart();
  void connectSteps(const Part& part, const PartTasks& tasks, int warpgroup);
  void connectOrder(int warpgroup);
  void connectFirst(const Part& part, const PartTasks& tasks, int warpgroup,
                    const std::vector<Last>& before, bool previousCta);
  void connectLoads();
  void connectStores();
  [[nodiscard]] int lastStep(int part, Step::Unit unit) const;
  /// The last step on each unit of a warpgroup's part, and those in no order, or of the last part
  /// before that has any.
  [[nodiscard]] std::vector<Last> lastOf(int part, int warpgroup) const;
  [[nodiscard]] std::vector<Last> lastOfCta(int warpgroup) const { return lastOf(2, warpgroup); }

  void need(int consumer, int producer, Edge::Kind kind, double latencyCycles,
            std::int64_t ctasBefore = 0, std::int64_t iterationsBefore = 0);
  void needRoom(int consumer, int producer, std::int64_t lag);
  /// Both a step and what goes before it.
  void needBoth(const PartTasks& tasks, int warpgroup, int step, int producer, Edge::Kind kind,
                double latencyCycles, std::int64_t ctasBefore = 0,
                std::int64_t iterationsBefore = 0);
  static bool takes(const Part& part, int step, int load);
  [[nodiscard]] double handOver(const Step& from, const Step& to) const;
  [[nodiscard]] double loadLatency(const Transfer& transfer) const;
  [[nodiscard]] bool inner(int task) const;

  const Kernel& kernel_;
  const Device& device_;
  const Kind& kind_;
  int slot_;
  Section& section_;
  std::vector<Issue> order_; ///< of the iteration
  const Part* parts_[3];
  PartTasks tasks_[3]; ///< prologue, iteration, epilogue
  int start_ = -1;
  std::vector<int> lanesRoots_; ///< blocks of the lines of arithmetic
  std::map<int, int> shadows_;  ///< per task on the lanes
};

} // namespace einsight::sim::gpu
