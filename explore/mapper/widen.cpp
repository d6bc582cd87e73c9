#include "explore/mapper/widen.hpp"

#include "mappings/write.hpp"
#include "workloads/catalogue.hpp"

#include <algorithm>
#include <set>

namespace einsight::explore {
namespace {

using Clock = std::chrono::steady_clock;
constexpr double kGap = 0.01;  ///< a smaller one, or a smaller gain, is not worth the time
constexpr double kShare = 0.1; ///< of the time, without such a gain
constexpr std::size_t kFirstStructures = 64, kMostStructures = 16384;
constexpr std::size_t kMore = 4; ///< times as many in the next round
constexpr std::size_t kMostMappings = 30'000;
constexpr int kDull = 2; ///< rounds without a gain
constexpr double kRounding = 1 + 1e-12;

class Wider {
public:
  Wider(const Searched& searched, core::Expected<MapAnswer> answer, double known)
      : searched_(searched), request_(searched.request), answer_(std::move(answer)), known_(known),
        hertz_(searched.machine.clockHertz().toDouble()),
        bound_(boundOf(request_.objective, searched.found.finalists.front().evaluation, hertz_)) {}

  core::Expected<MapAnswer> run() {
    if (!worthIt()) {
      return std::move(answer_);
    }
    int dull = 0;
    for (auto count = kFirstStructures; count <= kMostStructures && dull < kDull && !over();
         count *= kMore) {
      const auto before = best();
      const auto all = widen(count, false, patience() / 4);
      dull = best() < before * (1 - kGap) ? 0 : dull + 1;
      if (all) {
        break;
      }
    }
    bool every = false;
    if (searched_.requirements.empty() && !over()) {
      const auto left = patience();
      const auto each = simulations_ > 0 ? simulating_ / simulations_ : 1;
      const auto most = std::clamp(left / (2 * each), 1.0, static_cast<double>(kMostMappings));
      every = widen(static_cast<std::size_t>(most), true, left);
    }
    return finish(every);
  }

private:
  [[nodiscard]] bool worthIt() const {
    const bool simulated = answer_ ? answer_->result.engine == "cycle" && !answer_->stopped
                                   : !searched_.requirements.empty();
    return simulated && !request_.steps && request_.objective != mappings::Objective::Energy &&
           best() > bound_ * (1 + kGap) && patience() > 0;
  }

  [[nodiscard]] double best() const {
    return std::min(answer_ ? answer_->value : kNothingYet, known_);
  }

  /// What a mapping must be below to count, as the mapper says it.
  [[nodiscard]] double below() const {
    const auto unit = request_.objective == mappings::Objective::Edp ? hertz_ : 1;
    return best() >= kNothingYet ? kNothingYet : best() * (1 - kNoticeable) * unit;
  }

  [[nodiscard]] double spent() const {
    return std::chrono::duration<double>(Clock::now() - begin_).count();
  }
  /// Seconds that are left if nothing is gained.
  [[nodiscard]] double patience() const {
    const auto all = static_cast<double>(request_.seconds);
    return std::min(gained_ + kShare * all, std::max(kShare * all, all - searched_.seconds)) -
           spent();
  }
  [[nodiscard]] bool over() const { return stopped_ || patience() <= 0; }

  /// Was everything that may be better simulated?
  bool widen(std::size_t count, bool every, double seconds) {
    auto options = searchOptions(request_);
    options.seconds = std::max<std::int64_t>(1, static_cast<std::int64_t>(seconds));
    options.progress = [&](const mappings::SearchProgress&) { return goesOn(); };
    if (!searched_.requirements.empty()) {
      options.accepts = [&](const mappings::Evaluation& evaluation) {
        return searched_.requirements.hold(evaluation);
      };
    }
    const mappings::Widening widening{below(), count, every,
                                      [&](const mappings::Finalist& finalist) {
                                        look(finalist);
                                        return over() ? 0 : below();
                                      }};
    const auto all = mappings::widen(loaderOf(request_), searched_.machine, options, widening);
    return all && *all && !over();
  }

  bool goesOn() {
    stopped_ = stopped_ || (request_.progress && !request_.progress(kSearchShare));
    return !over();
  }

  void look(const mappings::Finalist& finalist) {
    bound_ = std::min(bound_, boundOf(request_.objective, finalist.evaluation, hertz_));
    if (!known(finalist)) {
      simulate(finalist);
    }
  }

  bool known(const mappings::Finalist& finalist) {
    return !texts_.insert(mappings::write(finalist.mapping)).second;
  }

  void simulate(const mappings::Finalist& finalist) {
    const auto begin = spent();
    auto point = pointOf(finalist, searched_.machine, request_.name);
    if (!point) {
      return;
    }
    RunOptions options;
    options.progress = [&](double) { return goesOn(); };
    auto result = explore::run(*point, options);
    const auto value = result ? valueOf(request_.objective, *result) : std::nullopt;
    simulating_ += spent() - begin;
    if (!value) {
      return;
    }
    ++simulations_;
    if (!searched_.requirements.hold(*result, finalist.evaluation)) {
      searched_.shortfall.add(finalist.evaluation, &*result);
    } else if (*value < best() * (1 - kNoticeable)) {
      MapAnswer better{std::move(*point), std::move(*result)};
      better.value = *value;
      better.boundCycles = finalist.evaluation.cycles;
      better.simulated = answer_ ? answer_->simulated : 0;
      gained_ = *value < best() * (1 - kGap) ? spent() : gained_;
      answer_ = std::move(better);
    }
  }

  core::Expected<MapAnswer> finish(bool every) {
    if (!answer_) {
      return core::failure(searched_.shortfall.problems());
    }
    auto& answer = *answer_;
    const auto& found = searched_.found;
    answer.stopped = stopped_;
    answer.bound = bound_;
    answer.allSimulated = every && answer.value <= known_;
    answer.optimal = !stopped_ && (found.exhaustive || every);
    answer.proven = answer.allSimulated || (answer.optimal && answer.value <= bound_ * kRounding);
    addCounts(found, answer);
    answer.simulated += static_cast<int>(simulations_);
    return std::move(answer_);
  }

  const Searched& searched_;
  const MapRequest& request_;
  core::Expected<MapAnswer> answer_;
  double known_, hertz_, bound_;
  std::set<std::string> texts_; ///< of mappings that were simulated
  Clock::time_point begin_ = Clock::now();
  double gained_ = 0; ///< when the last gain came
  double simulating_ = 0, simulations_ = 0;
  bool stopped_ = false;
};

} // namespace

mappings::SearchOptions searchOptions(const MapRequest& request) {
  mappings::SearchOptions options;
  options.objective = request.objective;
  options.settings = request.workloadSettings;
  return options;
}

mappings::LoadCascade loaderOf(const MapRequest& request) {
  return
      [&](const core::Settings& settings) { return workloads::load(request.workload, settings); };
}

core::Expected<MapAnswer> widened(const Searched& searched, core::Expected<MapAnswer> answer,
                                  double known) {
  return Wider(searched, std::move(answer), known).run();
}

} // namespace einsight::explore
