#pragma once
#include "tests/mappings/gpu/gpu_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <string>
#include <vector>

namespace einsight::mappings::gpu::test {

inline char letterOf(sim::gpu::Step::Unit unit) {
  return "TLS"[sim::gpu::numberOf(unit)];
}

/// "T BQK needs carried loads" of each step of a part.
inline std::vector<std::string> shapeOf(const sim::gpu::Part& part) {
  std::vector<std::string> out;
  for (const auto& step : part.steps) {
    out.push_back(fmt::format("{} {} needs [{}] carried [{}] loads [{}]", letterOf(step.unit),
                              step.name, fmt::join(step.needs, ","), fmt::join(step.carried, ","),
                              fmt::join(step.loads, ",")));
  }
  return out;
}

/// Operations of a step by operator, over its Einsums.
inline std::map<std::string, double> operationsOf(const sim::gpu::Step& step) {
  std::map<std::string, double> out;
  for (const auto& work : step.work) {
    out[work.op] += work.operations;
  }
  return out;
}

} // namespace einsight::mappings::gpu::test
