#include "explore/search_mapping.hpp"

#include "arch/catalogue.hpp"
#include "explore/requirements.hpp"
#include "mappings/catalogue.hpp"
#include "workloads/catalogue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace einsight::explore {
namespace {

using mappings::Objective;
constexpr double kSearchShare = 0.9; ///< of the progress
constexpr double kNoticeable = 1e-5; ///< a smaller gain is not worth another simulation

double boundOf(Objective objective, const mappings::Evaluation& evaluation, double hertz) {
  switch (objective) {
  case Objective::Latency:
    return evaluation.cycles;
  case Objective::Energy:
    return evaluation.picojoules.value_or(0);
  case Objective::Edp:
    return evaluation.picojoules.value_or(0) * evaluation.cycles / hertz;
  }
  return 0;
}

core::Expected<Point> pointOf(const mappings::Finalist& finalist, const arch::Machine& machine,
                              const std::string& name) {
  auto mapping = finalist.mapping;
  mapping.name = name;
  return prepare(std::move(mapping), *finalist.cascade, machine, name);
}

/// Runs the finalists of a search and keeps the best.
class Final {
public:
  Final(const MapRequest& request, const arch::Machine& machine, const Requirements& requirements,
        const mappings::Found& found)
      : request_(request), machine_(machine), requirements_(requirements), found_(found) {}

  core::Expected<MapAnswer> choose(bool stopped) {
    const auto hertz = machine_.clockHertz().toDouble();
    for (const auto& finalist : found_.finalists) {
      const auto bound = boundOf(request_.objective, finalist.evaluation, hertz);
      if (best_ && (stopped_ || late() || bound >= best_->value * (1 - kNoticeable))) {
        break; // no other can be noticeably better
      }
      if (auto made = pointOf(finalist, machine_, request_.name)) {
        simulate(finalist, std::move(*made), stopped || stopped_);
      } else {
        reasons_.insert(reasons_.end(), made.error().begin(), made.error().end());
      }
    }
    if (!best_) {
      return core::failure(std::move(reasons_));
    }
    finish(stopped || stopped_, hertz);
    return std::move(*best_);
  }

private:
  void simulate(const mappings::Finalist& finalist, Point point, bool onlyBound) {
    RunOptions options;
    options.engine = onlyBound ? "analytic" : "cycle";
    options.progress = [&](double fraction) {
      const auto done = (simulated_ + fraction) / static_cast<double>(found_.finalists.size());
      stopped_ = stopped_ || (request_.progress &&
                              !request_.progress(kSearchShare + (1 - kSearchShare) * done));
      return !stopped_ && !(best_ && late());
    };
    auto result = run(point, options);
    if (!result && best_) {
      return; // it was stopped, and there is one already
    }
    if (!result && stopped_) {
      simulate(finalist, std::move(point), true);
      return;
    }
    if (!result) {
      reasons_.insert(reasons_.end(), result.error().begin(), result.error().end());
      return;
    }
    ++simulated_;
    const auto value = valueOf(request_.objective, *result);
    if (!value || (best_ && *value >= best_->value)) {
      return;
    }
    auto unmet = requirements_.unmet(*result, finalist.evaluation);
    if (!unmet.empty() && !onlyBound) {
      reasons_.insert(reasons_.end(), unmet.begin(), unmet.end());
      return;
    }
    best_.emplace(MapAnswer{std::move(point), std::move(*result)});
    best_->value = *value;
    best_->boundCycles = finalist.evaluation.cycles;
  }

  /// Has simulation taken as long as the search may?
  [[nodiscard]] bool late() const {
    return std::chrono::steady_clock::now() - begin_ > std::chrono::seconds(request_.seconds);
  }

  void finish(bool stopped, double hertz) {
    auto& answer = *best_;
    answer.stopped = stopped;
    answer.bound = boundOf(request_.objective, found_.finalists.front().evaluation, hertz);
    answer.optimal = found_.exhaustive && !stopped;
    answer.proven = answer.optimal && answer.value <= answer.bound * (1 + 1e-12);
    answer.space = found_.space;
    answer.evaluated = found_.evaluated;
    answer.excluded = found_.excluded;
    answer.simulated = static_cast<int>(simulated_);
  }

