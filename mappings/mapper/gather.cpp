#include "mappings/mapper/answers.hpp"

#include <algorithm>

/// Many answers in place of the best: what a simulation is to choose from.
namespace einsight::mappings::mapper {
namespace {

constexpr std::size_t kFewest = 16; ///< kept of each interval of the cascade

std::string formOf(const Answer& answer) {
  std::string form;
  for (const auto* section : answer.sections) {
    form += formOf(*section) + ";";
  }
  return form;
}

/// The best `count` answers, spread; `all` becomes false where some are dropped.
std::vector<Answer> best(Objective objective, std::vector<Answer> list, std::size_t count,
                         bool& all) {
  std::vector<Standing> standings;
  for (const auto& each : list) {
    standings.push_back(
        {valueOf(objective, each.cycles, each.picojoules), each.picojoules, formOf(each)});
  }
  std::vector<Answer> kept;
  for (const auto at : spread(standings)) {
    if (kept.size() < count) {
      kept.push_back(std::move(list[at]));
    }
  }
  all = all && kept.size() == list.size();
  return kept;
}

/// Every answer of a list with every section behind it, or of too many those of small rank in both.
void extend(const std::vector<Answer>& list, const Front& front, std::size_t count,
            std::vector<Answer>& longer, bool& all) {
  const auto& sections = front.solutions();
  const bool few = list.size() * sections.size() <= count;
  all = all && few;
  for (std::size_t i = 0; i < list.size(); ++i) {
    for (std::size_t j = 0; j < sections.size() && (few || (i + 1) * (j + 1) <= count); ++j) {
      auto answer = list[i];
      answer.sections.push_back(&sections[j]);
      answer.cycles += sections[j].cycles;
      answer.picojoules += sections[j].picojoules;
      longer.push_back(std::move(answer));
    }
  }
}

} // namespace

Front& CascadeSearch::gatherFrom(const std::vector<int>& einsums, bool whole,
                                 const Front::Limit& limit, const Gathering& gathering,
                                 double amount) {
  fronts_.push_back(std::make_unique<Front>(options_.objective, gathering));
  auto& front = *fronts_.back();
  front.setLimit(limit);
  watch_.allow(amount);
  searchSection(rankedBy(), einsums, whole, round_ != Round::Bound, front, counts_, watch_);
  front.trim();
  return front;
}

std::vector<Answer> CascadeSearch::gather(Round round, const Gathering& gathering, double amount,
                                          bool& all) {
  round_ = round;
  counts_ = {};
  watch_.limit(amount);
  const auto count = facts_.einsums.size();
  std::vector<std::vector<Answer>> upTo(count + 1);
  upTo[0].push_back({});
  auto part = gathering;
  const auto intervals = std::max<std::size_t>(1, intervals_.size());
  part.count = std::max(kFewest, gathering.every ? gathering.count : gathering.count / intervals);
  const bool alone = count == 1;
  std::vector<Answer> answers;
  const auto& whole = gatherFrom(members(0, count - 1), true, {0, 0, gathering.below}, gathering,
                                 alone ? amount : amount / 2);
  all = all && whole.all();
  extend(upTo[0], whole, gathering.count, answers, all);
  for (std::size_t end = 1; !alone && end <= count; ++end) {
    for (const auto& each : intervals_) {
      if (each.last + 1 != end || !each.legal || end - each.first == count) {
        continue;
      }
      const auto ahead = before(each.first);
      const auto behind = after(each.last);
      const auto& front = gatherFrom(
          members(each.first, each.last), false,
          {ahead.cycles + behind.cycles, ahead.picojoules + behind.picojoules, gathering.below},
          part, 2 * amount / static_cast<double>(intervals));
      all = all && front.all();
      extend(upTo[each.first], front, gathering.count, end == count ? answers : upTo[end], all);
    }
    upTo[end] = best(options_.objective, std::move(upTo[end]), gathering.count, all);
  }
  all = all && counts_.complete && facts_.exact && facts_.masks->exact() && !facts_.masked;
  return best(options_.objective, std::move(answers), gathering.count, all);
}

std::vector<Finalist> CascadeSearch::expand(const Answer& answer, bool variants) const {
  std::vector<Finalist> list;
  if (variants) {
    addVariants(answer, list);
  } else if (auto found = check(answer.sections)) {
    list.push_back(std::move(*found));
  }
  return list;
}

} // namespace einsight::mappings::mapper
