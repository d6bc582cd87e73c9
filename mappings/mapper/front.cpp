#include "mappings/mapper/front.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

namespace einsight::mappings::mapper {

double valueOf(Objective objective, double cycles, double picojoules) {
  return objective == Objective::Latency  ? cycles
         : objective == Objective::Energy ? picojoules
                                          : cycles * picojoules;
}

bool worse(Objective objective, double cyclesA, double energyA, double cyclesB, double energyB) {
  const double a = valueOf(objective, cyclesA, energyA);
  const double b = valueOf(objective, cyclesB, energyB);
  if (less(a, b) || less(b, a)) {
    return less(b, a);
  }
  if (less(cyclesA, cyclesB) || less(cyclesB, cyclesA)) {
    return less(cyclesB, cyclesA);
  }
  return less(energyB, energyA);
}

bool dominates(const Cost& a, const Cost& b) {
  bool all = !less(b.picojoules, a.picojoules) && !less(b.fill, a.fill);
  for (std::size_t m = 0; m < kMemories; ++m) {
    all = all && !less(b.port[m], a.port[m]) && !less(b.room[m], a.room[m]);
  }
  return all;
}

/// Is what costs at least this much not to be gathered? Of equal ones at the end more are wanted,
/// since they may differ.
bool Front::outside(double cycles, double picojoules) const {
  const auto value = valueOf(objective_, cycles + limit_.cycles, picojoules + limit_.picojoules);
  return !less(value, limit_.best) || less(worst_, value) || (gathering_->every && !all_);
}

bool Front::hopeless(double cycles, double picojoules) const {
  if (gathering_) {
    return outside(cycles, picojoules);
  }
  const auto value = valueOf(objective_, cycles + limit_.cycles, picojoules + limit_.picojoules);
  return !less(value, limit_.best) ||
         std::any_of(solutions_.begin(), solutions_.end(), [&](const Solution& best) {
           switch (objective_) {
           case Objective::Latency:
             return !less(cycles, best.cycles);
           case Objective::Energy:
             return !less(picojoules, best.picojoules);
           default:
             return !less(cycles, best.cycles) && !less(picojoules, best.picojoules);
           }
         });
}

bool Front::beaten(double cycles, double picojoules) const {
  if (gathering_) {
    return outside(cycles, picojoules) ||
           (current_ &&
            !worse(objective_, current_->cycles, current_->picojoules, cycles, picojoules));
  }
  const auto value = valueOf(objective_, cycles + limit_.cycles, picojoules + limit_.picojoules);
  return !less(value, limit_.best) ||
         std::any_of(solutions_.begin(), solutions_.end(), [&](const Solution& best) {
           if (objective_ == Objective::Edp) {
             return !less(cycles, best.cycles) && !less(picojoules, best.picojoules);
           }
           return !worse(objective_, best.cycles, best.picojoules, cycles, picojoules);
         });
}

bool Front::add(Solution solution) {
  if (gathering_) {
    current_ = std::move(solution);
    if (gathering_->every) {
      next();
    }
    return true;
  }
  if (accepts_ && !accepts_(solution)) {
    return false;
  }
  std::erase_if(solutions_, [&](const Solution& known) {
    return objective_ != Objective::Edp ||
           (!less(known.cycles, solution.cycles) && !less(known.picojoules, solution.picojoules));
  });
  solutions_.push_back(std::move(solution));
  return true;
}

void Front::next() {
  if (!current_) {
    return;
  }
  solutions_.push_back(std::move(*current_));
  current_.reset();
  if (solutions_.size() > gathering_->count * (gathering_->every ? 1 : 2)) {
    trim();
  }
}

void Front::trim() {
  if (!gathering_ || solutions_.size() <= gathering_->count) {
    return;
  }
  std::vector<Standing> standings;
  for (const auto& each : solutions_) {
    standings.push_back(
        {valueOf(objective_, each.cycles + limit_.cycles, each.picojoules + limit_.picojoules),
         each.picojoules, formOf(each)});
  }
  auto order = spread(standings);
  order.resize(gathering_->count);
  std::vector<Solution> kept;
  for (const auto at : order) {
    kept.push_back(std::move(solutions_[at]));
  }
  worst_ = standings[order.back()].value;
  solutions_ = std::move(kept);
  all_ = false;
}

std::string formOf(const Solution& solution) {
  std::string form;
  for (const auto& bound : solution.bounds) {
    form += fmt::format("{},", bound.unit);
  }
  for (const auto& node : solution.nested.nodes) {
    form += '|';
    for (const int loop : node.path) {
      form += fmt::format("{},", solution.nested.loop(loop).variable);
    }
  }
  return form;
}

std::vector<std::size_t> spread(const std::vector<Standing>& list) {
  std::vector<std::size_t> order(list.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto value = [&](std::size_t at) { return static_cast<float>(list[at].value); };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return value(a) != value(b) ? value(a) < value(b) : list[a].picojoules < list[b].picojoules;
  });
  std::map<std::pair<float, std::string>, std::size_t> met;
  std::vector<std::size_t> number(list.size()); // of its form and value
  for (const auto at : order) {
    number[at] = met[{value(at), list[at].form}]++;
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return value(a) != value(b) ? value(a) < value(b) : number[a] < number[b];
  });
  return order;
}

} // namespace einsight::mappings::mapper
