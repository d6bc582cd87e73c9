#include "cli/compare/points.hpp"

#include "arch/catalogue.hpp"
#include "einsum/analysis.hpp"
#include "explore/any_point.hpp"
#include "explore/inputs.hpp"
#include "workloads/catalogue.hpp"
#include "workloads/mechanism.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::cli {
namespace {

constexpr double kBitsPerByte = 8;
constexpr std::string_view kDecode = "-decode";

/// The bytes that decoding keeps per layer and sequence of the length of the context.
std::optional<double> cacheOf(const std::string& workload, const einsum::Cascade& cascade) {
  const auto mechanism = workloads::mechanismOf(workload, cascade);
  const auto length = cascade.parameter("L");
  if (!mechanism || !*mechanism || !length) {
    return std::nullopt;
  }
  const auto& about = **mechanism;
  return (about.cachePerToken * static_cast<double>(*length) + about.state) * about.cacheBits /
         kBitsPerByte;
}

/// A problem in a line. Of those of several mappings: that a workload is larger than the memory, if
/// one says so; else the last one, as the last mapping takes any cascade.
void setProblem(ComparePoint& point, const core::Problems& problems) {
  if (problems.empty()) {
    point.problem = "not simulated";
    return;
  }
  auto shown = std::find_if(problems.begin(), problems.end(), [](const core::Problem& problem) {
    return problem.what.find("of tensors in memory") != std::string::npos;
  });
  shown = shown == problems.end() ? std::prev(shown) : shown;
  const auto text = core::render({*shown});
  point.problem = text.substr(0, text.find('\n'));
  point.help = shown->help;
}

struct Task {
  std::string phase, workload;
};

ComparePoint simulate(const CompareRequest& request, const explore::PointRequest& point,
                      double value, explore::Inputs& inputs) {
  ComparePoint out{{}, point.workload, point.machine, {}, value};
  const auto cascade = workloads::load(point.workload, point.workloadSettings);
  if (!cascade) {
    setProblem(out, cascade.error());
    return out;
  }
  out.operations = einsum::flops(*cascade);
  out.batch = cascade->parameter("B");
  out.cacheBytes = cacheOf(point.workload, *cascade);
  const auto prepared = explore::prepareAny(point, inputs);
  if (!prepared) {
    setProblem(out, prepared.error());
    return out;
  }
  explore::RunOptions options;
  options.engine = request.engine;
  const auto result = explore::run(*prepared, options);
  if (!result) {
    setProblem(out, result.error());
    return out;
  }
  out.seconds = result->seconds;
  out.mapping = result->mapping;
  for (const auto& unit : result->units) {
    if (out.busiest.empty() || unit.utilization > out.utilization) {
      out.busiest = unit.name;
      out.utilization = unit.utilization;
    }
  }
  return out;
}

/// The workload as it is, and the form of it that decodes, where the catalogue has both.
std::vector<std::pair<std::string, std::string>> phasesOf(const std::string& workload) {
  if (workload.ends_with(kDecode)) {
    return {{"decode", workload}};
  }
  std::vector<std::pair<std::string, std::string>> out{{"prefill", workload}};
  for (const auto& entry : workloads::list()) {
    if (entry.name == workload + std::string(kDecode)) {
      out.emplace_back("decode", entry.name);
    }
  }
  return out;
}

std::vector<Task> tasksOf(const CompareRequest& request) {
  std::vector<Task> out;
  for (const std::string_view wanted : {"prefill", "decode"}) {
    for (const auto& workload : request.workloads) {
      for (const auto& [phase, name] : phasesOf(workload)) {
        if (phase == wanted) {
          out.push_back({phase, name});
        }
      }
    }
  }
  return out;
}

/// What is wrong with workloads and machines whatever is set.
core::Problems unknownNames(const CompareRequest& request, const std::vector<Task>& tasks) {
  core::Problems out;
  for (const auto& task : tasks) {
    if (const auto cascade = workloads::load(task.workload); !cascade) {
      out.insert(out.end(), cascade.error().begin(), cascade.error().end());
    }
  }
  for (const auto& machine : request.machines) {
    if (const auto kind = arch::kindOf(machine); !kind) {
      out.insert(out.end(), kind.error().begin(), kind.error().end());
    }
  }
  return out;
}

/// Settings that some of the workloads have a parameter for, by those that have none. What no
/// workload has stays, and is the mistake of every point.
std::map<std::string, std::set<std::string>> settingsWithout(const CompareRequest& request,
                                                             const std::vector<Task>& tasks) {
  std::vector<std::string> names{request.parameter};
  for (const auto& [name, value] : request.workload) {
    names.push_back(name);
  }
  std::map<std::string, std::set<std::string>> out;
  for (const auto& name : names) {
    std::vector<std::string> lacking;
    for (const auto& task : tasks) {
      const auto cascade = workloads::load(task.workload);
      if (cascade && !cascade->parameter(name)) {
        lacking.push_back(task.workload);
      }
    }
    if (lacking.size() < tasks.size()) {
      for (const auto& workload : lacking) {
        out[workload].insert(name);
      }
    }
  }
  return out;
}

std::vector<std::vector<std::int64_t>> resultShapes(const einsum::Cascade& cascade) {
  std::vector<std::vector<std::int64_t>> out;
  for (const auto& tensor : cascade.tensors()) {
    if (tensor.result) {
      out.push_back(tensor.shape);
    }
  }
  return out;
}

/// Whether the parameter may be set and has no part in the sizes of results: they sum over it.
bool isSummedOver(const std::string& workload, const einsum::Cascade& cascade,
                  const std::string& name) {
  for (const auto& parameter : cascade.parameters()) {
    if (parameter.name == name && !parameter.derived) {
      const auto larger = workloads::load(workload, {{name, core::Rational(2 * parameter.value)}});
      return larger && resultShapes(*larger) == resultShapes(cascade);
    }
  }
  return false;
}

/// What a form that decodes calls the context, where it lacks the parameter that the prompt's form
/// calls so: the one parameter that the prompt's makes as large as that, and whose values the
/// form's results sum over. Empty: there is none, or the form has the parameter.
std::string contextOf(const std::string& form, const std::string& parameter) {
  const auto prompt = mechanismName(form);
  const auto decode = workloads::load(form);
  if (prompt == form || !decode || decode->parameter(parameter)) {
    return {};
  }
  const auto one = workloads::load(prompt);
  if (!one || !one->parameter(parameter)) {
    return {};
  }
  const auto value = one->parameter(parameter).value_or(0);
  const auto two = workloads::load(prompt, {{parameter, core::Rational(2 * value)}});
  if (!two) {
    return {};
  }
  std::vector<std::string> found;
  for (const auto& each : one->parameters()) {
    const bool follows = each.value == value && two->parameter(each.name) == 2 * value;
    if (follows && isSummedOver(form, *decode, each.name)) {
      found.push_back(each.name);
    }
  }
  return found.size() == 1 ? found.front() : std::string();
}

/// contextOf of each workload that has one and is not told otherwise.
std::map<std::string, std::string> contextsOf(const CompareRequest& request,
                                              const std::vector<Task>& tasks) {
  std::map<std::string, std::string> out;
  for (const auto& task : tasks) {
    const auto name = contextOf(task.workload, request.parameter);
    if (!name.empty() && !request.workload.contains(name)) {
      out[task.workload] = name;
    }
  }
  return out;
}

explore::PointRequest requestOf(const CompareRequest& request, const Task& task,
                                const std::string& machine, const core::Rational& value,
                                const Comparison& comparison) {
  explore::PointRequest out;
  out.workload = task.workload;
  out.machine = machine;
  out.mapping = request.mapping;
  out.engine = request.engine;
  out.workloadSettings = request.workload;
  out.workloadSettings[request.parameter] = value;
  out.machineSettings = request.machine;
  out.mappingSettings = request.mappingSettings;
  const auto& without = comparison.without;
  if (const auto found = without.find(task.workload); found != without.end()) {
    for (const auto& name : found->second) {
      out.workloadSettings.erase(name);
    }
  }
  const auto& context = comparison.context;
  if (const auto found = context.find(task.workload); found != context.end()) {
    out.workloadSettings.erase(request.parameter);
    out.workloadSettings[found->second] = value;
  }
  return out;
}

} // namespace

