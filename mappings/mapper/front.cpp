#include "mappings/mapper/front.hpp"

#include <algorithm>

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

bool Front::hopeless(double cycles, double picojoules) const {
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

} // namespace einsight::mappings::mapper
