#include "explore/mapper/requirements.hpp"

#include "core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace einsight::explore {
namespace {

constexpr double kParts = 1e9; ///< of one, to which a utilization is rounded
constexpr double kLargest = 9e18;

core::Rational whole(double value) {
  return core::Rational(static_cast<std::int64_t>(std::llround(std::min(value, kLargest))));
}

core::Rational fraction(double value) {
  const auto parts = static_cast<std::int64_t>(kParts);
  return {static_cast<std::int64_t>(std::llround(value * kParts)), parts};
}

std::vector<std::string> namesOf(const arch::Machine& machine) {
  std::vector<std::string> names{"cycles", "seconds", "energy_pj"};
  for (const auto& unit : machine.units()) {
    names.push_back(unit.name + ".utilization");
  }
  for (const auto& memory : machine.memories()) {
    names.push_back(memory.name + ".used");
    names.push_back(memory.name + ".moved");
  }
  return names;
}

} // namespace

core::Expected<Requirements> Requirements::check(const std::vector<core::Expression>& conditions,
                                                 const arch::Machine& machine) {
  const auto known = namesOf(machine);
  core::Problems problems;
  for (const auto& condition : conditions) {
    for (const auto& name : condition.names()) {
      if (std::find(known.begin(), known.end(), name) == known.end()) {
        problems.push_back({{{}, 0, 0, "--require"},
                            fmt::format("there is no '{}' to require something of", name),
                            core::suggestion(name, known)});
      }
    }
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return Requirements(conditions, machine);
}

core::Expression::Lookup Requirements::lookup(const mappings::Evaluation& evaluation) const {
  return [&](std::string_view name) -> std::optional<core::Rational> {
    if (name == "cycles") {
      return whole(evaluation.cycles);
    }
    if (name == "seconds") {
      return whole(evaluation.cycles) / machine_->clockHertz();
    }
    if (name == "energy_pj") {
      return evaluation.picojoules ? std::optional(whole(*evaluation.picojoules)) : std::nullopt;
    }
    const auto& units = machine_->units();
    for (std::size_t u = 0; u < units.size(); ++u) {
      if (name == units[u].name + ".utilization") {
        return fraction(evaluation.utilization[u]);
      }
    }
    const auto& memories = machine_->memories();
    for (std::size_t m = 0; m < memories.size(); ++m) {
      if (name == memories[m].name + ".used") {
        return core::Rational(evaluation.used[m]);
      }
      if (name == memories[m].name + ".moved") {
        return whole(evaluation.moved[m]);
      }
    }
    return std::nullopt;
  };
}

bool Requirements::hold(const mappings::Evaluation& evaluation) const {
  const auto look = lookup(evaluation);
  return std::all_of(conditions_.begin(), conditions_.end(), [&](const auto& condition) {
    const auto value = condition.evaluate(look);
    return value && *value != core::Rational(0);
  });
}

bool Requirements::hold(const results::Result& result,
                        const mappings::Evaluation& evaluation) const {
  return conditions_.empty() || hold(simulatedCosts(result, evaluation));
}

mappings::Evaluation simulatedCosts(const results::Result& result,
                                    const mappings::Evaluation& evaluation) {
  auto simulated = evaluation;
  simulated.cycles = result.cycles.value_or(0);
  for (std::size_t u = 0; u < simulated.utilization.size(); ++u) {
    simulated.utilization[u] = result.units[u].utilization;
  }
  return simulated;
}

} // namespace einsight::explore
