#pragma once
#include "explore/inputs.hpp"
#include "explore/point.hpp"
#include "mappings/catalogue.hpp"

/// What the kinds of machines have in common when the files of a request are read.
namespace einsight::explore {

/// Adds the problems of a failure, so that all of a request are told at once.
template <class T>
void collect(const core::Expected<T>& result, core::Problems& problems) {
  if (!result) {
    problems.insert(problems.end(), result.error().begin(), result.error().end());
  }
}

/// What was read of a request; the mapping waits for both.
template <class Machine>
struct RequestParts {
  Shared<einsum::Cascade> cascade;
  Shared<Machine> machine;
};

/// Reads the workload of a request whose machine was read. Fails with every problem of both, of the
/// workload's lengths and of the mapping's name.
template <class Machine>
core::Expected<RequestParts<Machine>> partsOf(const PointRequest& request, Shared<Machine> machine,
                                              Inputs& inputs) {
  auto problems = request.mistakes;
  RequestParts<Machine> parts{inputs.cascade(request.workload, request.workloadSettings),
                              std::move(machine)};
  collect(*parts.cascade, problems);
  if (*parts.cascade) {
    collect(*inputs.lengths(request.workload, request.workloadSettings), problems);
  }
  collect(*parts.machine, problems);
  if (!request.mapping.empty()) {
    collect(mappings::find(request.mapping), problems);
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return parts;
}

/// A mapping's wishes for the workload's own tile sizes, under what the user asked for.
inline core::Settings underUser(core::Settings wishes, const PointRequest& request) {
  for (const auto& [name, value] : request.workloadSettings) {
    wishes[name] = value;
  }
  return wishes;
}

} // namespace einsight::explore
