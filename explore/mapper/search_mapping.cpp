#include "explore/mapper/search_mapping.hpp"

#include "arch/catalogue.hpp"
#include "explore/mapper/finalists.hpp"
#include "explore/mapper/widen.hpp"
#include "mappings/write.hpp"
#include "workloads/catalogue.hpp"

#include <algorithm>
#include <chrono>
#include <set>

namespace einsight::explore {
namespace {

using Clock = std::chrono::steady_clock;

/// The search on the bound, short and, where that does not reach the end, long.
class Search {
public:
  Search(const MapRequest& request, const arch::Machine& machine, const Requirements& requirements)
      : request_(request), machine_(machine), requirements_(requirements),
        shortfall_(requirements) {}

  core::Expected<mappings::Found> run() {
    if (request_.steps) {
      return search(request_.steps, 0);
    }
    auto first = search(kShortSearch, request_.seconds);
    const auto left = static_cast<std::int64_t>(static_cast<double>(request_.seconds) - seconds());
    if (stopped_ || left < 1 || (first && !first->cut)) {
      return first;
    }
    auto second = search(std::nullopt, left);
    if (first && second) {
      join(*second, std::move(first->finalists));
    }
    return second ? second : first;
  }

  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(Clock::now() - begin_).count();
  }
  [[nodiscard]] bool stopped() const { return stopped_; }
  /// What mappings came to that do not meet the requirements.
  [[nodiscard]] const Shortfall& shortfall() const { return shortfall_; }

private:
  core::Expected<mappings::Found> search(std::optional<std::int64_t> steps, std::int64_t seconds) {
    auto options = searchOptions(request_);
    options.seconds = seconds;
    options.steps = steps;
    if (!requirements_.empty()) {
      options.accepts = [&](const mappings::Evaluation& evaluation) {
        const bool holds = requirements_.hold(evaluation);
        if (!holds) {
          shortfall_.add(evaluation);
        }
        return holds;
      };
    }
    options.progress = [&](const mappings::SearchProgress& progress) {
      const auto part = request_.steps ? progress.fraction
                                       : this->seconds() / static_cast<double>(request_.seconds);
      stopped_ =
          stopped_ || (request_.progress && !request_.progress(kSearchShare * std::min(1.0, part)));
      return !stopped_ && (request_.steps || part < 1);
    };
    return mappings::search(loaderOf(request_), machine_, options);
  }

  /// Adds finalists, each once, and ranks all by their bound.
  void join(mappings::Found& found, std::vector<mappings::Finalist> more) const {
    std::set<std::string> known;
    for (const auto& each : found.finalists) {
      known.insert(mappings::write(each.mapping));
    }
    for (auto& each : more) {
      if (known.insert(mappings::write(each.mapping)).second) {
        found.finalists.push_back(std::move(each));
      }
    }
    const auto bound = [&](const mappings::Finalist& each) {
      return boundOf(request_.objective, each.evaluation, machine_.clockHertz().toDouble());
    };
    std::stable_sort(found.finalists.begin(), found.finalists.end(),
                     [&](const auto& a, const auto& b) { return bound(a) < bound(b); });
  }

  const MapRequest& request_;
  const arch::Machine& machine_;
  const Requirements& requirements_;
  Shortfall shortfall_;
  Clock::time_point begin_ = Clock::now();
  bool stopped_ = false;
};

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

namespace {

/// The search, the simulations and the catalogue, for inputs that are right.
core::Expected<MapAnswer> answerOf(const MapRequest& request, const einsum::Cascade& cascade,
                                   const arch::Machine& machine, const Requirements& requirements) {
  Search search(request, machine, requirements);
  auto found = search.run();
  const auto seconds = search.seconds();
  const bool stopped = search.stopped();
  if (!found && !stopped) {
    const auto unmet = search.shortfall().problems();
    found.error().insert(found.error().end(), unmet.begin(), unmet.end());
  }
  Shortfall shortfall(requirements);
  auto answer = found ? bestFinalist(request, machine, requirements, *found, stopped, shortfall)
                      : core::failure(found.error());
  const bool compare = request.compare && !stopped && !(answer && answer->stopped);
  auto shipped = compare ? bestShipped(request, cascade, requirements) : std::nullopt;
  if (found && !stopped) {
    answer = widened({request, machine, requirements, *found, shortfall, seconds},
                     std::move(answer), shipped ? shipped->value : kNothingYet);
  }
  answer = withShipped(request, std::move(answer), std::move(shipped));
  if (answer) {
    answer->seconds = search.seconds();
    answer->failure = found ? "" : found.error().front().what;
  }
  return answer;
}

} // namespace

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
  if (cascade) {
    add(mappings::unsearchable(*cascade, *machine, request.objective));
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  auto answer = answerOf(request, *cascade, *machine, *requirements);
  if (!answer) {
    return answer;
  }
  if (request.limits && !answer->stopped && answer->result.engine == "cycle") {
    addLimits(request, *answer);
  }
  return answer;
}

} // namespace einsight::explore
