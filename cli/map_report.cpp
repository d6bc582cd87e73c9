#include "cli/map_report.hpp"

#include "cli/loop_nest.hpp"
#include "cli/terminal.hpp"
#include "core/exact.hpp"
#include "core/format.hpp"
#include "core/invariant.hpp"
#include "report/shell.hpp"
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

/// A command of einsight for the same workload and machine with the same settings.
std::string command(const std::string& name, const MapOptions& options) {
  auto line = fmt::format("einsight {} -w {} -a {}", name, report::shellWord(options.workload),
                          report::shellWord(options.machine));
  line += name == "map" ? " --objective " + options.objective : "";
  for (const auto& setting : options.settings) {
    line += " --set " + report::shellWord(setting);
  }
  return line;
}

/// How much was looked at, and how much was not.
std::string looked(const MapAnswer& answer) {
  auto out = fmt::format("{} mappings met, {} evaluated, {} excluded by bounds, {} not looked at",
                         count(answer.met), count(answer.evaluated), count(answer.excluded),
                         count(answer.unseen));
  out += answer.groups > 0
             ? fmt::format("; {} choices of tiles, loops or units excluded by bounds with all "
                           "their mappings, which are not counted",
                           count(answer.groups))
             : "";
  out += answer.cut && !answer.optimal ? "; more was not reached" : "";
  return fmt::format("{}. {} simulated, variants and some of the excluded ones too, in {}.\n", out,
                     core::formatCount(answer.simulated), core::formatSeconds(answer.seconds));
}

/// "optimal: …" or "best found: …", and how much was looked at.
std::string verdict(const NamedObjective& objective, const MapAnswer& answer) {
  const auto bound = valueText(objective, answer.bound);
  auto out =
      !answer.optimal && answer.cut
          ? std::string("best found: the space was not searched to its end")
      : !answer.optimal ? std::string("best found: the search came to its end, but requirements, "
                                      "gathers, masks or sections that do not go together allow "
                                      "no proof")
      : !isSimulated(answer)
          ? fmt::format("optimal on the bound: no mapping of the space takes less than {}", bound)
      : answer.proven && !answer.allSimulated
          ? fmt::format("optimal: no mapping of the space takes less than {}", bound)
      : answer.allSimulated
          ? fmt::format("optimal when simulated: all mappings of the space that the bound allows "
                        "to take less were simulated, and none does; no bound is below {}",
                        bound)
          : fmt::format("optimal on the bound: no mapping of the space takes less than {}; "
                        "simulated, this one takes {} more",
                        bound, core::formatDifference(answer.value / answer.bound - 1));
  if (answer.fromCatalogue) {
    out =
        answer.failure.empty()
            ? fmt::format("best found: {} of the catalogue, better than all that the search found",
                          answer.result.mapping)
            : fmt::format("best found: {} of the catalogue; the search has no answer: {}",
                          answer.result.mapping, answer.failure);
  }
  if (answer.stopped) {
    out = "best found: stopped by Ctrl-C before the end";
  }
  if (!isSimulated(answer)) {
    out += answer.stopped ? "; not simulated" : "; too long to simulate, so this is the bound";
  }
  return out + ". " + looked(answer);
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
    out += fmt::format("written to {}: {} -m {}\n", options.output, command("run", options),
                       report::shellWord(options.output));
  }
  return out;
}

namespace {

nlohmann::ordered_json number(std::optional<double> value) {
  if (!value || !std::isfinite(*value)) {
    return nullptr;
  }
  if (const auto whole = core::exactWhole(*value)) {
    return *whole;
  }
  return *value;
}

} // namespace

std::string mapJson(const MapOptions& options, const MapAnswer& answer) {
  const auto& result = answer.result;
  const auto seconds =
      result.seconds > 0 ? nlohmann::ordered_json(result.seconds) : nlohmann::ordered_json();
  nlohmann::ordered_json out{{"workload", options.workload},
                             {"machine", result.machine},
                             {"objective", options.objective},
                             {"optimal", answer.optimal},
                             {"proven_when_simulated", answer.proven},
                             {"all_better_bounds_simulated", answer.allSimulated},
                             {"interrupted", answer.stopped},
                             {"from_catalogue", answer.fromCatalogue},
                             {"searched_to_end", !answer.cut},
                             {"met", number(answer.met)},
                             {"evaluated", number(answer.evaluated)},
                             {"excluded", number(answer.excluded)},
                             {"not_looked_at", number(answer.unseen)},
                             {"excluded_groups", number(answer.groups)},
                             {"simulated", answer.simulated},
                             {"engine", result.engine},
                             {"search_seconds", answer.seconds},
                             {"seconds", seconds},
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
  auto how = "Found by " + command("map", options);
  for (const auto& condition : options.requirements) {
    how += " --require " + report::shellWord(condition);
  }
  const auto& objective = objectiveOf(options);
  return {how + ":", fmt::format("{}, {}. docs/mapper.md says what was looked at.",
                                 valueText(objective, answer.value),
                                 answer.stopped         ? "on the bound; the search was stopped"
                                 : answer.allSimulated  ? "optimal in its space when simulated"
                                 : answer.optimal       ? "optimal in its space on the bound"
                                 : answer.fromCatalogue ? "a mapping of the catalogue"
                                 : answer.cut           ? "the best found in the time given"
                                                        : "the best found, without a proof")};
}

} // namespace einsight::cli
