#include "cli/map_report.hpp"

#include "cli/loop_nest.hpp"
#include "cli/terminal.hpp"
#include "core/format.hpp"
#include "core/invariant.hpp"
#include "report/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace einsight::cli {
namespace {

using explore::MapAnswer;
using mappings::Objective;

const NamedObjective& objectiveOf(const MapOptions& options) {
  const auto* found =
      std::find_if(kObjectives.begin(), kObjectives.end(),
                   [&](const NamedObjective& each) { return each.name == options.objective; });
  EINSIGHT_INVARIANT(found != kObjectives.end(), "the request has an objective that exists");
  return *found;
}

/// Exact below `exact`, else with four digits.
std::string count(double number, double exact = 1e9) {
  return number < exact ? core::formatCount(std::llround(number)) : core::formatLarge(number);
}

std::string cycles(double number) {
  return count(number, 9e15);
}

std::string valueText(const NamedObjective& objective, double value) {
  return objective.objective == Objective::Latency ? cycles(value) + " cycles"
         : objective.objective == Objective::Energy
             ? core::formatEnergy(value)
             : fmt::format("{:.4g} {}", value, objective.unit);
}

bool isSimulated(const MapAnswer& answer) {
  return answer.result.engine == "cycle";
}

/// "optimal: …" or "best found: …", and how much was looked at.
std::string verdict(const NamedObjective& objective, const MapAnswer& answer) {
  const auto bound = valueText(objective, answer.bound);
  auto out =
      !answer.optimal ? std::string("best found: the space was not searched to its end")
      : !isSimulated(answer)
          ? fmt::format("optimal on the bound: no mapping of the space takes less than {}", bound)
      : answer.proven
          ? fmt::format("optimal: no mapping of the space takes less than {}", bound)
          : fmt::format("optimal on the bound: no mapping of the space takes less than {}; "
                        "simulated, this one takes {} more",
                        bound, core::formatDifference(answer.value / answer.bound - 1));
  if (answer.fromCatalogue) {
    out = fmt::format("best found: {} of the catalogue, better than all that the search found",
                      answer.result.mapping);
  }
  if (answer.stopped) {
    out = "best found: stopped by Ctrl-C before the end";
  }
  if (!isSimulated(answer)) {
    out += answer.stopped ? "; not simulated" : "; too long to simulate, so this is the bound";
  }
  return fmt::format("{}. {} mappings in the space, {} evaluated, {} excluded by bounds, {} "
                     "simulated, in {}.\n",
                     out, count(answer.space), count(answer.evaluated), count(answer.excluded),
                     answer.simulated, core::formatSeconds(answer.seconds));
}

std::string comparison(const NamedObjective& objective, const MapAnswer& answer) {
  if (answer.fromCatalogue) {
    return "";
  }
  if (!answer.shipped) {
    return answer.stopped ? "" : "catalogue   no mapping of it is legal here\n";
  }
  const auto ratio = answer.shipped->value / answer.value;
  return fmt::format("catalogue   its best is {}: {}{}, {:.4g} times this one\n",
                     answer.shipped->name, answer.shipped->simulated ? "" : "at least ",
                     valueText(objective, answer.shipped->value), ratio);
}

} // namespace

std::string mapText(const MapOptions& options, const MapAnswer& answer) {
  const auto& objective = objectiveOf(options);
  const auto& result = answer.result;
  auto out = report::bold(fmt::format("{} on {}: mapping {} for {}", options.workload,
                                      result.machine, result.mapping, options.objective),
                          stdoutStyle()) +
             "\n\n" + loopNest(answer.point.mapping) + "\n";
  out += fmt::format("cycles      {} (bound {})\n", cycles(result.cycles.value_or(0)),
                     cycles(answer.boundCycles));
  out += fmt::format("time        {}\n", core::formatSeconds(result.seconds));
  out +=
      fmt::format("energy      {}\n", result.energy.total ? core::formatEnergy(*result.energy.total)
                                                          : "unknown: " + result.energy.reason);
  std::string uses;
  for (const auto& unit : result.units) {
    uses += fmt::format("{}{} {}", uses.empty() ? "" : ", ", unit.name,
                        core::formatPercent(unit.utilization));
  }
  out += fmt::format("utilisation {}\n", uses);
  out += comparison(objective, answer) + "\n";
  if (!result.limits.empty()) {
    out += report::limitingSentences(result) + "\n";
  }
  out += verdict(objective, answer);
  if (!options.output.empty()) {
    out += fmt::format("written to {}: einsight run -w {} -a {} -m {}\n", options.output,
                       options.workload, options.machine, options.output);
  }
  return out;
}

namespace {

nlohmann::ordered_json number(std::optional<double> value) {
  constexpr double kExactIntegers = 9007199254740992.0; // 2^53
  if (!value || !std::isfinite(*value)) {
    return nullptr;
  }
  if (*value == std::floor(*value) && std::abs(*value) < kExactIntegers) {
    return static_cast<std::int64_t>(*value);
  }
  return *value;
}

} // namespace

std::string mapJson(const MapOptions& options, const MapAnswer& answer) {
  const auto& result = answer.result;
  nlohmann::ordered_json out{{"workload", options.workload},
                             {"machine", result.machine},
                             {"objective", options.objective},
                             {"optimal", answer.optimal},
                             {"proven_when_simulated", answer.proven},
                             {"interrupted", answer.stopped},
                             {"from_catalogue", answer.fromCatalogue},
                             {"space_size", number(answer.space)},
                             {"evaluated", number(answer.evaluated)},
                             {"excluded", number(answer.excluded)},
                             {"simulated", answer.simulated},
                             {"engine", result.engine},
                             {"seconds", answer.seconds},
                             {"cycles", number(result.cycles)},
                             {"bound_cycles", number(answer.boundCycles)},
                             {"energy_pj", number(result.energy.total)},
                             {"objective_value", number(answer.value)},
                             {"objective_bound", number(answer.bound)}};
  for (const auto& unit : result.units) {
    out["units"][unit.name] = {{"utilization", number(unit.utilization)}};
  }
  out["catalogue"] =
      answer.shipped ? nlohmann::ordered_json{{"name", answer.shipped->name},
                                              {"objective_value", number(answer.shipped->value)}}
                     : nlohmann::ordered_json();
  out["mapping"] = {{"name", result.mapping},
                    {"file", options.output.empty() ? nlohmann::ordered_json()
                                                    : nlohmann::ordered_json(options.output)}};
  nlohmann::ordered_json inputs = nlohmann::ordered_json::object();
  for (const auto& [file, hash] : result.inputs) {
    inputs[file] = hash;
  }
  out["provenance"] = {{"version", result.version}, {"inputs", std::move(inputs)}};
  return out.dump(2) + "\n";
}

std::vector<std::string> mapComment(const MapOptions& options, const MapAnswer& answer) {
  auto how = fmt::format("Found by einsight map -w {} -a {} --objective {}", options.workload,
                         options.machine, options.objective);
  for (const auto& setting : options.settings) {
    how += " --set " + setting;
  }
  for (const auto& condition : options.requirements) {
    how += fmt::format(" --require '{}'", condition);
  }
  const auto& objective = objectiveOf(options);
  return {how + ":", fmt::format("{}, {}. docs/mapper.md says what was looked at.",
                                 valueText(objective, answer.value),
                                 answer.stopped         ? "on the bound; the search was stopped"
                                 : answer.optimal       ? "optimal in its space on the bound"
                                 : answer.fromCatalogue ? "a mapping of the catalogue"
                                                        : "the best found in the time given")};
}

} // namespace einsight::cli
