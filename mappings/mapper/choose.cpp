#include "mappings/mapper/choose.hpp"

#include "mappings/mapper/options.hpp"
#include "mappings/mapper/stages.hpp"

#include <algorithm>
#include <numeric>

namespace einsight::mappings::mapper {
namespace {

constexpr double kSteps = 2e5;       ///< of one search for keeps
constexpr double kFixedSteps = 2e4;  ///< of one whose units are given
constexpr std::int64_t kAsk = 512;   ///< steps between two looks at the clock
constexpr std::int64_t kRecord = 64; ///< steps that recording a mapping takes as long as

} // namespace

double Chooser::time(const Cost& cost) const {
  double longest = serial_ ? std::accumulate(load_.begin(), load_.end(), 0.0)
                           : *std::max_element(load_.begin(), load_.end());
  for (const double port : cost.port) {
    longest = std::max(longest, port);
  }
  return longest + cost.fill + fill_;
}

bool Chooser::fits(const Cost& cost) const {
  const auto& memories = nested_.facts->machine.memories();
  for (std::size_t m = 0; m < memories.size(); ++m) {
    if (memories[m].capacity && cost.room[m] > static_cast<double>(*memories[m].capacity)) {
      return false;
    }
  }
  return true;
}

void Chooser::prepare() {
  for (std::size_t t = 0; t < nested_.facts->tensors.size(); ++t) {
    Touched touched;
    touched.tensor = static_cast<int>(t);
    for (std::size_t l = 0; l < nested_.leaves.size(); ++l) {
      const auto& einsum = nested_.einsum(nested_.leaves[l]);
      if (einsum.output.tensor == touched.tensor ||
          std::any_of(einsum.reads.begin(), einsum.reads.end(),
                      [&](const AccessFact& access) { return access.tensor == touched.tensor; })) {
        touched.users.push_back(static_cast<int>(l));
      }
    }
    if (!touched.users.empty()) {
      touched_.push_back(std::move(touched));
    }
  }
  // What may lie in the place of another tensor is chosen after it.
  std::stable_partition(touched_.begin(), touched_.end(), [&](const Touched& touched) {
    return placeOf(nested_, touched.tensor) < 0;
  });
  chosen_.assign(nested_.leaves.size(), nullptr);
  load_.assign(nested_.facts->machine.units().size(), 0);
}

const Chooser::Listed& Chooser::candidates(Touched& touched) {
  std::uint64_t key = 1;
  for (const int user : touched.users) {
    key = key * 17 + static_cast<std::uint64_t>(chosen_[static_cast<std::size_t>(user)]->unit);
  }
  const auto [at, isNew] = touched.known.try_emplace(key);
  if (!isNew) {
    return at->second;
  }
  Movement movement(nested_, chosen_, stages_, touched.tensor);
  auto& [list, options] = at->second;
  for (auto& option : optionsOf(nested_, chosen_, movement, touched.tensor)) {
    Cost cost;
    if (!movement.cost(option, cost) || !fits(cost)) {
      continue;
    }
    ++options;
    if (front_.every()) {
      list.push_back({std::move(option), cost});
      continue;
    }
    const bool free = !shares(option);
    if (std::any_of(list.begin(), list.end(), [&](const Candidate& known) {
          return !shares(known.option) && dominates(known.cost, cost);
        })) {
      continue;
    }
    std::erase_if(list,
                  [&](const Candidate& known) { return free && dominates(cost, known.cost); });
    list.push_back({std::move(option), cost});
  }
  std::stable_sort(list.begin(), list.end(), [](const Candidate& a, const Candidate& b) {
    return less(a.cost.port[0], b.cost.port[0]) ||
           (!less(b.cost.port[0], a.cost.port[0]) && less(a.cost.picojoules, b.cost.picojoules));
  });
  return at->second;
}

void Chooser::run() {
  prepare();
  assign(0);
}

void Chooser::runFixed(const std::vector<Bound>& bounds, const Stages& stages) {
  stages_ = stages;
  fixed_ = true;
  prepare();
  for (std::size_t l = 0; l < bounds.size(); ++l) {
    chosen_[l] = &bounds[l];
    load_[static_cast<std::size_t>(bounds[l].unit)] += bounds[l].cycles;
    energy_ += bounds[l].picojoules;
  }
  keepAll();
}

void Chooser::assign(std::size_t leaf) {
  if (leaf == nested_.leaves.size()) {
    return keepAll();
  }
  over_ = over_ || (late_ && late_());
  if (over_) {
    counts_.complete = false;
    return;
  }
  for (const auto& bound : *nested_.leaves[leaf].bounds) {
    auto& load = load_[static_cast<std::size_t>(bound.unit)];
    const double before = load;
    const double energy = energy_;
    load += bound.cycles;
    energy_ += bound.picojoules;
    chosen_[leaf] = &bound;
    if (!front_.beaten(*std::max_element(load_.begin(), load_.end()), energy_)) {
      assign(leaf + 1);
    } else {
      ++counts_.groups;
    }
    load = before;
    energy_ = energy;
  }
}

/// Before the last unit starts, each of the others has had one turn.
void Chooser::fill() {
  fill_ = 0;
  const auto longest = std::max_element(load_.begin(), load_.end()) - load_.begin();
  for (std::size_t l = 0; nested_.smooth && l < chosen_.size(); ++l) {
    double turns = 1;
    for (const int loop : nested_.leaves[l].loops) {
      turns *= static_cast<double>(nested_.loop(loop).trips);
    }
    fill_ += chosen_[l]->unit == longest ? 0 : chosen_[l]->cycles / turns;
  }
}

std::optional<Stages> Chooser::pipelined() const {
  std::vector<Bound> bounds;
  for (const auto* bound : chosen_) {
    bounds.push_back(*bound);
  }
  return pipeline(nested_, bounds);
}

void Chooser::stage(const std::optional<Stages>& staged) {
  stages_ = staged.value_or(Stages{});
  for (auto& touched : touched_) {
    touched.known.clear();
  }
}

/// Units overlap well in a pipeline, whose lags take room; where there can be none they wait for
/// each other. A front of every mapping has both those without a pipeline and those with one.
void Chooser::keepAll() {
  front_.next();
  if (nested_.smooth && !fixed_) {
    const auto staged = pipelined();
    serial_ = !staged && std::any_of(chosen_.begin(), chosen_.end(), [&](const Bound* bound) {
      return bound->unit != chosen_.front()->unit;
    });
    stage(staged);
  }
  keepStaged();
  if (const auto staged = front_.every() ? pipelined() : std::nullopt) {
    stage(staged);
    keepStaged();
    stage(std::nullopt);
  }
  front_.next();
}

void Chooser::keepStaged() {
  fill();
  lists_.clear();
  double options = 1;
  for (auto& touched : touched_) {
    const auto& listed = candidates(touched);
    lists_.push_back(&listed.list);
    options *= listed.options;
  }
  least_.assign(lists_.size() + 1, {});
  rest_.assign(lists_.size() + 1, 1);
  for (std::size_t i = lists_.size(); i-- > 0;) {
    least_[i] = least_[i + 1];
    rest_[i] = rest_[i + 1] * static_cast<double>(lists_[i]->size());
    if (lists_[i]->empty()) {
      return;
    }
    const auto of = [&](auto value) {
      double smallest = value(lists_[i]->front().cost);
      for (const auto& candidate : *lists_[i]) {
        smallest = std::min(smallest, value(candidate.cost));
      }
      return smallest;
    };
    least_[i].fill += of([](const Cost& cost) { return cost.fill; });
    least_[i].picojoules += of([](const Cost& cost) { return cost.picojoules; });
    for (std::size_t m = 0; m < kMemories; ++m) {
      least_[i].port[m] += of([m](const Cost& cost) { return cost.port[m]; });
      least_[i].room[m] += of([m](const Cost& cost) { return cost.room[m]; });
    }
  }
  counts_.met += options;
  counts_.excluded += options - rest_.front();
  picked_.assign(lists_.size(), 0);
  sum_ = {};
  steps_ = 0;
  keep(0);
}

/// Is what it overwrites there, among the keeps of the tensors before?
bool Chooser::placed(const Keep& kept, std::size_t before) const {
  for (std::size_t other = 0; other < before; ++other) {
    const auto& keeps = (*lists_[other])[picked_[other]].option.keeps;
    if (touched_[other].tensor == kept.shares &&
        std::any_of(keeps.begin(), keeps.end(), [&](const Keep& there) {
          return there.memory == kept.memory && there.node == kept.node &&
                 there.fixed == kept.fixed;
        })) {
      return true;
    }
  }
  return kept.shares < 0;
}

void Chooser::keep(std::size_t at) {
  if (late_ && !over_ && ++asked_ >= kAsk) {
    over_ = late_();
    asked_ = 0;
  }
  if (over_ || ++steps_ > (fixed_ ? kFixedSteps : kSteps)) {
    counts_.complete = false;
    counts_.unseen += rest_[at];
    return;
  }
  Cost bound = sum_;
  bound.add(least_[at]);
  if (!fits(bound) || front_.beaten(time(bound), energy_ + bound.picojoules)) {
    counts_.excluded += rest_[at];
    return;
  }
  if (at == lists_.size()) {
    return record();
  }
  for (std::size_t i = 0; i < lists_[at]->size(); ++i) {
    const auto& candidate = (*lists_[at])[i];
    const auto& keeps = candidate.option.keeps;
    if (!std::all_of(keeps.begin(), keeps.end(),
                     [&](const Keep& kept) { return placed(kept, at); })) {
      counts_.met -= rest_[at + 1]; // no mappings
      continue;
    }
    const auto before = sum_;
    sum_.add(candidate.cost);
    picked_[at] = i;
    keep(at + 1);
    sum_ = before;
  }
}

void Chooser::record() {
  ++counts_.evaluated;
  asked_ += kRecord;
  Solution solution;
  solution.nested = nested_;
  for (const auto* bound : chosen_) {
    solution.bounds.push_back(*bound);
  }
  for (std::size_t i = 0; i < touched_.size(); ++i) {
    solution.tensors.push_back(touched_[i].tensor);
    solution.options.push_back((*lists_[i])[picked_[i]].option);
  }
  solution.stages = stages_;
  solution.cost = sum_;
  solution.cycles = time(sum_);
  solution.picojoules = energy_ + sum_.picojoules;
  counts_.complete = front_.add(std::move(solution)) && counts_.complete;
}

} // namespace einsight::mappings::mapper
