#include "explore/mapper/finalists.hpp"

#include "mappings/catalogue.hpp"

#include <algorithm>

namespace einsight::explore {
namespace {

using mappings::Objective;
constexpr double kRounding = 1 + 1e-12;
constexpr double kClearly = 0.5; ///< a bound below this part of a simulated value is worth the risk
constexpr double kFirstShare = 0.5; ///< of the time that is left, for each until one is done

/// Runs the finalists of a search and keeps the best.
class Final {
public:
  Final(const MapRequest& request, const arch::Machine& machine, const Requirements& requirements,
        const mappings::Found& found, Shortfall& shortfall)
      : request_(request), machine_(machine), requirements_(requirements), found_(found),
        shortfall_(shortfall), deadline_(Deadline::of(request)) {}

  core::Expected<MapAnswer> choose(bool stopped) {
    stopped_ = stopped;
    const auto hertz = machine_.clockHertz().toDouble();
    for (const auto& finalist : found_.finalists) {
      const auto bound = boundOf(request_.objective, finalist.evaluation, hertz);
      if (stopped_ || deadline_.over()) {
        unfinished_.push_back(&finalist);
      } else if (!best_ || maybeBetter(bound)) {
        run(finalist, "cycle");
      }
    }
    for (std::size_t f = 0; !best_ && f < unfinished_.size(); ++f) {
      run(*unfinished_[f], "analytic");
    }
    if (!best_) {
      const auto unmet = shortfall_.problems();
      reasons_.insert(reasons_.end(), unmet.begin(), unmet.end());
      return core::failure(std::move(reasons_));
    }
    finish(hertz);
    return std::move(*best_);
  }

private:
  /// Can one with this bound be noticeably better, or as good and faster?
  [[nodiscard]] bool maybeBetter(double bound) const {
    return bound < best_->value * (1 - kNoticeable) ||
           (request_.objective == Objective::Energy && bound <= best_->value * kRounding);
  }

  void run(const mappings::Finalist& finalist, const std::string& engine) {
    auto point = pointOf(finalist, machine_, request_.name);
    if (!point) {
      reasons_.insert(reasons_.end(), point.error().begin(), point.error().end());
      return;
    }
    RunOptions options;
    options.engine = engine;
    auto own = deadline_.part(best_ ? 1 : kFirstShare);
    bool tooLong = false;
    options.progress = [&](double fraction) {
      own.report();
      deadline_.report();
      const auto done = (simulated_ + fraction) / static_cast<double>(found_.finalists.size());
      stopped_ =
          stopped_ || (request_.progress &&
                       !request_.progress(kSearchShare + (1 - kSearchShare) * std::min(1.0, done)));
      tooLong = tooLong || own.over();
      return !stopped_ && !tooLong;
    };
    auto result = explore::run(*point, options);
    if (!result && (stopped_ || tooLong)) {
      unfinished_.push_back(&finalist);
      return;
    }
    if (!result) {
      reasons_.insert(reasons_.end(), result.error().begin(), result.error().end());
      return;
    }
    simulated_ += engine == "cycle" ? 1 : 0;
    keep(finalist, std::move(*point), std::move(*result));
  }

  void keep(const mappings::Finalist& finalist, Point point, results::Result result) {
    const auto value = valueOf(request_.objective, result);
    if (!value || (best_ && !better(*value, result))) {
      return;
    }
    const bool simulated = result.engine == "cycle";
    if (simulated && !requirements_.hold(result, finalist.evaluation)) {
      shortfall_.add(finalist.evaluation, &result);
      return;
    }
    best_.emplace(MapAnswer{std::move(point), std::move(result)});
    best_->value = *value;
    best_->boundCycles = finalist.evaluation.cycles;
  }

  /// Is it below the best so far, or equal and below in what the objective leaves out?
  [[nodiscard]] bool better(double value, const results::Result& result) const {
    if (value * kRounding < best_->value || best_->value * kRounding < value) {
      return value < best_->value;
    }
    const auto rest =
        request_.objective == Objective::Latency ? Objective::Energy : Objective::Latency;
    return valueOf(rest, result).value_or(0) < valueOf(rest, best_->result).value_or(0);
  }

  void finish(double hertz) {
    auto& answer = *best_;
    answer.stopped = stopped_;
    answer.bound = boundOf(request_.objective, found_.finalists.front().evaluation, hertz);
    answer.optimal = found_.exhaustive && !stopped_;
    answer.proven = answer.optimal && answer.result.engine == "cycle" &&
                    answer.value <= answer.bound * (1 + 1e-12);
    addCounts(found_, answer);
    answer.simulated = static_cast<int>(simulated_);
  }

