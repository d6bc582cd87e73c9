#include "config/catalogue.hpp"
#include "explore/serving/pass.hpp"
#include "sim/serving/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace einsight::explore {
namespace {

using sim::serving::Served;
using sim::serving::Shape;

constexpr double kTokensPerMtoken = 1e6;
constexpr double kSecondsPerHour = 3600;
constexpr const char* kMemory = "memory for keys and values";

/// A served load, and what it needed.
struct Answer {
  Served served;
  double meanContext = 0; ///< tokens that a new token sees
};

core::Expected<sim::serving::Iteration> iterationOf(const ServingPoint& point, const Shape& shape,
                                                    const Speedups& speedups) {
  return passOf(point, shape, speedups).and_then(sim::serving::simulate);
}

core::Expected<Answer> serveFixed(const ServingPoint& point, const FixedBatch& fixed,
                                  const Speedups& speedups) {
  const auto& rules = point.plan.rules;
  const auto batches = std::min<std::int64_t>(rules.batches, fixed.requests);
  Shape shape;
  shape.batches = static_cast<int>(batches);
  shape.requests = static_cast<double>(fixed.requests) / static_cast<double>(batches);
  shape.tokens = shape.requests * sim::serving::residentTokens(rules, fixed.context);
  const auto iteration = iterationOf(point, shape, speedups);
  if (!iteration) {
    return core::failure(iteration.error());
  }
  Answer answer;
  auto& serving = answer.served.serving;
  const double seconds = iteration->seconds;
  serving.tbt = {seconds, seconds, seconds, seconds};
  serving.ttft = serving.tbt;
  serving.requests = fixed.requests;
  serving.tokens = fixed.requests;
  serving.iterations = 1;
  serving.meanBatch = static_cast<double>(fixed.requests);
  serving.tokensPerSecond = serving.meanBatch / seconds;
  serving.capacityTokens = rules.capacityTokens;
  serving.peakTokens = shape.tokens * static_cast<double>(batches);
  answer.served.seconds = seconds;
  answer.served.busySeconds = iteration->busySeconds;
  answer.meanContext = static_cast<double>(fixed.context);
  return answer;
}

core::Expected<Answer> serveTrace(const ServingPoint& point, const workloads::Trace& trace,
                                  const Speedups& speedups, double memory,
                                  const std::function<bool(double)>& progress) {
  std::vector<sim::serving::Request> requests;
  double pairs = 0, tokens = 0;
  for (const auto& row : workloads::requestsOf(trace)) {
    requests.push_back({row.arrivalSeconds, row.prompt, row.output});
    const auto output = static_cast<double>(row.output);
    pairs += output * (static_cast<double>(row.prompt) + output / 2);
    tokens += output;
  }
  auto rules = point.plan.rules;
  rules.capacityTokens *= memory;
  rules.mostRequests = static_cast<std::int64_t>(static_cast<double>(rules.mostRequests) * memory);
  sim::serving::IterationTable table(
      [&](const Shape& shape) { return iterationOf(point, shape, speedups); });
  auto served = sim::serving::serve(
      requests, rules, [&](const Shape& shape) { return table(shape); }, progress);
  if (!served) {
    return core::failure(std::move(served.error()));
  }
  return Answer{std::move(*served), tokens > 0 ? pairs / tokens : 0};
}

core::Expected<Answer> serveWith(const ServingPoint& point, const Speedups& speedups, double memory,
                                 const std::function<bool(double)>& progress) {
  if (const auto* fixed = std::get_if<FixedBatch>(&point.load)) {
    return serveFixed(point, *fixed, speedups);
  }
  return serveTrace(point, std::get<workloads::Trace>(point.load), speedups, memory, progress);
}

void addUnits(const ServingPoint& point, const Served& served, results::Result& result) {
  const auto parts = partsOf(point);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    results::UnitUse use;
    use.name = parts[i].name;
    use.busyCycles = served.busySeconds[i] * sim::serving::kTicksPerSecond;
    use.utilization = result.seconds > 0 ? served.busySeconds[i] / result.seconds : 0;
    use.stalls.idle =
        std::max(0.0, result.seconds - served.busySeconds[i]) * sim::serving::kTicksPerSecond;
    result.units.push_back(std::move(use));
  }
}

