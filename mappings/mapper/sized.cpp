#include "mappings/mapper/sized.hpp"

#include "mappings/mapper/sized_cost.hpp"
#include "mappings/mapper/sized_room.hpp"
#include "mappings/verification/circles.hpp"
#include "mappings/verify.hpp"

#include <algorithm>

namespace einsight::mappings {
namespace {

/// What no table covers of what the units can do and the memories are accessed by.
std::string uncoveredActions(const arch::Machine& machine) {
  std::string list;
  const auto add = [&](const std::string& component, const std::vector<arch::Action>& actions) {
    for (const auto& action : actions) {
      if (!action.picojoules) {
        list += (list.empty() ? "" : ", ") + action.name + " of " + component;
      }
    }
  };
  for (const auto& unit : machine.units()) {
    add(unit.name, unit.actions);
  }
  for (const auto& memory : machine.memories()) {
    add(memory.name, memory.actions);
  }
  return list;
}

} // namespace

struct SizedMapping::Content {
  Mapping mapping;
  const einsum::Cascade& cascade;
  const arch::Machine& machine;
  sized::PartTable table;
  sized::RoomCost rooms;
  sized::CostSum sum;
  std::vector<std::int64_t> sizes;
  std::vector<std::pair<std::uint64_t, std::vector<sized::SectionCost>>> patterns;
  Evaluation evaluation;
  std::string uncovered;
  bool mayCircle;

  Content(Mapping given, const einsum::Cascade& forCascade, const arch::Machine& onMachine,
          const Plan& plan)
      : mapping(std::move(given)), cascade(forCascade), machine(onMachine),
        table(mapping, cascade, plan), rooms(cascade, machine, plan, table), sum(machine),
        uncovered(uncoveredActions(machine)), mayCircle(mappings::mayCircle(plan)) {
    for (const auto& name : table.open()) {
      sizes.push_back(table.trips(table.find(name)));
    }
    evaluation.used.resize(machine.memories().size());
    evaluation.moved.resize(machine.memories().size());
    evaluation.busy.resize(machine.units().size());
    evaluation.utilization.resize(machine.units().size());
  }

  /// The plan with these sizes.
  [[nodiscard]] Plan planOf(std::span<const std::int64_t> given) const {
    core::Problems none; // compile() has reported them all
    return buildPlan(mapping, cascade, machine, table.asMap(given), none);
  }

  [[nodiscard]] bool circles(std::span<const std::int64_t> given) const {
    core::Problems found;
    verifyCircles(planOf(given), true, found);
    return !found.empty();
  }

  /// The costs for the table's pattern of trip counts, lowered when it is new.
  std::vector<sized::SectionCost>& costs(std::span<const std::int64_t> given) {
    const auto known = std::find_if(patterns.begin(), patterns.end(), [&](const auto& each) {
      return each.first == table.pattern();
    });
    if (known != patterns.end()) {
      return known->second;
    }
    const auto plan = planOf(given);
    patterns.emplace_back(table.pattern(), sized::compileCost(cascade, machine, plan, table));
    return patterns.back().second;
  }
};

SizedMapping::SizedMapping(std::unique_ptr<Content> content) : content_(std::move(content)) {}
SizedMapping::SizedMapping(SizedMapping&&) noexcept = default;
SizedMapping& SizedMapping::operator=(SizedMapping&&) noexcept = default;
SizedMapping::~SizedMapping() = default;

core::Expected<SizedMapping> SizedMapping::compile(Mapping mapping, const einsum::Cascade& cascade,
                                                   const arch::Machine& machine) {
  core::Problems problems;
  const auto sizes = findSizes(mapping, cascade, machine, problems);
  const auto plan = buildPlan(mapping, cascade, machine, sizes, problems);
  if (problems.empty()) {
    problems = structureProblems(mapping, cascade, machine, plan);
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return SizedMapping(std::make_unique<Content>(std::move(mapping), cascade, machine, plan));
}

const std::vector<std::string>& SizedMapping::parts() const {
  return content_->table.open();
}

const std::vector<std::int64_t>& SizedMapping::sizes() const {
  return content_->sizes;
}

const Evaluation& SizedMapping::room(std::span<const std::int64_t> sizes) {
  content_->table.set(sizes);
  auto& evaluation = content_->evaluation;
  content_->rooms.evaluate(content_->table, evaluation);
  if (content_->mayCircle && evaluation.legal()) {
    evaluation.ordered = !content_->circles(sizes);
  }
  return evaluation;
}

const Evaluation& SizedMapping::evaluate(std::span<const std::int64_t> sizes) {
  if (room(sizes).legal()) {
    content_->sum.evaluate(content_->costs(sizes), content_->table, content_->evaluation);
  }
  return content_->evaluation;
}

Mapping SizedMapping::resized(std::span<const std::int64_t> sizes) const {
  auto mapping = content_->mapping;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    auto& size = mapping.sizes[parts()[i]];
    size = {core::Expression::constant(core::Rational(sizes[i])), {}, size.where};
  }
  return mapping;
}

const Mapping& SizedMapping::mapping() const {
  return content_->mapping;
}

const std::string& SizedMapping::uncovered() const {
  return content_->uncovered;
}

} // namespace einsight::mappings
