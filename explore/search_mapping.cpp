#include "explore/search_mapping.hpp"

#include "arch/catalogue.hpp"
#include "explore/search_mapping_finalists.hpp"
#include "workloads/catalogue.hpp"

#include <chrono>

namespace einsight::explore {
namespace {

struct Search {
  mappings::Found found;
  double seconds = 0;
  bool stopped = false;
};

core::Expected<Search> search(const MapRequest& request, const arch::Machine& machine,
                              const Requirements& requirements) {
  mappings::SearchOptions options;
  options.objective = request.objective;
  options.settings = request.workloadSettings;
  options.seconds = request.seconds;
  options.steps = request.steps;
  bool stopped = false;
  if (!requirements.empty()) {
    options.accepts = [&](const mappings::Evaluation& evaluation) {
      return requirements.hold(evaluation);
    };
  }
  options.progress = [&](const mappings::SearchProgress& progress) {
    stopped = stopped || (request.progress && !request.progress(kSearchShare * progress.fraction));
    return !stopped;
  };
  const auto load = [&](const core::Settings& settings) {
    return workloads::load(request.workload, settings);
  };
  const auto begin = std::chrono::steady_clock::now();
  auto found = mappings::search(load, machine, options);
  if (!found) {
    return core::failure(std::move(found.error()));
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  return Search{std::move(*found), took.count(), stopped};
}

/// What a faster unit or port would gain, if there is time to simulate that.
void addLimits(const MapRequest& request, MapAnswer& answer) {
  RunOptions options;
  options.limits = true;
  auto deadline = Deadline::of(request);
  options.progress = [&](double) {
    deadline.report();
    return !deadline.over() && (!request.progress || request.progress(1));
  };
  if (auto complete = run(answer.point, options)) {
    answer.result = std::move(*complete);
  }
}

} // namespace

std::optional<double> valueOf(mappings::Objective objective, const results::Result& result) {
  const auto cycles = result.cycles.value_or(0);
  const auto energy = result.energy.total;
  switch (objective) {
  case mappings::Objective::Latency:
    return cycles;
  case mappings::Objective::Energy:
    return energy;
  case mappings::Objective::Edp:
    return energy ? std::optional<double>(*energy * result.seconds) : std::nullopt;
  }
  return std::nullopt;
}

core::Expected<MapAnswer> searchMapping(const MapRequest& request) {
  core::Problems problems = request.mistakes;
  const auto add = [&](const core::Problems& more) {
    problems.insert(problems.end(), more.begin(), more.end());
  };
  const auto cascade = workloads::load(request.workload, request.workloadSettings);
  const auto machine = arch::load(request.machine, request.machineSettings);
  if (!cascade) {
    add(cascade.error());
  }
  if (!machine) {
    add(machine.error());
    return core::failure(std::move(problems));
  }
  const auto requirements = Requirements::check(request.requirements, *machine);
  if (!requirements) {
    add(requirements.error());
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  const auto searched = search(request, *machine, *requirements);
  const bool stopped = searched ? searched->stopped : request.progress && !request.progress(1);
  auto answer = searched ? bestFinalist(request, *machine, *requirements, searched->found, stopped)
                         : core::failure(searched.error());
  if (request.compare && !(answer && answer->stopped) && !stopped) {
    answer = withShipped(request, std::move(answer), bestShipped(request, *cascade, *requirements));
  }
  if (!answer) {
    return answer;
  }
  answer->seconds = searched ? searched->seconds : static_cast<double>(request.seconds);
  if (request.limits && !answer->stopped && answer->result.engine == "cycle") {
    addLimits(request, *answer);
  }
  return answer;
}

} // namespace einsight::explore
