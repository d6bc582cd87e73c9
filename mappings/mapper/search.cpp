#include "mappings/mapper/search.hpp"

#include "mappings/mapper/answers.hpp"
#include "mappings/mapper/parameters.hpp"
#include "mappings/write.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace einsight::mappings {
namespace {

using mapper::CascadeSearch;

/// The best first, each once, at most as many as were asked for.
std::vector<Finalist> ranked(std::vector<Finalist> list, const SearchOptions& options) {
  std::vector<std::pair<std::string, Finalist>> named;
  std::set<std::string> known;
  for (auto& each : list) {
    auto text = write(each.mapping);
    if (known.insert(text).second) {
      named.emplace_back(std::move(text), std::move(each));
    }
  }
  const auto energy = [](const Finalist& each) { return each.evaluation.picojoules.value_or(0); };
  std::stable_sort(named.begin(), named.end(), [&](const auto& a, const auto& b) {
    const auto& x = a.second;
    const auto& y = b.second;
    if (mapper::worse(options.objective, y.evaluation.cycles, energy(y), x.evaluation.cycles,
                      energy(x))) {
      return true;
    }
    if (mapper::worse(options.objective, x.evaluation.cycles, energy(x), y.evaluation.cycles,
                      energy(y))) {
      return false;
    }
    return a.first.size() != b.first.size() ? a.first.size() < b.first.size() : a.first < b.first;
  });
  std::vector<Finalist> best;
  for (auto& [text, each] : named) {
    if (best.size() < options.finalists) {
      best.push_back(std::move(each));
    }
  }
  return best;
}

/// " (SRAM ...)": why tables do not reach memories of the machine, each reason once.
std::string tableReasons(const arch::Machine& machine) {
  std::set<std::string> reasons;
  for (const auto& memory : machine.memories()) {
    for (const auto& action : memory.actions) {
      if (!action.picojoules && !action.reason.empty()) {
        reasons.insert(action.reason);
      }
    }
  }
  return reasons.empty() ? "" : fmt::format(" ({})", fmt::join(reasons, "; "));
}

core::Problems noneFound(const einsum::Cascade& cascade, const arch::Machine& machine,
                         const SearchOptions& options) {
  return {{{cascade.file(), 1, 1, cascade.name()},
           fmt::format("no mapping of the space was found that is legal on '{}'{}", machine.name(),
                       options.accepts ? " and meets the requirements" : ""),
           options.accepts ? "loosen a requirement, or give the search more time"
                           : "give the search more time, or write one: docs/mappings.md"}};
}

} // namespace

core::Problems unsearchable(const einsum::Cascade& cascade, const arch::Machine& machine,
                            Objective objective) {
  if (machine.memories().size() > mapper::kMemories || cascade.sizes().size() > 64) {
    return {{{machine.file(), 1, 1, machine.name()},
             "the mapper knows machines of at most 8 memories and workloads of at most 64 rank "
             "variables",
             "write the mapping: docs/mappings.md"}};
  }
  const mapper::Facts facts(cascade, machine);
  if (objective == Objective::Latency || facts.uncovered.empty()) {
    return {};
  }
  return {
      {{machine.file(), 1, 1, machine.name()},
       fmt::format("the energy of '{}' on '{}' is unknown: no table covers {}{}", cascade.name(),
                   machine.name(), fmt::join(facts.uncovered, ", "), tableReasons(machine)),
       "search for latency, or give the machine sizes that its tables cover: docs/energy.md"}};
}

core::Expected<Found> search(const LoadCascade& load, const arch::Machine& machine,
                             const SearchOptions& options) {
  const auto first = load(options.settings);
  if (!first) {
    return core::failure(first.error());
  }
  if (auto problems = unsearchable(*first, machine, options.objective); !problems.empty()) {
    return core::failure(std::move(problems));
  }
  mapper::Counts counts;
  mapper::Watch watch(options, counts);
  double best = 1e300;
  double smoothest = 1e300;
  std::vector<Finalist> all;
  const auto choices = mapper::parameterChoices(*first, machine, options.settings);
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const auto& chosen = choices[i];
    auto settings = options.settings;
    settings.insert(chosen.begin(), chosen.end());
    auto cascade = load(settings);
    if (!cascade) {
      return core::failure(cascade.error());
    }
    CascadeSearch each(std::make_shared<const einsum::Cascade>(std::move(*cascade)), machine,
                       chosen, options, counts, watch);
    if (auto problems = each.problems(); !problems.empty()) {
      return core::failure(std::move(problems));
    }
    each.run(best, smoothest, watch.left() / static_cast<double>(choices.size() - i));
    auto found = each.finalists();
    std::move(found.begin(), found.end(), std::back_inserter(all));
    if (watch.stopped()) {
      counts.complete = false;
      break;
    }
  }
  if (all.empty()) {
    return core::failure(noneFound(*first, machine, options));
  }
  Found found;
  found.finalists = ranked(std::move(all), options);
  found.exhaustive = counts.complete;
  found.cut = watch.cut() || watch.stopped();
  found.met = counts.met;
  found.evaluated = counts.evaluated;
  found.excluded = counts.excluded;
  found.unseen = counts.unseen;
  found.groups = counts.groups;
  return found;
}

} // namespace einsight::mappings
