#include "validation/arrays/runs.hpp"

#include "workloads/catalogue.hpp"

#include <fmt/format.h>

namespace einsight::validation {
namespace {

std::string keyOf(const Design& design, const std::string& model, std::int64_t length) {
  auto key = fmt::format("{}\n{}\n{}\n{}\n{}", design.workload, design.machine, design.mapping,
                         model, length);
  for (const auto& [name, value] : design.machineSettings) {
    key += fmt::format("\n{}={}", name, value.text());
  }
  return key;
}

core::Expected<core::Settings> machineSettings(const Design& design, const std::string& workload) {
  core::Settings settings;
  if (design.machineSettings.empty()) {
    return settings;
  }
  const auto cascade = workloads::load(workload);
  if (!cascade) {
    return core::failure(cascade.error());
  }
  core::Problems problems;
  for (const auto& [name, expression] : design.machineSettings) {
    const auto value =
        expression.evaluate([&](std::string_view parameter) -> std::optional<core::Rational> {
          const auto found = cascade->parameter(parameter);
          return found ? std::optional(core::Rational(*found)) : std::nullopt;
        });
    if (value) {
      settings.emplace(name, *value);
    } else {
      problems.push_back({{{}, 0, 0, "machine_settings." + name}, value.error(), {}});
    }
  }
  if (!problems.empty()) {
    return core::failure(std::move(problems));
  }
  return settings;
}

core::Expected<explore::Point> prepare(const Design& design, const std::string& model,
                                       std::int64_t length) {
  explore::PointRequest request;
  request.workload = design.workload + ":" + model;
  request.machine = design.machine;
  request.mapping = design.mapping;
  request.workloadSettings.emplace("L", core::Rational(length));
  auto settings = machineSettings(design, request.workload);
  if (!settings) {
    return core::failure(std::move(settings.error()));
  }
  request.machineSettings = std::move(*settings);
  return explore::prepare(request);
}

} // namespace

const ArrayRuns::PreparedPoint& ArrayRuns::prepared(const Design& design, const std::string& model,
                                                    std::int64_t length, const std::string& key) {
  auto found = points_.find(key);
  if (found == points_.end()) {
    auto point = prepare(design, model, length).map([](explore::Point ready) {
      return std::shared_ptr<const explore::Point>(
          std::make_shared<explore::Point>(std::move(ready)));
    });
    found = points_.emplace(key, std::move(point)).first;
  }
  return found->second;
}

const core::Expected<Simulation>& ArrayRuns::get(const Design& design, const std::string& model,
                                                 std::int64_t length, const std::string& engine) {
  const auto key = keyOf(design, model, length);
  auto found = simulations_.find(key + "\n" + engine);
  if (found == simulations_.end()) {
    auto simulation = prepared(design, model, length, key)
                          .and_then([&](const std::shared_ptr<const explore::Point>& point) {
                            explore::RunOptions options;
                            options.engine = engine;
                            options.progress = [this](double) { return goOn_(); };
                            return explore::run(*point, options).map([&](results::Result result) {
                              return Simulation{point, std::move(result)};
                            });
                          });
    found = simulations_.emplace(key + "\n" + engine, std::move(simulation)).first;
  }
  return found->second;
}

} // namespace einsight::validation
