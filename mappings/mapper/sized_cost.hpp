#pragma once
#include "mappings/mapper/sized.hpp"
#include "mappings/mapper/sized_group.hpp"
#include "mappings/plan.hpp"

namespace einsight::mappings::sized {

/// The value of a form in the class at hand, in lanes (rounded up) for passes.
struct Factor {
  int group = -1; ///< of the task's groups; -1: a form that is the same in every iteration
  int slot = 0;   ///< of the group's forms, or number of the form itself
};

/// Elements along one index of a tensor that is not a plain rank variable:
/// min(1 + sum coefficient * (min(trips of the parts inside, size) - 1), shape).
struct Window {
  struct Step {
    std::int64_t coefficient = 1;
    std::int64_t size = 1;
    std::vector<int> inside;
  };
  std::int64_t shape = 1;
  std::vector<Step> steps;
};

/// Elements along it with the table's sizes.
std::int64_t elements(const Window& window, const PartTable& table);

/// A product of values that a task's amounts are multiples of: points of an iteration space,
/// elements of a box.
struct Product {
  std::vector<Factor> factors;
  std::vector<Window> windows;
};

/// What a task adds for each unit of a product.
struct Price {
  double picojoules = 0;
  std::vector<std::pair<int, double>> bytes; ///< per memory
  std::vector<std::pair<int, double>> lanes; ///< busy PE-cycles, per unit
};

/// What is counted in whole accesses: ceil(scale * product / unit) of them in each iteration.
struct Rounded {
  int product = 0;
  std::int64_t scale = 1;
  std::int64_t unit = 1;
  double picojoules = 0;
  int memory = -1; ///< whose bytes it counts, or -1
  double bytes = 0;
};

/// A task of the schedule with its amounts as functions of the sizes.
struct TaskCost {
  /// Parts that are spread over an axis, those of them over which is summed, and the axis's size.
  struct Axis {
    std::vector<int> parts;
    std::vector<int> reduced;
    std::int64_t size = 1;
  };
  /// What is added where sums are complete at once, or where they are made in time.
  struct Sums {
    std::vector<Price> prices; ///< per product
    bool covered = true;
  };
  int resource = -1;
  double cyclesPerTick = 0;            ///< per unit of the ticks below
  std::vector<int> alone;              ///< parts that are loops and that nothing looks at
  std::vector<int> groups;             ///< of the section
  std::vector<Product> products;       ///< first the one that says whether the task runs
  std::vector<std::vector<int>> lanes; ///< parts spread over PEs, per factor of the first product
  std::vector<Axis> axes;
  std::vector<int> inTime;   ///< parts over which is summed and that are not spread
  std::vector<Price> prices; ///< per product
  Sums atOnce, summedInTime;
  std::vector<Rounded> rounded;
  bool covered = true; ///< does a table have the energy of everything it does?
};

/// Phases between barriers.
struct ChainCost {
  std::vector<std::vector<int>> tasks;
  double waitCycles = 0;
};

/// One section of a schedule, for one pattern of trip counts.
struct SectionCost {
  std::vector<Form> forms;
  std::vector<Group> groups;
  std::vector<TaskCost> tasks;
  std::vector<ChainCost> chains;
};

/// The sections of a plan with the table's sizes.
std::vector<SectionCost> compileCost(const einsum::Cascade& cascade, const arch::Machine& machine,
                                     const Plan& plan, const PartTable& table);

/// Adds the costs of sections for the table's sizes; needs no memory of its own after its first
/// use.
class CostSum {
public:
  explicit CostSum(const arch::Machine& machine);
  void evaluate(std::vector<SectionCost>& sections, const PartTable& table, Evaluation& evaluation);

private:
  struct Sums {
    double ticks = 0;
    double runs = 0;
  };
  void addSection(SectionCost& section, const PartTable& table, Evaluation& evaluation);
  Sums addTask(const SectionCost& section, const TaskCost& task, const PartTable& table,
               Evaluation& evaluation);
  void addClass(const SectionCost& section, const TaskCost& task, double times, Sums& sums,
                Evaluation& evaluation);
  [[nodiscard]] std::int64_t valueOf(const SectionCost& section, const TaskCost& task,
                                     const Factor& factor) const;
  [[nodiscard]] double chainBound(const SectionCost& section, const ChainCost& chain);

  std::vector<std::int64_t> processingElements_; ///< per unit
  std::size_t resources_ = 0;
  bool covered_ = true;
  double picojoules_ = 0;
  std::vector<double> busy_;          ///< of a section, per resource
  std::vector<double> side_;          ///< of a phase, per resource
  std::vector<Sums> tasks_;           ///< of a section
  std::vector<std::int64_t> tiles_;   ///< of a section's forms
  std::vector<std::int64_t> perLane_; ///< of a task's first product
  std::vector<double> windows_;       ///< of a task's products
  std::vector<double> products_;      ///< of a task, over all iterations
  std::vector<std::size_t> class_;    ///< of a task's groups
  double axes_ = 1;
};

} // namespace einsight::mappings::sized