core::Expected<Comparison> compare(const CompareRequest& request,
                                   const std::function<void(double)>& progress) {
  const auto tasks = tasksOf(request);
  auto problems = unknownNames(request, tasks);
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  Comparison out;
  out.without = settingsWithout(request, tasks);
  out.context = contextsOf(request, tasks);
  for (const auto& [workload, name] : out.context) {
    auto& lacking = out.without[workload];
    lacking.erase(request.parameter);
    if (lacking.empty()) {
      out.without.erase(workload);
    }
  }
  explore::Inputs inputs(true);
  const auto total =
      static_cast<double>(tasks.size() * request.machines.size() * request.values.size());
  for (const std::string_view phase : {"prefill", "decode"}) {
    for (const auto& machine : request.machines) {
      for (const auto& value : request.values) {
        for (const auto& task : tasks) {
          if (task.phase == phase) {
            const auto point = requestOf(request, task, machine, value, out);
            out.points.push_back(simulate(request, point, value.toDouble(), inputs));
            out.points.back().phase = phase;
            progress(static_cast<double>(out.points.size()) / total);
          }
        }
      }
    }
  }
  const auto works = [](const ComparePoint& point) { return point.seconds.has_value(); };
  if (std::none_of(out.points.begin(), out.points.end(), works)) {
    std::vector<std::pair<std::string, std::string>> told;
    for (const auto& point : out.points) {
      const std::pair why(point.workload, point.problem);
      if (std::find(told.begin(), told.end(), why) == told.end()) {
        told.push_back(why);
        problems.push_back({{{}, 0, 0, point.workload}, point.problem, point.help});
      }
    }
    return core::failure(std::move(problems));
  }
  out.crossovers = crossoversOf(out.points);
  return out;
}

} // namespace einsight::cli