  const MapRequest& request_;
  const arch::Machine& machine_;
  const Requirements& requirements_;
  const mappings::Found& found_;
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  std::optional<MapAnswer> best_;
  core::Problems reasons_;
  double simulated_ = 0;
  bool stopped_ = false;
};

/// The best mapping of the catalogue that is legal here and meets the requirements.
std::optional<MapAnswer> bestShipped(const MapRequest& request, const einsum::Cascade& cascade,
                                     const Requirements& requirements) {
  std::optional<MapAnswer> best;
  for (const auto& name : mappings::candidates(cascade)) {
    auto point = prepare({request.workload,
                          request.machine,
                          name,
                          request.workloadSettings,
                          request.machineSettings,
                          {}});
    auto result = point ? run(*point) : core::failure({});
    const auto value = result ? valueOf(request.objective, *result) : std::nullopt;
    if (!value || (best && *value >= best->value)) {
      continue;
    }
    auto sized = mappings::SizedMapping::compile(point->mapping.mapping(), point->mapping.cascade(),
                                                 point->mapping.machine());
    if (!sized) {
      continue;
    }
    const auto& evaluation = sized->evaluate(sized->sizes());
    if (!requirements.unmet(*result, evaluation).empty()) {
      continue;
    }
    best.emplace(MapAnswer{std::move(*point), std::move(*result)});
    best->value = *value;
    best->boundCycles = evaluation.cycles;
    best->bound = boundOf(request.objective, evaluation,
                          best->point.mapping.machine().clockHertz().toDouble());
    best->simulated = 1;
    best->shipped = ShippedMapping{name, *value};
    best->fromCatalogue = true;
  }
  return best;
}

/// What the catalogue has beside what was found, and instead of it where that is better.
core::Expected<MapAnswer> withShipped(core::Expected<MapAnswer> found,
                                      std::optional<MapAnswer> shipped) {
  if (!shipped) {
    return found;
  }
  if (found && found->value <= shipped->value) {
    found->shipped = shipped->shipped;
    return found;
  }
  if (found) {
    shipped->space = found->space;
    shipped->evaluated = found->evaluated;
    shipped->excluded = found->excluded;
    shipped->simulated += found->simulated;
    shipped->bound = std::min(shipped->bound, found->bound);
  }
  return std::move(*shipped);
}

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

} // namespace

std::optional<double> valueOf(Objective objective, const results::Result& result) {
  const auto cycles = result.cycles.value_or(0);
  const auto energy = result.energy.total;
  switch (objective) {
  case Objective::Latency:
    return cycles;
  case Objective::Energy:
    return energy;
  case Objective::Edp:
    return energy ? std::optional<double>(*energy * result.seconds) : std::nullopt;
  }
  return std::nullopt;
}

core::Expected<MapAnswer> searchMapping(const MapRequest& request) {
  core::Problems problems;
  const auto cascade = workloads::load(request.workload, request.workloadSettings);
  const auto machine = arch::load(request.machine, request.machineSettings);
  if (!cascade) {
    problems = cascade.error();
  }
  if (!machine) {
    problems.insert(problems.end(), machine.error().begin(), machine.error().end());
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  const auto requirements = Requirements::check(request.requirements, *machine);
  if (!requirements) {
    return core::failure(requirements.error());
  }
  const auto searched = search(request, *machine, *requirements);
  const bool stopped = searched ? searched->stopped : request.progress && !request.progress(1);
  auto answer = searched ? Final(request, *machine, *requirements, searched->found).choose(stopped)
                         : core::failure(searched.error());
  if (request.compare && !(answer && answer->stopped) && !stopped) {
    answer = withShipped(std::move(answer), bestShipped(request, *cascade, *requirements));
  }
  if (!answer) {
    return answer;
  }
  answer->seconds = searched ? searched->seconds : static_cast<double>(request.seconds);
  if (request.limits && !answer->stopped) {
    RunOptions options;
    options.limits = true;
    if (auto complete = run(answer->point, options)) {
      answer->result = std::move(*complete);
    }
  }
  return answer;
}

} // namespace einsight::explore
