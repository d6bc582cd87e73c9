#include "mappings/mapper/answers.hpp"

#include "mappings/mapper/compose.hpp"
#include "mappings/mapper/shapes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace einsight::mappings::mapper {
namespace {

constexpr double kSlack = 1.03;         ///< unfused answers this close are simulated too
constexpr std::size_t kFewEinsums = 14; ///< one section for all of so many is looked at first
constexpr double kLonger = 0.97;        ///< what each Einsum more must gain to come first

} // namespace

std::vector<int> members(std::size_t first, std::size_t last) {
  std::vector<int> list(last - first + 1);
  std::iota(list.begin(), list.end(), static_cast<int>(first));
  return list;
}

CascadeSearch::CascadeSearch(std::shared_ptr<const einsum::Cascade> cascade,
                             const arch::Machine& machine, core::Settings parameters,
                             const SearchOptions& options, Counts& counts, Watch& watch)
    : cascade_(std::move(cascade)), facts_(*cascade_, machine), unmasked_(facts_.unmasked()),
      parameters_(std::move(parameters)), options_(options), total_(counts), watch_(watch) {
  for (std::size_t first = 0; first < facts_.einsums.size(); ++first) {
    for (std::size_t last = first; last < facts_.einsums.size(); ++last) {
      const auto einsums = members(first, last);
      intervals_.push_back({first, last, leastOf(facts_, einsums),
                            Shapes(facts_, einsums, false, false).legal(), false, nullptr});
    }
  }
  markEssential();
  total_.complete = total_.complete && facts_.exact;
}

core::Problems CascadeSearch::problems() const {
  core::Problems list;
  for (const auto& einsum : facts_.einsums) {
    if (std::none_of(einsum.work.begin(), einsum.work.end(),
                     [](const WorkFact& work) { return work.able; })) {
      list.push_back({einsum.einsum->where,
                      fmt::format("no unit of '{}' can do all operators of Einsum '{}'",
                                  facts_.machine.name(), einsum.einsum->name),
                      "einsight show " + facts_.machine.name() + " lists what its units can do"});
    }
  }
  return list;
}

CascadeSearch::Interval& CascadeSearch::interval(std::size_t first, std::size_t last) {
  return *std::find_if(intervals_.begin(), intervals_.end(), [&](const Interval& each) {
    return each.first == first && each.last == last;
  });
}

/// Every answer has, for each essential interval, a section that is it or contains it.
void CascadeSearch::markEssential() {
  const auto count = facts_.einsums.size();
  std::vector<std::vector<bool>> covered(count, std::vector<bool>(count + 1)); // [first][end)
  for (std::size_t first = count; first-- > 0;) {
    for (std::size_t last = first; last < count; ++last) {
      bool parts = false;
      for (std::size_t cut = first; !parts && cut < last; ++cut) {
        parts = interval(first, cut).legal && covered[cut + 1][last + 1];
      }
      auto& whole = interval(first, last);
      whole.essential = whole.legal && !parts;
      covered[first][last + 1] = whole.legal || parts;
    }
  }
}

/// The least that everything before an Einsum costs, in any sections.
Least CascadeSearch::before(std::size_t first) const {
  std::vector<Least> least(first + 1);
  for (std::size_t end = 1; end <= first; ++end) {
    least[end] = {1e300, 1e300};
    for (const auto& each : intervals_) {
      if (each.legal && each.last + 1 == end) {
        least[end].cycles =
            std::min(least[end].cycles, least[each.first].cycles + each.least.cycles);
        least[end].picojoules =
            std::min(least[end].picojoules, least[each.first].picojoules + each.least.picojoules);
      }
    }
  }
  return least[first];
}

Least CascadeSearch::after(std::size_t last) const {
  const auto count = facts_.einsums.size();
  std::vector<Least> least(count + 1);
  for (std::size_t begin = count; begin-- > last + 1;) {
    least[begin] = {1e300, 1e300};
    for (const auto& each : intervals_) {
      if (each.legal && each.first == begin) {
        const auto& rest = least[each.last + 1];
        least[begin].cycles = std::min(least[begin].cycles, each.least.cycles + rest.cycles);
        least[begin].picojoules =
            std::min(least[begin].picojoules, each.least.picojoules + rest.picojoules);
      }
    }
  }
  return last + 1 < count ? least[last + 1] : Least{};
}

