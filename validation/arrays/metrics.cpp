#include "validation/arrays/metrics.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace einsight::validation {
namespace {

using Value = tl::expected<double, std::string>;
using results::Result;

template <class T>
const T* named(const std::vector<T>& list, const std::string& name) {
  const auto found =
      std::find_if(list.begin(), list.end(), [&](const T& item) { return item.name == name; });
  return found == list.end() ? nullptr : &*found;
}

tl::unexpected<std::string> nothing(std::string_view kind, const std::string& name) {
  return tl::unexpected(fmt::format("the simulation has no {} '{}'", kind, name));
}

double hertz(const Simulation& simulation) {
  return simulation.point->mapping.machine().clockHertz().toDouble();
}

Value unitValue(const Simulation& simulation, Rule::Take take, const std::string& name) {
  const auto* unit = named(simulation.result.units, name);
  if (unit == nullptr) {
    return nothing("unit", name);
  }
  return take == Rule::Take::Utilization ? unit->utilization : unit->busyCycles / hertz(simulation);
}

Value memoryValue(const Simulation& simulation, Rule::Take take, const std::string& name) {
  const auto* level = named(simulation.result.levels, name);
  const auto* memory = simulation.point->mapping.machine().memory(name);
  if (level == nullptr || memory == nullptr) {
    return nothing("memory", name);
  }
  const auto bytes = static_cast<double>(level->readBytes + level->writeBytes);
  if (take == Rule::Take::Bytes) {
    return bytes;
  }
  return memory->bandwidth ? bytes / memory->bandwidth->toDouble() / hertz(simulation) : 0.0;
}

Value energy(const Result& result, const std::string& component) {
  if (component.empty()) {
    return result.energy.total ? Value(*result.energy.total) : tl::unexpected(result.energy.reason);
  }
  const auto found = result.energy.by.find(component);
  return found == result.energy.by.end() ? Value(nothing("energy of", component))
                                         : Value(found->second);
}

Value area(const Simulation& simulation, const std::string& component) {
  const auto& machine = simulation.point->mapping.machine();
  if (component.empty()) {
    return machine.area() ? Value(*machine.area()) : tl::unexpected(machine.areaReason());
  }
  const auto found = machine.areaParts().find(component);
  return found == machine.areaParts().end() ? Value(nothing("area of", component))
                                            : Value(found->second);
}

Value einsumUtilization(const Result& result, const std::vector<std::string>& names) {
  for (const auto& name : names) {
    if (const auto* einsum = named(result.einsums, name)) {
      return einsum->utilization;
    }
  }
  return nothing("Einsum", fmt::format("{}", fmt::join(names, "' or '")));
}

Value trips(const Simulation& simulation, const std::string& part) {
  for (const auto& [variable, parts] : simulation.point->mapping.plan().parts) {
    if (const auto* found = named(parts, part)) {
      return static_cast<double>(found->trips);
    }
  }
  return nothing("loop", part);
}

Value taken(const Rule& rule, const Simulation& simulation) {
  const auto& result = simulation.result;
  const std::string of = rule.of.empty() ? std::string() : rule.of.front();
  switch (rule.take) {
  case Rule::Take::Seconds:
    return result.seconds;
  case Rule::Take::Cycles:
    return result.cycles ? Value(*result.cycles) : tl::unexpected(std::string("has no cycles"));
  case Rule::Take::BusySeconds:
  case Rule::Take::Utilization:
    return unitValue(simulation, rule.take, of);
  case Rule::Take::PortSeconds:
  case Rule::Take::Bytes:
    return memoryValue(simulation, rule.take, of);
  case Rule::Take::Energy:
    return energy(result, of);
  case Rule::Take::Area:
    return area(simulation, of);
  case Rule::Take::EinsumUtilization:
    return einsumUtilization(result, rule.of);
  case Rule::Take::Trips:
    break;
  }
  return trips(simulation, of);
}

/// The problems of a point as one line.
std::string oneLine(const core::Problems& problems) {
  std::string out;
  for (const auto& problem : problems) {
    out += (out.empty() ? "" : "; ") +
           (problem.where.path.empty() ? "" : problem.where.path + ": ") + problem.what;
  }
  return out;
}

/// One question at one point.
class PointAnswer {
public:
  PointAnswer(const ArrayQuestion& question, const ArraySpec& spec, ArrayRuns& runs,
              const std::string& engine)
      : question_(question), spec_(spec), runs_(runs), engine_(engine) {}

  Value at(const std::string& model, std::int64_t length) {
    const auto& rule = *question_.rule;
    auto value = of(*question_.design, model, length);
    if (!value || rule.ratio == Rule::Ratio::None) {
      return value;
    }
    auto other = of(*question_.against, model, length);
    if (!other) {
      return other;
    }
    return rule.ratio == Rule::Ratio::Speedup ? *other / *value : *value / *other;
  }

private:
  Value simulated(const Design& design, const std::string& model, std::int64_t length) {
    const auto& simulation = runs_.get(design, model, length, engine_);
    return simulation ? taken(*question_.rule, *simulation)
                      : tl::unexpected(oneLine(simulation.error()));
  }

  Value of(const Design& design, const std::string& model, std::int64_t length) {
    auto value = simulated(design, model, length);
    if (!value || !question_.rule->layer) {
      return value;
    }
    const auto* layers = spec_.layersOf(design);
    if (layers == nullptr) {
      return tl::unexpected(std::string("the suite names no linear layers for this configuration"));
    }
    const auto more = simulated(*layers, model, length);
    return more ? Value(*value + *more) : more;
  }

  const ArrayQuestion& question_;
  const ArraySpec& spec_;
  ArrayRuns& runs_;
  const std::string& engine_;
};

} // namespace

tl::expected<double, std::string> answer(const ArrayQuestion& question, const ArraySpec& spec,
                                         ArrayRuns& runs, const std::string& engine) {
  PointAnswer point(question, spec, runs, engine);
  double sum = 0;
  for (const auto& model : question.models) {
    for (const auto length : question.lengths) {
      auto value = point.at(model, length);
      if (!value) {
        return value;
      }
      sum += *value;
    }
  }
  const auto points = question.models.size() * question.lengths.size();
  return question.rule->scale * sum / static_cast<double>(points);
}

} // namespace einsight::validation
