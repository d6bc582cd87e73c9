#pragma once
#include "mappings/storage.hpp"
#include "mappings/verify.hpp"
#include "sim/schedule.hpp"

#include <set>

/// A section on its way from plan to schedule. Each step is one file: compute, movement, issue.
namespace einsight::mappings {

/// Finds or adds counters of the schedule.
class CounterTable {
public:
  explicit CounterTable(std::vector<sim::Counter>& counters) : counters_(counters) {}
  int operator()(sim::Counter counter);

private:
  std::vector<sim::Counter>& counters_;
};

struct Draft {
  const VerifiedMapping& verified;
  const SectionPlan& plan;
  sim::Schedule& schedule;
  CounterTable& counter;
  std::vector<Room> rooms; ///< per keep of the plan
  sim::Section section{};
  std::vector<core::Rational> rate{}; ///< cycles per unit of each task's `ticks`, before scaling
  std::vector<int> leafTask{};        ///< task of each leaf

  [[nodiscard]] const einsum::Cascade& cascade() const { return verified.cascade(); }
  [[nodiscard]] const arch::Machine& machine() const { return verified.machine(); }
  [[nodiscard]] const sim::Loop& loop(int number) const {
    return section.loops[static_cast<std::size_t>(number)];
  }
  [[nodiscard]] bool convention(const std::string& name) const;
  /// Index of a unit or port among the schedule's resources, -1 for a port that never limits.
  [[nodiscard]] int resource(const std::string& name) const;

  /// The extent of a rank variable while `fixed` loops stand still; short last tiles of its own
  /// partition, or of the cascade's, come from `domain`.
  int extent(const std::string& variable, const std::vector<int>& fixed,
             const std::vector<einsum::Constraint>& domain);
  /// Elements of the box that an access touches.
  sim::Amount box(const einsum::Access& access, const std::vector<int>& fixed,
                  const std::vector<einsum::Constraint>& domain);
  /// Masks that an extent does not express.
  std::vector<sim::Guard> guards(const einsum::Einsum& einsum, const std::vector<int>& fixed);

  int addTask(sim::Task task, core::Rational cyclesPerUnit);
  /// bytes and accesses of a memory for each instance of a task; `share` is the part of the box.
  void countAccess(sim::Task& task, const arch::Memory& memory, bool write,
                   const sim::Amount& elements, int bits, core::Rational share);
  /// An edge to `consumer` from a task with loops of the same rank variables.
  sim::Edge edge(int producer, const std::vector<int>& consumerLoops, sim::Edge::Kind kind) const;
  sim::Task& task(int number) { return section.tasks[static_cast<std::size_t>(number)]; }
};

void addCompute(Draft& draft);
void addMovement(Draft& draft);
void addIssue(Draft& draft);

} // namespace einsight::mappings
