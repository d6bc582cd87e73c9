#include "walk.hpp"

#include "einsum/analysis.hpp"
#include "workloads/catalogue.hpp"

namespace einsight::library {
namespace {

constexpr std::int64_t kLength = 40;
constexpr std::int64_t kSmallest = 4; ///< that a parameter is halved down to

/// The largest free parameter that may still be halved.
std::string largest(const einsum::Cascade& cascade, const core::Settings& tried) {
  std::string out;
  std::int64_t value = kSmallest;
  for (const auto& parameter : cascade.parameters()) {
    if (!parameter.derived && parameter.name != "L" && tried.count(parameter.name) == 0 &&
        parameter.value > value) {
      out = parameter.name;
      value = parameter.value;
    }
  }
  return out;
}

} // namespace

double operationsOf(const einsum::Cascade& cascade) {
  double out = 0;
  for (const auto& einsum : cascade.einsums()) {
    if (const auto counts = einsum::operations(cascade, einsum)) {
      for (const auto& [op, count] : *counts) {
        out += static_cast<double>(count);
      }
    }
  }
  return out;
}

core::Settings smallSettings(const std::string& workload, double operations) {
  core::Settings settings{{"L", kLength}};
  core::Settings stuck; // parameters that cannot be halved further
  for (auto cascade = workloads::load(workload, settings);
       cascade && operationsOf(*cascade) > operations;) {
    const auto name = largest(*cascade, stuck);
    if (name.empty()) {
      break;
    }
    auto next = settings;
    next[name] = core::Rational(*cascade->parameter(name) / 2);
    if (auto smaller = workloads::load(workload, next)) {
      settings = std::move(next);
      cascade = std::move(smaller);
    } else {
      stuck[name] = 1;
    }
  }
  return settings;
}

} // namespace einsight::library
