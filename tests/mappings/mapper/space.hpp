#pragma once
#include "mappings/mapper/search.hpp"

/// The whole space of the mapper, mapping by mapping, on the slow path: no bound, no closed form.
namespace einsight::mappings::test {

struct Enumerated {
  std::vector<std::pair<double, double>> costs; ///< cycles and picojoules of the legal ones
  std::size_t mappings = 0;                     ///< legal or not
};

/// Every mapping of a cascade on a machine: composed, verified, lowered and given to
/// sim::analytic. Stops beyond `most` mappings.
Enumerated enumerate(const einsum::Cascade& cascade, const arch::Machine& machine,
                     std::size_t most);

/// Nothing, or what is wrong with a finalist: every one is legal, costs on the bound what the
/// search says, and can be simulated to its end.
std::string violation(const Found& found, const arch::Machine& machine);

inline constexpr Objective kObjectives[] = {Objective::Latency, Objective::Energy, Objective::Edp};

/// The machine of that name, or a test failure.
arch::Machine machineOf(const std::string& name, const core::Settings& settings = {});

/// A random number, low and high included (inside rc::check).
std::int64_t between(std::int64_t low, std::int64_t high);

/// The value of an objective.
double value(Objective objective, double cycles, double picojoules);

} // namespace einsight::mappings::test
