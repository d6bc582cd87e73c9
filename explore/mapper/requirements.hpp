#pragma once
#include "mappings/mapper/sized.hpp"
#include "results/result.hpp"

namespace einsight::explore {

/// Conditions that a mapping must meet, over UNIT.utilization, MEMORY.used, MEMORY.moved (bytes),
/// cycles, seconds and energy_pj.
class Requirements {
public:
  /// The conditions, if every name in them exists on the machine. The machine must outlive them.
  static core::Expected<Requirements> check(const std::vector<core::Expression>& conditions,
                                            const arch::Machine& machine);

  [[nodiscard]] bool empty() const { return conditions_.empty(); }
  /// Do all hold on the bound? (A condition that cannot be evaluated does not hold.)
  [[nodiscard]] bool hold(const mappings::Evaluation& evaluation) const;
  /// Do all hold for a simulation? `evaluation` says what is held where.
  [[nodiscard]] bool hold(const results::Result& result,
                          const mappings::Evaluation& evaluation) const;
  [[nodiscard]] const std::vector<core::Expression>& conditions() const { return conditions_; }
  /// The names in them.
  [[nodiscard]] core::Expression::Lookup lookup(const mappings::Evaluation& evaluation) const;

private:
  Requirements(std::vector<core::Expression> conditions, const arch::Machine& machine)
      : conditions_(std::move(conditions)), machine_(&machine) {}

  std::vector<core::Expression> conditions_;
  const arch::Machine* machine_;
};

/// The costs of a mapping when it is simulated: the bytes of the bound, the time of the simulation.
mappings::Evaluation simulatedCosts(const results::Result& result,
                                    const mappings::Evaluation& evaluation);

} // namespace einsight::explore
