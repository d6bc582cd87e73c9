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
  /// Those that a simulation does not meet, with what it gave. `evaluation` says what is held
  /// where.
  [[nodiscard]] core::Problems unmet(const results::Result& result,
                                     const mappings::Evaluation& evaluation) const;

private:
  Requirements(std::vector<core::Expression> conditions, const arch::Machine& machine)
      : conditions_(std::move(conditions)), machine_(&machine) {}
  [[nodiscard]] core::Expression::Lookup lookup(const mappings::Evaluation& evaluation) const;

  std::vector<core::Expression> conditions_;
  const arch::Machine* machine_;
};

} // namespace einsight::explore
