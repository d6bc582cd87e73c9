#include "mappings/mapper/sized_cost.hpp"

#include "mappings/lowering/draft.hpp"

#include <algorithm>
#include <cmath>

namespace einsight::mappings::sized {

std::int64_t elements(const Window& window, const PartTable& table) {
  std::int64_t span = 1;
  for (const auto& step : window.steps) {
    span += step.coefficient * (std::min(table.product(step.inside), step.size) - 1);
  }
  return std::min(span, window.shape);
}

CostSum::CostSum(const arch::Machine& machine) {
  for (const auto& unit : machine.units()) {
    processingElements_.push_back(unit.processingElements());
  }
  resources_ = processingElements_.size();
  for (const auto& memory : machine.memories()) {
    resources_ += memory.bandwidth && memory.kind != arch::Memory::Kind::Registers ? 1 : 0;
  }
}

void CostSum::evaluate(std::vector<SectionCost>& sections, const PartTable& table,
                       Evaluation& evaluation) {
  covered_ = true;
  picojoules_ = 0;
  evaluation.cycles = 0;
  std::fill(evaluation.moved.begin(), evaluation.moved.end(), 0.0);
  std::fill(evaluation.busy.begin(), evaluation.busy.end(), 0.0);
  std::fill(evaluation.utilization.begin(), evaluation.utilization.end(),
            0.0); // lanes, till the end
  for (auto& section : sections) {
    addSection(section, table, evaluation);
  }
  for (std::size_t u = 0; u < processingElements_.size(); ++u) {
    const auto offered = static_cast<double>(processingElements_[u]) * evaluation.cycles;
    evaluation.utilization[u] = offered > 0 ? evaluation.utilization[u] / offered : 0;
  }
  evaluation.picojoules = covered_ ? std::optional<double>(picojoules_) : std::nullopt;
}

void CostSum::addSection(SectionCost& section, const PartTable& table, Evaluation& evaluation) {
  tiles_.clear();
  for (const auto& form : section.forms) {
    tiles_.push_back(table.product(form.inside));
  }
  for (auto& group : section.groups) {
    group.classify(table, tiles_);
  }
  for (std::size_t f = 0; f < section.forms.size(); ++f) { // from here on the value without terms
    tiles_[f] = std::clamp<std::int64_t>(section.forms[f].total, 0, tiles_[f]);
  }
  busy_.assign(resources_, 0.0);
  tasks_.clear();
  for (const auto& task : section.tasks) {
    tasks_.push_back(addTask(section, task, table, evaluation));
    if (task.resource >= 0) {
      busy_[static_cast<std::size_t>(task.resource)] += tasks_.back().ticks;
    }
  }
  double longest = *std::max_element(busy_.begin(), busy_.end());
  for (const auto& chain : section.chains) {
    longest = std::max(longest, chainBound(section, chain));
  }
  evaluation.cycles += longest;
  for (std::size_t u = 0; u < processingElements_.size(); ++u) {
    evaluation.busy[u] += busy_[u];
  }
}

/// As sim::analytic: phases cannot overlap, and an epoch in which nothing runs does not wait.
double CostSum::chainBound(const SectionCost& section, const ChainCost& chain) {
  double epochs = 0;
  double sum = 0;
  for (const auto& phase : chain.tasks) {
    side_.assign(resources_, 0.0);
    for (const int task : phase) {
      const auto at = static_cast<std::size_t>(task);
      epochs = std::max(epochs, tasks_[at].runs);
      side_[static_cast<std::size_t>(section.tasks[at].resource)] += tasks_[at].ticks;
    }
    sum += *std::max_element(side_.begin(), side_.end());
  }
  return sum + chain.waitCycles * epochs;
}

std::int64_t CostSum::valueOf(const SectionCost& section, const TaskCost& task,
                              const Factor& factor) const {
  if (factor.group < 0) {
    return tiles_[static_cast<std::size_t>(factor.slot)];
  }
  const auto group = static_cast<std::size_t>(factor.group);
  return section.groups[static_cast<std::size_t>(task.groups[group])].value(
      class_[group], static_cast<std::size_t>(factor.slot));
}

/// Adds the iterations of one class of every group.
void CostSum::addClass(const SectionCost& section, const TaskCost& task, double times, Sums& sums,
                       Evaluation& evaluation) {
  double ticks = axes_ * windows_.front();
  for (std::size_t p = 0; p < task.products.size(); ++p) {
    double product = windows_[p];
    for (std::size_t f = 0; f < task.products[p].factors.size(); ++f) {
      const auto value = valueOf(section, task, task.products[p].factors[f]);
      product *= static_cast<double>(value);
      if (p == 0) {
        const auto lanes = perLane_[f];
        ticks *= static_cast<double>(lanes == 1 ? value : (value + lanes - 1) / lanes);
      }
    }
    if (p == 0 && product == 0) {
      return;
    }
    products_[p] += times * product;
    for (const auto& rounded : task.rounded) {
      if (rounded.product == static_cast<int>(p)) {
        const auto whole = times * std::ceil(product * static_cast<double>(rounded.scale) /
                                             static_cast<double>(rounded.unit));
        picojoules_ += whole * rounded.picojoules;
        if (rounded.memory >= 0) {
          evaluation.moved[static_cast<std::size_t>(rounded.memory)] += whole * rounded.bytes;
        }
      }
    }
  }
  sums.runs += times;
  sums.ticks += times * ticks;
}

CostSum::Sums CostSum::addTask(const SectionCost& section, const TaskCost& task,
                               const PartTable& table, Evaluation& evaluation) {
  axes_ = 1;
  bool inTime = table.product(task.inTime) > 1;
  for (const auto& [parts, reduced, size] : task.axes) {
    const auto wanted = table.product(parts);
    const std::int64_t turns = (wanted + size - 1) / size;
    axes_ *= static_cast<double>(turns);
    inTime = inTime || splitsSums(wanted, table.product(reduced), size);
  }
  const auto& sum = inTime ? task.summedInTime : task.atOnce;
  perLane_.clear();
  for (const auto& parts : task.lanes) {
    perLane_.push_back(table.product(parts));
  }
  products_.assign(task.products.size(), 0.0);
  windows_.assign(task.products.size(), 1.0);
  for (std::size_t p = 0; p < task.products.size(); ++p) {
    for (const auto& window : task.products[p].windows) {
      windows_[p] *= static_cast<double>(elements(window, table));
    }
  }
  const auto outside = static_cast<double>(table.product(task.alone));
  Sums sums;
  class_.assign(task.groups.size(), 0);
  for (bool more = true; more;) {
    double times = outside;
    bool any = true;
    for (std::size_t g = 0; g < class_.size(); ++g) {
      const auto& group = section.groups[static_cast<std::size_t>(task.groups[g])];
      any = any && group.classes() > 0;
      times *= any ? group.times(class_[g]) : 0;
    }
    if (!any) {
      break;
    }
    addClass(section, task, times, sums, evaluation);
    more = false;
    for (std::size_t g = class_.size(); g-- > 0 && !more;) {
      const auto& group = section.groups[static_cast<std::size_t>(task.groups[g])];
      more = ++class_[g] < group.classes();
      class_[g] = more ? class_[g] : 0;
    }
  }
  for (std::size_t p = 0; p < task.products.size(); ++p) {
    const auto& price = task.prices[p];
    picojoules_ += products_[p] * (price.picojoules + sum.prices[p].picojoules);
    for (const auto& [memory, bytes] : price.bytes) {
      evaluation.moved[static_cast<std::size_t>(memory)] += products_[p] * bytes;
    }
    for (const auto& [unit, lanes] : price.lanes) {
      evaluation.utilization[static_cast<std::size_t>(unit)] += products_[p] * lanes;
    }
  }
  covered_ = covered_ && ((task.covered && sum.covered) || sums.runs == 0);
  sums.ticks *= task.cyclesPerTick;
  return sums;
}

} // namespace einsight::mappings::sized
