#include "cli/compare_points.hpp"

#include "einsum/analysis.hpp"
#include "explore/any_point.hpp"
#include "workloads/catalogue.hpp"
#include "workloads/mechanism.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace einsight::cli {
namespace {

constexpr double kAlike = 0.01; ///< of two times: neither is faster

constexpr double kBitsPerByte = 8;
constexpr std::string_view kDecode = "-decode";

double operationsOf(const einsum::Cascade& cascade) {
  double out = 0;
  for (const auto& einsum : cascade.einsums()) {
    if (const auto counts = einsum::operations(cascade, einsum)) {
      for (const auto& [op, count] : *counts) {
        out += static_cast<double>(count) * (op == "macc" ? 2 : 1);
      }
    }
  }
  return out;
}

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

std::string firstLine(const core::Problems& problems) {
  const auto text = problems.empty() ? std::string("not simulated") : core::render(problems);
  return text.substr(0, text.find('\n'));
}

ComparePoint simulate(const CompareRequest& request, const std::string& workload,
                      const std::string& machine, const core::Rational& value) {
  ComparePoint out;
  out.workload = workload;
  out.machine = machine;
  out.value = value.toDouble();
  explore::PointRequest point;
  point.workload = workload;
  point.machine = machine;
  point.mapping = request.mapping;
  point.workloadSettings = request.workload;
  point.workloadSettings[request.parameter] = value;
  point.machineSettings = request.machine;
  point.mappingSettings = request.mappingSettings;
  const auto cascade = workloads::load(workload, point.workloadSettings);
  if (!cascade) {
    out.problem = firstLine(cascade.error());
    return out;
  }
  out.operations = operationsOf(*cascade);
  out.cacheBytes = cacheOf(workload, *cascade);
  const auto prepared = explore::prepareAny(point);
  if (!prepared) {
    out.problem = firstLine(prepared.error());
    return out;
  }
  explore::RunOptions options;
  options.engine = request.engine;
  const auto result = explore::run(*prepared, options);
  if (!result) {
    out.problem = firstLine(result.error());
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

bool exists(const std::string& workload) {
  const auto all = workloads::list();
  return std::any_of(all.begin(), all.end(),
                     [&](const workloads::Entry& entry) { return entry.name == workload; });
}

/// The workload as it is, and the form of it that decodes, where the catalogue has both.
std::vector<std::pair<std::string, std::string>> phasesOf(const std::string& workload) {
  if (workload.ends_with(kDecode)) {
    return {{"decode", workload}};
  }
  std::vector<std::pair<std::string, std::string>> out{{"prefill", workload}};
  if (exists(workload + std::string(kDecode))) {
    out.emplace_back("decode", workload + std::string(kDecode));
  }
  return out;
}

std::optional<double> secondsAt(const std::vector<ComparePoint>& points, const ComparePoint& like,
                                const std::string& name) {
  const auto found = std::find_if(points.begin(), points.end(), [&](const ComparePoint& each) {
    return each.phase == like.phase && each.machine == like.machine && each.value == like.value &&
           mechanismName(each.workload) == name;
  });
  return found == points.end() ? std::nullopt : found->seconds;
}

/// Crossings of two workloads along values that both have, in one phase on one machine.
void addCrossings(const std::vector<ComparePoint>& points, const std::vector<ComparePoint>& along,
                  const std::string& first, const std::string& second,
                  std::vector<Crossover>& out) {
  std::optional<std::pair<double, double>> before; // value, log of the quotient of times
  for (const auto& point : along) {
    const auto a = secondsAt(points, point, first);
    const auto b = secondsAt(points, point, second);
    if (!a || !b) {
      continue;
    }
    const double quotient = std::log(*a / *b);
    if (std::abs(quotient) < kAlike) {
      continue;
    }
    if (before && (before->second < 0) != (quotient < 0)) {
      const double part = before->second / (before->second - quotient);
      const double at =
          std::exp(std::log(before->first) + part * std::log(point.value / before->first));
      out.push_back({point.phase, point.machine, quotient < 0 ? first : second,
                     quotient < 0 ? second : first, before->first, point.value, at});
    }
    before = {point.value, quotient};
  }
}

template <class T>
bool addOnce(std::vector<T>& list, const T& value) {
  if (std::find(list.begin(), list.end(), value) != list.end()) {
    return false;
  }
  list.push_back(value);
  return true;
}

} // namespace

std::string mechanismName(const std::string& workload) {
  return workload.ends_with(kDecode) ? workload.substr(0, workload.size() - kDecode.size())
                                     : workload;
}

std::vector<Crossover> crossoversOf(const std::vector<ComparePoint>& points) {
  std::vector<Crossover> out;
  std::vector<std::pair<std::string, std::string>> places;
  for (const auto& point : points) {
    if (!addOnce(places, {point.phase, point.machine})) {
      continue;
    }
    std::vector<std::string> names;
    std::vector<ComparePoint> along; // one for each value
    std::vector<double> values;
    for (const auto& other : points) {
      if (other.phase == point.phase && other.machine == point.machine) {
        addOnce(names, mechanismName(other.workload));
        if (addOnce(values, other.value)) {
          along.push_back(other);
        }
      }
    }
    std::sort(along.begin(), along.end(),
              [](const auto& a, const auto& b) { return a.value < b.value; });
    for (std::size_t i = 0; i < names.size(); ++i) {
      for (std::size_t j = i + 1; j < names.size(); ++j) {
        addCrossings(points, along, names[i], names[j], out);
      }
    }
  }
  return out;
}

core::Expected<Comparison> compare(const CompareRequest& request,
                                   const std::function<void(double)>& progress) {
  struct Task {
    std::string phase, workload;
  };
  std::vector<Task> tasks;
  for (const std::string_view wanted : {"prefill", "decode"}) {
    for (const auto& workload : request.workloads) {
      for (const auto& [phase, name] : phasesOf(workload)) {
        if (phase == wanted) {
          tasks.push_back({phase, name});
        }
      }
    }
  }
  Comparison out;
  core::Problems problems;
  const auto total =
      static_cast<double>(tasks.size() * request.machines.size() * request.values.size());
  for (const std::string_view phase : {"prefill", "decode"}) {
    for (const auto& machine : request.machines) {
      for (const auto& value : request.values) {
        for (const auto& task : tasks) {
          if (task.phase == phase) {
            out.points.push_back(simulate(request, task.workload, machine, value));
            out.points.back().phase = phase;
            progress(static_cast<double>(out.points.size()) / total);
          }
        }
      }
    }
  }
  const auto works = [](const ComparePoint& point) { return point.seconds.has_value(); };
  if (std::none_of(out.points.begin(), out.points.end(), works)) {
    for (const auto& point : out.points) {
      problems.push_back({{{}, 0, 0, point.workload}, point.problem, {}});
    }
    return core::failure(std::move(problems));
  }
  out.crossovers = crossoversOf(out.points);
  return out;
}

} // namespace einsight::cli
