#include "sim/pe/job.hpp"

#include "einsum/walk.hpp"
#include "sim/cycle/at.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::sim::cells {
namespace {

Operand operandOf(const einsum::Access& access, const einsum::Einsum& einsum, const Layout& layout,
                  const Memory& memory) {
  Operand made;
  made.tensor = memory.number(access.tensor);
  const auto& shape = memory.tensor(made.tensor).shape;
  std::int64_t stride = 1;
  for (std::size_t d = shape.size(); d-- > 0;) {
    Operand::Index index{access.indices[d].constant, shape[d], stride, {}};
    for (const auto& [variable, coefficient] : access.indices[d].terms) {
      const auto range = static_cast<std::size_t>(
          std::find(einsum.variables.begin(), einsum.variables.end(), variable) -
          einsum.variables.begin());
      index.terms.emplace_back(range, coefficient);
      made.ranges |= 1U << range;
    }
    made.indices.push_back(std::move(index));
    stride *= shape[d];
  }
  const bool rows = (made.ranges & layout.along(0)) != 0;
  const bool columns = (made.ranges & layout.along(1)) != 0;
  made.way = rows && columns ? Operand::Way::Own
             : columns       ? Operand::Way::FromAbove
                             : Operand::Way::FromLeft;
  return made;
}

/// Registers or another array, where a need of the task says so; else a transfer.
Source sourceOf(const Task& task, int operand) {
  for (const auto& need : task.needs) {
    if (need.kind == Edge::Kind::Data && need.operand == operand) {
      return need.route == Edge::Route::Ended ? Source::Registers : Source::Made;
    }
  }
  return Source::Loaded;
}

core::Problem refusal(const einsum::Einsum& einsum, const std::string& why) {
  return {einsum.where,
          fmt::format("the engine 'pe' cannot run Einsum '{}': it {}", einsum.name, why),
          "use --engine cycle"};
}

} // namespace

std::int64_t Operand::at(const Spot& spot) const {
  if ((spot.outside & ranges) != 0) {
    return -1;
  }
  std::int64_t place = 0;
  for (const auto& index : indices) {
    auto value = index.constant;
    for (const auto& [range, coefficient] : index.terms) {
      value += coefficient * spot.values[range];
    }
    if (value < 0 || value >= index.size) {
      return -1;
    }
    place += value * index.stride;
  }
  return place;
}

core::Expected<Job> jobOf(const Schedule& schedule, const Section& section, int task,
                          const einsum::Cascade& cascade, const arch::Unit& unit,
                          const Memory& memory) {
  const auto& from = at(section.tasks, task);
  const auto& einsum = *cascade.einsum(at(schedule.einsums, from.einsum));
  if (auto why = unsupported(einsum); !why.empty()) {
    return core::failure({refusal(einsum, why)});
  }
  std::vector<std::int64_t> sizes;
  for (const auto& axis : unit.axes) {
    sizes.push_back(axis.size);
  }
  Job job{task, einsum.name, Layout(section, from, einsum, sizes), Program(einsum), {}, {}, {}};
  if (auto why = job.layout.problem(); !why.empty()) {
    return core::failure({refusal(einsum, why)});
  }
  job.cycles = job.program.cycles(unit);
  for (const auto* access : einsum::accesses(einsum.expression)) {
    job.operands.push_back(operandOf(*access, einsum, job.layout, memory));
    job.operands.back().source = sourceOf(from, static_cast<int>(job.operands.size()) - 1);
  }
  job.result = operandOf(einsum.output, einsum, job.layout, memory);
  for (const auto& other : section.tasks) {
    for (const auto& need : other.needs) {
      if (need.producer == task && need.kind == Edge::Kind::Data) {
        (need.route == Edge::Route::Ended ? job.stays : job.leaves) = true;
      }
    }
  }
  return job;
}

} // namespace einsight::sim::cells
