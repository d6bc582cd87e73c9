#include "cli/command.hpp"
#include "cli/loop_nest.hpp"
#include "cli/settings.hpp"
#include "cli/terminal.hpp"
#include "core/format.hpp"
#include "core/text.hpp"
#include "explore/search_mapping.hpp"
#include "mappings/write.hpp"
#include "report/text.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

namespace einsight::cli {
namespace {

using explore::MapAnswer;
using mappings::Objective;

struct Options {
  std::string workload, machine;
  std::string objective = "latency";
  std::string output;
  std::vector<std::string> settings, requirements;
  std::int64_t seconds = 60;
};

struct Named {
  const char* name;
  Objective objective;
  const char* unit; ///< in which its values are shown
};
constexpr std::array kObjectives{Named{"latency", Objective::Latency, "cycles"},
                                 Named{"energy", Objective::Energy, "pJ"},
                                 Named{"edp", Objective::Edp, "pJ s"}};

const Named* objectiveOf(const std::string& name) {
  const auto* found = std::find_if(kObjectives.begin(), kObjectives.end(),
                                   [&](const Named& each) { return each.name == name; });
  return found == kObjectives.end() ? nullptr : found;
}

/// The request, or every mistake in the options.
core::Expected<explore::MapRequest> requestOf(const Options& options) {
  core::Problems problems;
  explore::MapRequest request;
  const auto* objective = objectiveOf(options.objective);
  if (objective == nullptr) {
    std::vector<std::string> known;
    for (const auto& each : kObjectives) {
      known.emplace_back(each.name);
    }
    problems.push_back({{{}, 0, 0, "--objective"},
                        fmt::format("there is no objective '{}'", options.objective),
                        core::suggestion(options.objective, known)});
  } else {
    request.objective = objective->objective;
  }
  auto settings = readSettings(options.settings);
  if (!settings) {
    problems.insert(problems.end(), settings.error().begin(), settings.error().end());
  } else if (!settings->mapping.empty()) {
    problems.push_back({{{}, 0, 0, "--set"},
                        fmt::format("mapping.{}: the sizes of the mapping are what is searched",
                                    settings->mapping.begin()->first),
                        "set parameters of the workload, and arch. of the machine"});
  }
  for (const auto& text : options.requirements) {
    auto condition = core::Expression::parse(text);
    if (condition) {
      request.requirements.push_back(std::move(*condition));
    } else {
      problems.push_back({{{}, 0, 0, "--require"},
                          fmt::format("'{}': {}", text, condition.error()),
                          "write for example array_2d.utilization >= 0.8"});
    }
  }
  if (options.seconds < 1) {
    problems.push_back({{{}, 0, 0, "--time-limit"},
                        fmt::format("'{}' is no time to search", options.seconds),
                        "write whole seconds, 1 or more"});
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  request.workload = options.workload;
  request.machine = options.machine;
  request.workloadSettings = std::move(settings->workload);
  request.machineSettings = std::move(settings->machine);
  request.seconds = options.seconds;
  request.limits = true;
  if (!options.output.empty()) {
    request.name = std::filesystem::path(options.output).stem().string();
  }
  return request;
}

/// Exact below `exact`, else with four digits.
std::string count(double number, double exact = 1e9) {
  return number < exact ? core::formatCount(std::llround(number)) : core::formatLarge(number);
}

std::string cycles(double number) {
  return count(number, 9e15);
}

std::string valueText(const Named& objective, double value) {
  return objective.objective == Objective::Latency ? cycles(value) + " cycles"
         : objective.objective == Objective::Energy
             ? core::formatEnergy(value)
             : fmt::format("{:.4g} {}", value, objective.unit);
}

/// "optimal: …" or "best found: …", and how much was looked at.
std::string verdict(const Named& objective, const MapAnswer& answer) {
  const auto bound = valueText(objective, answer.bound);
  auto out = !answer.optimal ? std::string("best found: the space was not searched to its end")
             : answer.proven
                 ? fmt::format("optimal: no mapping of the space takes less than {}", bound)
                 : fmt::format("optimal on the bound: no mapping of the space takes less than {}; "
                               "simulated, this one takes {:.2g}% more",
                               bound, 100 * (answer.value / answer.bound - 1));
  if (answer.fromCatalogue) {
    out = fmt::format("best found: {} of the catalogue, better than all that the search found",
                      answer.result.mapping);
  }
  if (answer.stopped) {
    out = "best found: stopped by Ctrl-C before the space was searched to its end; not simulated";
  }
  return fmt::format("{}. {} mappings in the space, {} evaluated, {} excluded by bounds, {} "
                     "simulated, in {}.\n",
                     out, count(answer.space), count(answer.evaluated), count(answer.excluded),
                     answer.simulated, core::formatSeconds(answer.seconds));
}

std::string comparison(const Named& objective, const MapAnswer& answer) {
  if (answer.fromCatalogue) {
    return "";
  }
  if (!answer.shipped) {
    return answer.stopped ? "" : "catalogue   no mapping of it is legal here\n";
  }
  const auto ratio = answer.shipped->value / answer.value;
  return fmt::format("catalogue   its best is {}: {}, {:.4g} times this one\n",
                     answer.shipped->name, valueText(objective, answer.shipped->value), ratio);
}

std::string text(const Options& options, const MapAnswer& answer) {
  const auto& objective = *objectiveOf(options.objective);
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

std::string json(const Options& options, const MapAnswer& answer) {
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

/// How the mapping came to be, for the head of its file.
std::vector<std::string> comment(const Options& options, const MapAnswer& answer) {
  auto how = fmt::format("Found by einsight map -w {} -a {} --objective {}", options.workload,
                         options.machine, options.objective);
  for (const auto& setting : options.settings) {
    how += " --set " + setting;
  }
  for (const auto& condition : options.requirements) {
    how += fmt::format(" --require '{}'", condition);
  }
  const auto& objective = *objectiveOf(options.objective);
  return {how + ":", fmt::format("{}, {}. docs/mapper.md says what was looked at.",
                                 valueText(objective, answer.value),
                                 answer.stopped         ? "on the bound; the search was stopped"
                                 : answer.optimal       ? "optimal in its space on the bound"
                                 : answer.fromCatalogue ? "a mapping of the catalogue"
                                                        : "the best found in the time given")};
}

core::Expected<Answer> work(const Options& options) {
  auto request = requestOf(options);
  if (!request) {
    return core::failure(std::move(request.error()));
  }
  const StopOnInterrupt interrupt;
  ProgressBar bar("searching");
  request->progress = [&](double fraction) {
    return bar.show(fraction) && !StopOnInterrupt::asked();
  };
  const auto found = explore::searchMapping(*request);
  if (!found && StopOnInterrupt::asked()) {
    Answer nothing;
    nothing.text = "stopped by Ctrl-C before a legal mapping was found; nothing is written\n";
    nothing.interrupted = true;
    return nothing;
  }
  if (!found) {
    return core::failure(found.error());
  }
  Answer answer;
  answer.text = text(options, *found);
  answer.json = json(options, *found);
  answer.interrupted = found->stopped;
  if (!options.output.empty()) {
    answer.files.emplace_back(
        options.output, mappings::write(found->point.mapping.mapping(), comment(options, *found)));
  }
  return answer;
}

} // namespace

Work addMap(CLI::App& options) {
  const auto given = std::make_shared<Options>();
  options.add_option("-w,--workload", given->workload, "name, CASCADE:MODEL or file")->required();
  options.add_option("-a,--arch", given->machine, "machine: name or file")->required();
  options.add_option("--objective", given->objective,
                     "what to make small: latency (default), energy or edp");
  options.add_option("-o,--output", given->output, "write the mapping to this file")
      ->type_name("FILE");
  options.add_option("--set", given->settings, "L=4K arch.PE=64")->delimiter(',');
  options.add_option("--require", given->requirements,
                     "a condition such as 'array_2d.utilization >= 0.8'; may be repeated");
  options.add_option("--time-limit", given->seconds,
                     "seconds after which the best so far is the answer (60)");
  return [given] { return work(*given); };
}

} // namespace einsight::cli