  const MapRequest& request_;
  const arch::Machine& machine_;
  const Requirements& requirements_;
  const mappings::Found& found_;
  Shortfall& shortfall_;
  Deadline deadline_;
  std::optional<MapAnswer> best_;
  core::Problems reasons_;
  double simulated_ = 0;
  bool stopped_ = false;
  std::vector<const mappings::Finalist*> unfinished_; ///< there was no time to simulate them
};

bool isSimulated(const MapAnswer& answer) {
  return answer.result.engine == "cycle";
}

/// One mapping of the catalogue, simulated until the deadline; then on the bound.
std::optional<MapAnswer> shippedAnswer(const MapRequest& request, const std::string& name,
                                       const Requirements& requirements, Deadline& deadline) {
  auto point = prepare({request.workload,
                        request.machine,
                        name,
                        request.workloadSettings,
                        request.machineSettings,
                        {}});
  if (!point) {
    return std::nullopt;
  }
  RunOptions options;
  bool tooLong = deadline.over();
  options.progress = [&](double) {
    deadline.report();
    tooLong = tooLong || deadline.over() || (request.progress && !request.progress(1));
    return !tooLong;
  };
  auto result = tooLong ? core::failure({}) : run(*point, options);
  if (!result && tooLong) {
    options.engine = "analytic";
    result = run(*point, options);
  }
  if (!result) {
    return std::nullopt;
  }
  const auto value = valueOf(request.objective, *result);
  auto sized = mappings::SizedMapping::compile(point->mapping.mapping(), point->mapping.cascade(),
                                               point->mapping.machine());
  if (!value || !sized) {
    return std::nullopt;
  }
  const auto& evaluation = sized->evaluate(sized->sizes());
  if (!requirements.hold(*result, evaluation)) {
    return std::nullopt;
  }
  MapAnswer answer{std::move(*point), std::move(*result)};
  answer.value = *value;
  answer.boundCycles = evaluation.cycles;
  answer.bound = boundOf(request.objective, evaluation,
                         answer.point.mapping.machine().clockHertz().toDouble());
  answer.simulated = isSimulated(answer) ? 1 : 0;
  answer.shipped = ShippedMapping{name, *value, isSimulated(answer)};
  answer.fromCatalogue = true;
  return answer;
}

} // namespace

void addCounts(const mappings::Found& found, MapAnswer& answer) {
  answer.cut = found.cut || found.unseen > 0;
  answer.met = found.met;
  answer.evaluated = found.evaluated;
  answer.excluded = found.excluded;
  answer.unseen = found.unseen;
  answer.groups = found.groups;
}

core::Expected<Point> pointOf(const mappings::Finalist& finalist, const arch::Machine& machine,
                              const std::string& name) {
  auto mapping = finalist.mapping;
  mapping.name = name;
  return prepare(std::move(mapping), *finalist.cascade, machine, name);
}

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

core::Expected<MapAnswer> bestFinalist(const MapRequest& request, const arch::Machine& machine,
                                       const Requirements& requirements,
                                       const mappings::Found& found, bool stopped,
                                       Shortfall& shortfall) {
  return Final(request, machine, requirements, found, shortfall).choose(stopped);
}

std::optional<MapAnswer> bestShipped(const MapRequest& request, const einsum::Cascade& cascade,
                                     const Requirements& requirements) {
  std::optional<MapAnswer> best;
  auto deadline = Deadline::of(request);
  const auto look = [&](const std::vector<std::string>& names) {
    for (const auto& name : names) {
      auto answer = shippedAnswer(request, name, requirements, deadline);
      const bool better =
          answer && (!best || answer->simulated > best->simulated ||
                     (answer->simulated == best->simulated && answer->value < best->value));
      if (better) {
        best = std::move(answer);
      }
    }
  };
  look(mappings::candidates(cascade));
  if (!best) {
    look(mappings::generalMappings());
  }
  return best;
}

core::Expected<MapAnswer> withShipped(const MapRequest& request, core::Expected<MapAnswer> found,
                                      std::optional<MapAnswer> shipped) {
  if (!shipped) {
    return found;
  }
  const bool alike = request.objective == Objective::Energy ||
                     (found && isSimulated(*found) == isSimulated(*shipped));
  const bool better =
      found && (alike ? found->value <= shipped->value * kRounding
                      : isSimulated(*found) || found->value < shipped->value * kClearly);
  if (better) {
    found->shipped = shipped->shipped;
    return found;
  }
  if (found) {
    shipped->cut = found->cut;
    shipped->met = found->met;
    shipped->evaluated = found->evaluated;
    shipped->excluded = found->excluded;
    shipped->unseen = found->unseen;
    shipped->groups = found->groups;
    shipped->simulated += found->simulated;
    shipped->bound = std::min(shipped->bound, found->bound);
  } else {
    shipped->cut = true;
  }
  return std::move(*shipped);
}

} // namespace einsight::explore
