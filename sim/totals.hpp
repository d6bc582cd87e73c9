#pragma once
#include "core/expected.hpp"
#include "results/result.hpp"
#include "results/waveform.hpp"
#include "sim/domain.hpp"

#include <array>
#include <functional>

namespace einsight::sim {

/// Why a resource stood still; see results::Stalls.
enum class Wait { Data, Space, Sync, Bandwidth, Idle, Issue };
inline constexpr std::size_t kWaits = 6;

/// What an engine found, in ticks and whole counts.
struct Totals {
  struct Use {
    Wide busy = 0;
    std::array<Wide, kWaits> waits{};
  };
  Wide ticks = 0;
  std::vector<Wide> counters;   ///< one per Schedule::counters
  std::vector<Use> resources;   ///< one per Schedule::resources
  std::vector<Wide> einsumBusy; ///< ticks of occupancy, one per Schedule::einsums
  std::vector<Wide> path;       ///< ticks of the critical path per Einsum, then transfers, waits
  std::int64_t instances = 0;   ///< task instances simulated one by one
  Wide skippedTicks = 0;
};

/// Operations, bytes and actions summed in closed form over every task: no engine needed, and the
/// same for all of them.
std::vector<Wide> countAll(const Schedule& schedule);

/// A lower bound on every engine's time: sum over sections of max(work of a resource,
/// sum over phases of the largest work in it, both in ticks). See docs/engines.md.
/// With `recurrences`, of this and of what iterations wait for of iterations before them
/// (recurrence.hpp); without, it is the bound that mappings with open sizes are searched by.
Totals analytic(const Schedule& schedule, bool recurrences = false);

struct CycleOptions {
  bool skip = true;                                ///< skip repeated periods, exactly
  std::function<bool(double fraction)> progress{}; ///< called now and then; false stops the run
  /// Is told what every resource does, if not null; nothing is skipped while it keeps changes.
  results::Waveform* waveform = nullptr;
};

/// Discrete-event simulation of every task instance (repeated periods are skipped exactly).
/// Fails when the run was stopped, or when the schedule can never finish (a deadlock; the message
/// names the streams that wait and for what).
core::Expected<Totals> cycle(const Schedule& schedule, const CycleOptions& options = {});

/// Totals as the quantities that users read. `hertz` is the clock of the machine.
/// Fails when a count does not fit 64 bits.
core::Expected<results::Result> summarize(const Schedule& schedule, const Totals& totals,
                                          core::Rational hertz);

} // namespace einsight::sim
