#include "mappings/mapper/answers.hpp"
#include "mappings/mapper/parameters.hpp"
#include "mappings/mapper/search.hpp"

#include <algorithm>

namespace einsight::mappings {
namespace {

using mapper::Answer;
using mapper::CascadeSearch;
using Round = CascadeSearch::Round;

constexpr double kExact = 1e-6; ///< sums of sections may differ so much from the whole mapping

class Wide {
public:
  Wide(const arch::Machine& machine, const SearchOptions& options, const Widening& widening)
      : machine_(machine), options_(options), widening_(widening), below_(widening.below),
        watch_(options, counts_) {
    options_.steps.reset();
  }

  core::Problems add(const LoadCascade& load, const core::Settings& parameters) {
    auto settings = options_.settings;
    settings.insert(parameters.begin(), parameters.end());
    auto cascade = load(settings);
    if (!cascade) {
      return cascade.error();
    }
    searches_.push_back(std::make_unique<CascadeSearch>(
        std::make_shared<const einsum::Cascade>(std::move(*cascade)), machine_, parameters,
        options_, counts_, watch_));
    return searches_.back()->problems();
  }

  bool run() {
    bool all = true;
    std::vector<Round> rounds{Round::Bound};
    if (!widening_.every) {
      rounds.insert(rounds.begin(), Round::Smooth);
      if (searches_.front()->masked()) {
        rounds.push_back(Round::Unmasked);
      }
    }
    const auto share = watch_.all() / (2 * static_cast<double>(rounds.size() * searches_.size()));
    for (const auto round : rounds) {
      show(gather(round, share, all), round, all);
    }
    return all && below_ > 0;
  }

private:
  struct Gathered {
    const CascadeSearch* search = nullptr;
    Answer answer;
    double value = 0;
  };

  std::vector<Gathered> gather(Round round, double share, bool& all) {
    std::vector<Gathered> list;
    for (const auto& search : searches_) {
      if (below_ <= 0) {
        break;
      }
      const mapper::Gathering gathering{below_, widening_.count, widening_.every};
      for (auto& answer : search->gather(round, gathering, share, all)) {
        const auto value = mapper::valueOf(options_.objective, answer.cycles, answer.picojoules);
        list.push_back({search.get(), std::move(answer), value});
      }
    }
    if (searches_.size() > 1) { // each of them is in order already
      std::stable_sort(list.begin(), list.end(), [](const Gathered& a, const Gathered& b) {
        return static_cast<float>(a.value) < static_cast<float>(b.value);
      });
    }
    return list;
  }

  void show(const std::vector<Gathered>& list, Round round, bool& all) {
    for (const auto& each : list) {
      if (below_ <= 0) {
        return;
      }
      if (round == Round::Bound && each.value >= below_) {
        continue;
      }
      for (const auto& finalist : each.search->expand(each.answer, !widening_.every)) {
        const auto& costs = finalist.evaluation;
        const auto bound =
            mapper::valueOf(options_.objective, costs.cycles, costs.picojoules.value_or(0));
        all = all &&
              (round != Round::Bound || !widening_.every || each.value <= bound * (1 + kExact));
        if (below_ > 0 && bound < below_) {
          below_ = widening_.look(finalist);
        }
      }
    }
  }

  const arch::Machine& machine_;
  SearchOptions options_;
  const Widening& widening_;
  double below_;
  mapper::Counts counts_;
  mapper::Watch watch_;
  std::vector<std::unique_ptr<CascadeSearch>> searches_;
};

} // namespace

core::Expected<bool> widen(const LoadCascade& load, const arch::Machine& machine,
                           const SearchOptions& options, const Widening& widening) {
  const auto first = load(options.settings);
  if (!first) {
    return core::failure(first.error());
  }
  if (auto problems = unsearchable(*first, machine, options.objective); !problems.empty()) {
    return core::failure(std::move(problems));
  }
  Wide wide(machine, options, widening);
  for (const auto& chosen : mapper::parameterChoices(*first, machine, options.settings)) {
    if (auto problems = wide.add(load, chosen); !problems.empty()) {
      return core::failure(std::move(problems));
    }
  }
  return wide.run();
}

} // namespace einsight::mappings
