#include "mappings/mapper/answers.hpp"
#include "mappings/mapper/compose.hpp"

#include <algorithm>

/// Sections put together to answers, and answers to finalists.
namespace einsight::mappings::mapper {
namespace {

constexpr double kAlso = 1.03;     ///< answers this close to the best are simulated too
constexpr std::size_t kFront = 64; ///< partial answers kept per place

/// Is it at least as good in both?
bool covers(const Answer& a, const Answer& b) {
  return a.cycles <= b.cycles && a.picojoules <= b.picojoules;
}

void add(Objective objective, std::vector<Answer>& list, const Answer& answer) {
  if (objective == Objective::Edp) {
    if (std::any_of(list.begin(), list.end(), [&](const Answer& a) { return covers(a, answer); })) {
      return;
    }
    std::erase_if(list, [&](const Answer& a) { return covers(answer, a); });
    if (list.size() < kFront) {
      list.push_back(answer);
    }
    return;
  }
  if (list.empty()) {
    list.push_back(answer);
  } else if (worse(objective, list.front().cycles, list.front().picojoules, answer.cycles,
                   answer.picojoules)) {
    list.front() = answer;
  }
}

} // namespace

/// The best answers made of the sections found so far.
std::vector<Answer> CascadeSearch::combine() const {
  std::vector<std::vector<Answer>> upTo(facts_.einsums.size() + 1);
  upTo[0].push_back({});
  for (std::size_t end = 1; end < upTo.size(); ++end) {
    for (const auto& each : intervals_) {
      if (each.last + 1 != end) {
        continue;
      }
      for (const auto& solution : each.front->solutions()) {
        for (auto answer : upTo[each.first]) {
          answer.sections.push_back(&solution);
          answer.cycles += solution.cycles;
          answer.picojoules += solution.picojoules;
          add(options_.objective, upTo[end], answer);
        }
      }
    }
  }
  return upTo.back();
}

void CascadeSearch::improve(double& best) {
  for (const auto& answer : combine()) {
    const auto value = valueOf(options_.objective, answer.cycles, answer.picojoules);
    if (value >= best * kAlso) {
      continue;
    }
    const auto found = check(answer.sections);
    if (!found) {
      counts_.complete = false; // what does not go together hides what would
      continue;
    }
    counts_.complete = counts_.complete && found->evaluation.cycles <= answer.cycles * (1 + 1e-6);
    Answer own{{}, answer.cycles, answer.picojoules};
    for (const auto* section : answer.sections) {
      kept_.push_back(std::make_unique<Solution>(*section));
      own.sections.push_back(kept_.back().get());
    }
    answersOf(round_).push_back(std::move(own));
    best = std::min(best, value);
  }
}

std::optional<Finalist> CascadeSearch::check(const std::vector<const Solution*>& sections) const {
  auto mapping = compose(facts_, sections, parameters_);
  if (!mapping) {
    return std::nullopt;
  }
  auto sized = SizedMapping::compile(std::move(*mapping), *cascade_, facts_.machine);
  if (!sized) {
    return std::nullopt;
  }
  const auto& evaluation = sized->evaluate(sized->sizes());
  if (!evaluation.legal() || (options_.accepts && !options_.accepts(evaluation))) {
    return std::nullopt;
  }
  return Finalist{sized->mapping(), evaluation, cascade_};
}

/// The answer itself, and with each of its sections in other variants that cost about the same.
void CascadeSearch::addVariants(const Answer& answer, std::vector<Finalist>& list) const {
  std::vector<std::vector<Solution>> others;
  std::size_t most = 0;
  for (const auto* section : answer.sections) {
    others.push_back(variants(*section));
    most = std::max(most, others.back().size());
  }
  for (std::size_t i = 0; i < most + 1; ++i) {
    auto sections = answer.sections;
    for (std::size_t s = 0; i > 0 && s < sections.size(); ++s) {
      if (!others[s].empty()) {
        sections[s] = &others[s][std::min(i - 1, others[s].size() - 1)];
      }
    }
    if (auto found = check(sections)) {
      list.push_back(std::move(*found));
    }
  }
}

std::vector<Finalist> CascadeSearch::finalists() const {
  std::vector<Finalist> list;
  for (auto answers : answers_) {
    std::stable_sort(answers.begin(), answers.end(), [&](const Answer& a, const Answer& b) {
      return worse(options_.objective, b.cycles, b.picojoules, a.cycles, a.picojoules);
    });
    const auto most = list.size() + options_.finalists / 2;
    for (const auto& answer : answers) {
      if (list.size() < most) {
        addVariants(answer, list);
      }
    }
    list.resize(std::min(list.size(), most));
  }
  return list;
}

} // namespace einsight::mappings::mapper
