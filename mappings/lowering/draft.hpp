#pragma once
#include "mappings/storage.hpp"
#include "mappings/verify.hpp"
#include "sim/schedule.hpp"
#include "sim/schedule/holds.hpp"

#include <set>

/// A section on its way from plan to schedule. Each step is one file: compute, movement, issue.
namespace einsight::mappings {

/// The units and ports of a machine and the Einsums of a cascade, and no section yet.
sim::Schedule emptySchedule(const einsum::Cascade& cascade, const arch::Machine& machine);

/// Finds or adds counters of the schedule.
class CounterTable {
public:
  explicit CounterTable(std::vector<sim::Counter>& counters) : counters_(counters) {}
  int operator()(sim::Counter counter);

private:
  std::vector<sim::Counter>& counters_;
};

/// The plan that is lowered, and what for.
class Subject {
public:
  Subject(const VerifiedMapping& mapping) // NOLINT(google-explicit-constructor)
      : Subject(mapping.cascade(), mapping.machine(), mapping.plan()) {}
  Subject(const einsum::Cascade& cascade, const arch::Machine& machine, const Plan& plan)
      : cascade_(cascade), machine_(machine), plan_(plan) {}
  [[nodiscard]] const einsum::Cascade& cascade() const { return cascade_; }
  [[nodiscard]] const arch::Machine& machine() const { return machine_; }
  [[nodiscard]] const Plan& plan() const { return plan_; }

private:
  const einsum::Cascade& cascade_;
  const arch::Machine& machine_;
  const Plan& plan_;
};

/// Where the amounts and the first guards of a task come from, so that they can be found again for
/// other sizes.
struct TaskOrigin {
  struct Mask {
    const einsum::Constraint* constraint = nullptr;
    std::vector<int> fixed; ///< loops that stand still
  };
  const einsum::Einsum* user = nullptr;
  const einsum::Access* access = nullptr; ///< of the tensor moved; none for a compute task
  std::vector<Mask> masks;                ///< of the first guards; the others compare counters
  /// Register file accesses where the sizes decide: of sums that are complete at once, and of sums
  /// that are made in time. Empty where the sizes are known; then the task has those that hold.
  std::vector<sim::Count> atOnce{}, inTime{};
};

struct Draft {
  Subject subject;
  const SectionPlan& plan;
  sim::Schedule& schedule;
  CounterTable& counter;
  std::vector<Room> rooms; ///< per keep of the plan
  sim::Section section{};
  std::vector<core::Rational> rate{}; ///< cycles per unit of each task's `ticks`, before scaling
  std::vector<int> leafTask{};        ///< task of each leaf
  std::vector<TaskOrigin> origins{};  ///< of each task
  std::vector<sim::Hold>* holds = nullptr; ///< gets what memories keep, unless nobody asks
  bool anySizes = false;                   ///< trips are not the last word: see TaskOrigin

  [[nodiscard]] const einsum::Cascade& cascade() const { return subject.cascade(); }
  [[nodiscard]] const arch::Machine& machine() const { return subject.machine(); }
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

  int addTask(sim::Task task, core::Rational cyclesPerUnit, TaskOrigin origin);
  /// The origin of a task whose guards are those of an Einsum's domain.
  static TaskOrigin origin(const einsum::Einsum& einsum, const einsum::Access* access,
                           const std::vector<int>& fixed);
  /// bytes and accesses of a memory for each instance of a task; `share` is the part of the box.
  void countAccess(sim::Task& task, const arch::Memory& memory, bool write,
                   const sim::Amount& elements, int bits, core::Rational share);
  /// An edge to `consumer` from a task with loops of the same rank variables.
  sim::Edge edge(int producer, const std::vector<int>& consumerLoops, sim::Edge::Kind kind) const;
  sim::Task& task(int number) { return section.tasks[static_cast<std::size_t>(number)]; }
};

/// Cycles per point of the iteration space: operators one after another, a chained run of them as
/// long as its slowest. The unit must be able to do all of them.
core::Rational cyclesPerPoint(const arch::Unit& unit,
                              const std::vector<einsum::OperationCount>& operations);

/// Does an axis of `size` lanes take parts of a sum in several passes, where `wanted` values are
/// spread over it, `reduced` of them for each sum? Not where whole sums take as many passes.
bool splitsSums(std::int64_t wanted, std::int64_t reduced, std::int64_t size);

/// Adds the register file accesses of a leaf's tile of so many points to its task.
void countRegisters(Draft& draft, const LeafPlan& leaf, const sim::Amount& points, sim::Task& task,
                    TaskOrigin& origin);

void addCompute(Draft& draft);
void addMovement(Draft& draft);
void addIssue(Draft& draft);

} // namespace einsight::mappings