void CascadeSearch::run(double& best, double& smoothest, double amount) {
  const bool both = options_.objective != Objective::Energy;
  watch_.limit(both ? amount / 2 : amount);
  pass(Round::Bound, best);
  total_.met += counts_.met; // the other rounds look at the same mappings again
  total_.evaluated += counts_.evaluated;
  total_.excluded += counts_.excluded;
  total_.unseen += counts_.unseen;
  total_.groups += counts_.groups;
  total_.complete = total_.complete && counts_.complete;
  if (both) {
    watch_.limit(facts_.masked ? amount / 4 : amount / 2);
    pass(Round::Smooth, smoothest);
    if (double least = 1e300; facts_.masked) {
      watch_.limit(amount / 4);
      pass(Round::Unmasked, least);
    }
  }
  total_.complete = total_.complete && facts_.masks->exact();
}

void CascadeSearch::pass(Round round, double& best) {
  round_ = round;
  counts_ = {};
  for (auto& each : intervals_) {
    each.front = std::make_unique<Front>(options_.objective);
  }
  const auto count = facts_.einsums.size();
  if (count <= kFewEinsums) {
    searchWhole(best);
  }
  if (count > 1) {
    searchEssential(best);
  }
  for (auto* each : byGain()) {
    if (watch_.over()) {
      counts_.complete = false;
      break;
    }
    watch_.allow(watch_.left() / 8);
    const auto before = each->front->solutions().size();
    searchInterval(*each, 1, best);
    if (each->front->solutions().size() != before) {
      improve(best);
    }
  }
  if (count > kFewEinsums && !watch_.over()) {
    searchWhole(best);
  }
}

/// What an answer cannot do without, so that there is one early.
void CascadeSearch::searchEssential(double& best) {
  const auto count = static_cast<double>(facts_.einsums.size());
  for (auto& each : intervals_) {
    if (each.essential) {
      const auto einsums = static_cast<double>(each.last - each.first + 1);
      watch_.allow(watch_.all() * einsums / (4 * count));
      searchInterval(each, kSlack, best);
    }
  }
  improve(best);
}

/// Sections of several Einsums, first those that may save most over one section for each.
std::vector<CascadeSearch::Interval*> CascadeSearch::byGain() {
  std::vector<std::pair<double, Interval*>> list;
  for (auto& each : intervals_) {
    if (!each.legal || each.essential || each.last - each.first + 1 == facts_.einsums.size()) {
      continue;
    }
    double apart = 0;
    for (auto e = each.first; e <= each.last; ++e) {
      const auto& one = interval(e, e).front->solutions();
      const auto least = interval(e, e).least;
      apart += valueOf(options_.objective, one.empty() ? least.cycles : one.front().cycles,
                       one.empty() ? least.picojoules : one.front().picojoules);
    }
    const auto length = static_cast<double>(each.last - each.first);
    const double gain =
        apart - valueOf(options_.objective, each.least.cycles, each.least.picojoules);
    list.emplace_back(gain * std::pow(kLonger, length), &each);
  }
  std::stable_sort(list.begin(), list.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<Interval*> order;
  for (const auto& [gain, each] : list) {
    order.push_back(each);
  }
  return order;
}

/// All Einsums in one section.
void CascadeSearch::searchWhole(double& best) {
  const auto all = members(0, facts_.einsums.size() - 1);
  Front front(options_.objective, [&](const Solution& solution) {
    const auto found = check({&solution});
    if (!found) {
      return false;
    }
    counts_.complete = counts_.complete && found->evaluation.cycles <= solution.cycles * (1 + 1e-6);
    kept_.push_back(std::make_unique<Solution>(solution));
    answersOf(round_).push_back({{kept_.back().get()}, solution.cycles, solution.picojoules});
    best = std::min(best, valueOf(options_.objective, solution.cycles, solution.picojoules));
    return true;
  });
  front.setLimit({0, 0, best});
  watch_.allow(all.size() == 1 ? watch_.left() : watch_.left() / 4);
  searchSection(rankedBy(), all, true, round_ != Round::Bound, front, counts_, watch_);
}

void CascadeSearch::searchInterval(Interval& interval, double slack, double& best) {
  const auto ahead = before(interval.first);
  const auto behind = after(interval.last);
  interval.front->setLimit(
      {ahead.cycles + behind.cycles, ahead.picojoules + behind.picojoules, best * slack});
  if (interval.front->hopeless(interval.least.cycles, interval.least.picojoules)) {
    ++counts_.groups;
    return;
  }
  searchSection(rankedBy(), members(interval.first, interval.last), false, round_ != Round::Bound,
                *interval.front, counts_, watch_);
}

} // namespace einsight::mappings::mapper
