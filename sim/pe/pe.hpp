#pragma once
#include "arch/machine.hpp"
#include "einsum/evaluate.hpp"
#include "results/waveform.hpp"
#include "sim/totals.hpp"

namespace einsight::sim {

struct PeOptions {
  std::function<bool(double fraction)> progress{}; ///< called now and then; false stops the run
  results::Waveform* waveform = nullptr;           ///< per PE: busy, Einsum, value; controllers
};

/// What the PEs computed, and how long it took.
struct PeRun {
  Totals totals;                ///< without critical path
  einsum::Environment results;  ///< the cascade's
  double largestDifference = 0; ///< of any value made on the way from einsum::evaluate, relative
  std::int64_t widestLink = 0;  ///< most words on one link between neighbours in one tick
  std::string widestLinkOf;     ///< the array it is in
};

/// Whether `pe` can: refuses a unit's hop_latency that is not 1, and arrays (more than 16 x 16
/// PEs), tensors or a run that are too large to be simulated so. Before inputs are made for it.
core::Expected<void> checkPe(const Schedule& schedule, const einsum::Cascade& cascade,
                             const arch::Machine& machine);

/// Simulates every PE of every array, cycle by cycle, with its registers and the links to its
/// neighbours, computing in double from the given inputs. Tiles must say where their values are
/// (Task::tile). Fails when the run was stopped, when the schedule can never finish, and where
/// checkPe does.
core::Expected<PeRun> pe(const Schedule& schedule, const einsum::Cascade& cascade,
                         const arch::Machine& machine, const einsum::Environment& inputs,
                         const PeOptions& options = {});

} // namespace einsight::sim
