#include "explore/mapper/shortfall.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::explore {
namespace {

bool holds(const core::Expression& condition, const core::Expression::Lookup& look) {
  const auto value = condition.evaluate(look);
  return value && *value != core::Rational(0);
}

/// Would the condition hold if only this name were so much?
bool holdsAt(const core::Expression& condition, const core::Expression::Lookup& look,
             const std::string& name, std::int64_t value) {
  return holds(condition, [&](std::string_view each) {
    return each == name ? std::optional(core::Rational(value)) : look(each);
  });
}

} // namespace

void Shortfall::addTo(Reached& reached, const core::Expression& condition,
                      const core::Expression::Lookup& look) const {
  constexpr std::int64_t kHuge = 1'000'000'000'000'000;
  reached.meets += holds(condition, look) ? 1 : 0;
  for (const auto& name : condition.names()) {
    const auto number = look(name);
    if (!number) {
      continue;
    }
    const auto value = number->toDouble();
    const auto [at, isNew] = reached.names.try_emplace(name, Range{value, value, {}});
    auto& range = at->second;
    if (isNew) {
      range.better = holdsAt(condition, look, name, kHuge) ? Better::More
                     : holdsAt(condition, look, name, 0)   ? Better::Less
                                                           : Better::Unknown;
    }
    range.least = std::min(range.least, value);
    range.most = std::max(range.most, value);
  }
}

void Shortfall::add(const mappings::Evaluation& evaluation, const results::Result* simulated) {
  if (simulated_ && simulated == nullptr) {
    return;
  }
  if (simulated != nullptr && !simulated_) {
    reached_.clear();
    mappings_ = 0;
    simulated_ = true;
  }
  ++mappings_;
  const auto costs = simulated == nullptr ? evaluation : simulatedCosts(*simulated, evaluation);
  const auto look = requirements_->lookup(costs);
  const auto& conditions = requirements_->conditions();
  reached_.resize(conditions.size());
  for (std::size_t c = 0; c < conditions.size(); ++c) {
    addTo(reached_[c], conditions[c], look);
  }
}

core::Problems Shortfall::problems() const {
  const auto* how = simulated_ ? "simulated" : "evaluated on the bound";
  const auto* help = "ask for a little less, or give the search more time";
  core::Problems problems;
  for (std::size_t c = 0; c < reached_.size(); ++c) {
    const auto& reached = reached_[c];
    if (reached.meets > 0) {
      continue;
    }
    std::string best;
    for (const auto& [name, range] : reached.names) {
      const bool one = range.least == range.most;
      best += fmt::format("{}{} ", best.empty() ? "" : ", ", name);
      best += one                            ? fmt::format("is {:.6g}", range.most)
              : range.better == Better::More ? fmt::format("is {:.6g} at most", range.most)
              : range.better == Better::Less
                  ? fmt::format("is {:.6g} at least", range.least)
                  : fmt::format("is {:.6g} to {:.6g}", range.least, range.most);
    }
    const auto& text = requirements_->conditions()[c].text();
    problems.push_back(
        {{{}, 0, 0, "--require"},
         mappings_ == 1
             ? fmt::format("'{}' does not hold for the one mapping that was {}: {}", text, how,
                           best.empty() ? "it is not known" : best)
             : fmt::format("'{}' holds for none of the {} mappings that were {}: {}", text,
                           mappings_, how, best.empty() ? "it is not known" : best),
         help});
  }
  if (problems.empty() && mappings_ > 0) {
    problems.push_back({{{}, 0, 0, "--require"},
                        fmt::format("each requirement holds for some of the {} mappings that were "
                                    "{}, but no mapping meets all of them",
                                    mappings_, how),
                        help});
  }
  return problems;
}

} // namespace einsight::explore
