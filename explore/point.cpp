#include "explore/point.hpp"

#include "explore/mapper/search_mapping.hpp"
#include "explore/request_parts.hpp"
#include "explore/resizing.hpp"
#include "sim/merge.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::explore {
namespace {

using Parts = RequestParts<arch::Machine>;

std::function<core::Where(const std::string&)> whereOf(const mappings::Mapping& mapping) {
  return [&mapping](const std::string& name) {
    const auto found =
        std::find_if(mapping.parameters.begin(), mapping.parameters.end(),
                     [&](const mappings::Parameter& each) { return each.name == name; });
    return found == mapping.parameters.end() ? core::Where() : found->where;
  };
}

core::Expected<Point> prepare(const PointRequest& request, const Parts& parts,
                              const std::string& name, Inputs& inputs) {
  const auto file = mappings::find(name);
  if (!file) {
    return core::failure(file.error());
  }
  const auto read = [&](const einsum::Cascade& cascade) {
    return inputs.mapping(*file, cascade, **parts.machine, request.mappingSettings);
  };
  const auto first = read(**parts.cascade);
  if (!*first) {
    return core::failure(first->error());
  }
  auto wishes = mappings::workloadParameters(**first, **parts.cascade, **parts.machine);
  if (!wishes) {
    return core::failure(std::move(wishes.error()));
  }
  if (auto problems = resizing(*wishes, request, **parts.cascade, inputs, whereOf(**first));
      !problems.empty()) {
    return core::failure(std::move(problems));
  }
  const auto cascade = inputs.cascade(request.workload, underUser(std::move(*wishes), request));
  if (!*cascade) {
    return core::failure(cascade->error());
  }
  const auto mapping = read(**cascade);
  if (!*mapping) {
    return core::failure(mapping->error());
  }
  return explore::prepare(**mapping, **cascade, **parts.machine, name);
}

/// How far above the smallest bound a mapping came out that was searched for, where it is far.
std::string aboveBound(const MapAnswer& found) {
  constexpr double kNear = 1.01;
  constexpr double kPercent = 100;
  return found.value <= kNear * found.bound
             ? std::string()
             : fmt::format(", simulated {:.0f}% above the smallest bound",
                           kPercent * (found.value / found.bound - 1));
}

/// Settings of a mapping where one would have to be searched for.
core::Problems settingsOfFound(const PointRequest& request) {
  core::Problems problems;
  for (const auto& setting : request.mappingSettings) {
    problems.push_back({{{}, 0, 0, "--set mapping." + setting.first},
                        "a mapping that is searched for takes no settings",
                        "give a mapping with -m; einsight map writes one to a file"});
  }
  return problems;
}

/// Where the catalogue has nothing for the cascade: what a short search finds, or what runs any
/// cascade where that is better.
core::Expected<Point> prepareFound(const PointRequest& request) {
  MapRequest search;
  search.workload = request.workload;
  search.machine = request.machine;
  search.workloadSettings = request.workloadSettings;
  search.machineSettings = request.machineSettings;
  search.steps = kShortSearch;
  return searchMapping(search).map([](MapAnswer found) {
    found.point.searched = !found.fromCatalogue;
    found.point.notes.push_back(
        found.fromCatalogue
            ? fmt::format("no mapping of the catalogue is made for this cascade: {} runs any, and "
                          "a short search found none better; einsight map searches longer",
                          found.point.mappingName)
            : fmt::format("no mapping of the catalogue is legal here: this one was searched for "
                          "({}{}); einsight map can search longer and writes it to a file",
                          found.optimal ? "optimal in its space on the bound" : "best found",
                          aboveBound(found)));
    return std::move(found.point);
  });
}

/// Where nothing can be searched for: what any cascade can be mapped with.
core::Expected<Point> prepareGeneral(const PointRequest& request, const Parts& parts,
                                     Inputs& inputs) {
  for (const auto& name : mappings::generalMappings()) {
    if (auto point = prepare(request, parts, name, inputs)) {
      point->notes.push_back(
          fmt::format("no mapping of the catalogue is made for this cascade: {} runs any; "
                      "einsight map searches for a better one",
                      name));
      return point;
    }
  }
  return core::failure({});
}

/// Without a mapping: the first of the catalogue that is made for the cascade and legal here.
core::Expected<Point> prepareDefault(const PointRequest& request, const Parts& parts,
                                     Inputs& inputs) {
  const auto candidates = inputs.candidates(**parts.cascade);
  core::Problems reasons;
  for (const auto& name : *candidates) {
    auto point = prepare(request, parts, name, inputs);
    if (point) {
      point->notes.push_back(
          fmt::format("mapping {} chosen from the catalogue; -m gives another", name));
      return point;
    }
    reasons.insert(reasons.end(), point.error().begin(), point.error().end());
  }
  if (!request.mappingSettings.empty()) {
    return core::failure(candidates->empty() ? settingsOfFound(request) : std::move(reasons));
  }
  if (auto found = prepareFound(request)) {
    return found;
  }
  if (auto general = prepareGeneral(request, parts, inputs)) {
    return general;
  }
  if (candidates->empty()) {
    const auto& cascade = **parts.cascade;
    reasons.push_back({{cascade.file(), 1, 1, cascade.name()},
                       "no mapping of the catalogue is for this workload, and none was found",
                       "give one with -m; docs/mappings.md shows how to write it"});
  }
  return core::failure(std::move(reasons));
}

} // namespace

core::Expected<Point> prepare(mappings::Mapping mapping, einsum::Cascade cascade,
                              arch::Machine machine, const std::string& name) {
  auto verified = mappings::verify(std::move(mapping), std::move(cascade), std::move(machine));
  if (!verified) {
    return core::failure(std::move(verified.error()));
  }
  auto schedule = mappings::lower(*verified);
  if (!schedule) {
    return core::failure(std::move(schedule.error()));
  }
  for (auto& section : schedule->sections) {
    sim::mergeLoops(section);
  }
  return Point{std::move(*verified), std::move(*schedule), name, {}};
}

core::Expected<Point> prepare(const PointRequest& request, Inputs& inputs) {
  const auto parts =
      partsOf(request, inputs.machine(request.machine, request.machineSettings), inputs);
  if (!parts) {
    return core::failure(parts.error());
  }
  return request.mapping.empty() ? prepareDefault(request, *parts, inputs)
                                 : prepare(request, *parts, request.mapping, inputs);
}

core::Expected<Point> prepare(const PointRequest& request) {
  Inputs inputs;
  return prepare(request, inputs);
}

} // namespace einsight::explore