/// Bytes between the devices of projections and of attention: sent and received are the same.
void addNetwork(const ServingPoint& point, results::Result& result) {
  if (!point.plan.separate()) {
    return;
  }
  const auto bytes = networkBytes(point);
  const auto tokens = static_cast<double>(result.serving->tokens);
  const auto layers = static_cast<double>(point.model.layers);
  result.levels.push_back({point.plan.network->name,
                           std::llround(tokens * layers * (bytes.query + bytes.keyValue)),
                           std::llround(tokens * layers * bytes.back)});
}

core::Expected<void> addLimits(const ServingPoint& point, const RunOptions& options,
                               const Served& before, results::Result& result) {
  const auto parts = partsOf(point);
  const auto add = [&](const std::string& name, double use, const Speedups& speedups,
                       double memory) -> core::Expected<void> {
    const auto faster = serveWith(point, speedups, memory, options.progress);
    if (!faster) {
      return core::failure(faster.error());
    }
    // Where one of both loads ends before it is steady, all of their time is compared.
    const auto& other = faster->served;
    result.limits.push_back({name, use,
                             before.steady && other.steady
                                 ? other.serving.tokensPerSecond / before.serving.tokensPerSecond
                                 : before.seconds / other.seconds});
    return {};
  };
  for (std::size_t i = 0; i < parts.size(); ++i) {
    Speedups speedups(parts.size(), 1);
    speedups[i] = 2;
    if (auto added = add(parts[i].name, result.units[i].utilization, speedups, 1); !added) {
      return added;
    }
  }
  if (std::holds_alternative<workloads::Trace>(point.load)) {
    const double use = result.serving->peakTokens / result.serving->capacityTokens;
    if (auto added = add(kMemory, use, {}, 2); !added) {
      return added;
    }
  }
  std::stable_sort(result.limits.begin(), result.limits.end(), [](const auto& a, const auto& b) {
    return a.speedupIfDoubled > b.speedupIfDoubled;
  });
  constexpr double kNoticed = 1.01;
  result.serving->limitedBy = result.limits.front().speedupIfDoubled > kNoticed
                                  ? result.limits.front().unit
                                  : "the rate of requests";
  return {};
}

void addProvenance(const ServingPoint& point, results::Result& result) {
  auto files = point.cluster->data().files;
  files.push_back(point.model.file);
  files.push_back(point.mapping.file);
  if (const auto* trace = std::get_if<workloads::Trace>(&point.load)) {
    files.push_back(trace->file);
  }
  for (const auto& file : files) {
    if (const auto hash = config::hashOfFile(file); !hash.empty()) {
      result.inputs[file] = hash;
    }
  }
  result.version = EINSIGHT_VERSION;
}

} // namespace

std::size_t limitsOf(const ServingPoint& point) {
  return partsOf(point).size() + (std::holds_alternative<workloads::Trace>(point.load) ? 1 : 0);
}

core::Expected<results::Result> run(const ServingPoint& point, const RunOptions& options) {
  if (options.engine != "cycle") {
    return core::failure({{{{}, 0, 0, "--engine"},
                           fmt::format("engine {} does not serve requests", options.engine),
                           "--engine cycle"}});
  }
  auto answer = serveWith(point, {}, 1, options.progress);
  if (!answer) {
    return core::failure(std::move(answer.error()));
  }
  results::Result result;
  result.workload = point.model.name;
  result.machine = point.cluster->name();
  result.mapping = point.mapping.name;
  result.engine = options.engine;
  result.seconds = answer->served.seconds;
  result.serving = answer->served.serving;
  auto& serving = *result.serving;
  serving.usdPerHour = point.cluster->dollarsPerHour();
  if (serving.usdPerHour && serving.tokensPerSecond > 0) {
    serving.usdPerMtoken =
        *serving.usdPerHour / kSecondsPerHour / serving.tokensPerSecond * kTokensPerMtoken;
  }
  result.flops = static_cast<double>(serving.tokens) *
                 workloads::flopsPerToken(point.model, answer->meanContext);
  addUnits(point, answer->served, result);
  addNetwork(point, result);
  result.energy.reason = "no energy table covers clusters";
  result.areaReason = "no area table covers clusters";
  result.notes = point.notes;
  result.notes.emplace_back("device times are bounds with the machines' sustained rates");
  if (options.limits) {
    if (auto limits = addLimits(point, options, answer->served, result); !limits) {
      return core::failure(std::move(limits.error()));
    }
  }
  addProvenance(point, result);
  return result;
}

} // namespace einsight::explore
