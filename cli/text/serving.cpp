#include "cli/text/serving.hpp"

#include "core/format.hpp"
#include "explore/serving/pass.hpp"

#include <fmt/format.h>

namespace einsight::cli {
namespace {

using Align = report::Table::Align;

std::string roles(const explore::ServingPoint& point) {
  const auto& plan = point.plan;
  const auto& rules = plan.rules;
  std::string out;
  const auto line = [&](std::string_view name, const std::string& value) {
    out += fmt::format("  {:<18}{}\n", name, value);
  };
  const auto devices = [](const explore::ServingDevices& some) {
    return fmt::format("{} x {} ({})", some.count, some.gpu->name(), some.name);
  };
  line("projections", devices(plan.projections) +
                          (plan.replicas > 1 ? fmt::format(", {} replicas", plan.replicas) : ""));
  line("attention", plan.separate() ? devices(plan.attention) : "the same devices");
  if (plan.projections.link != nullptr) {
    line("all-reduce on", plan.projections.link->name);
  }
  if (plan.separate()) {
    line("messages on", plan.network->name);
  }
  line("batches in flight", fmt::format("{}", rules.batches));
  line("keys and values",
       fmt::format("room for {} tokens", core::formatLarge(rules.capacityTokens)));
  line("requests", fmt::format("{} at once", rules.mostRequests));
  line("prompts", rules.decodeOnly ? std::string("come with their keys and values")
                                   : fmt::format("in chunks, {} tokens an iteration at most",
                                                 rules.chunkTokens));
  return out;
}

} // namespace

std::string servingPlanText(const explore::ServingPoint& point, const report::Style& style) {
  constexpr double kContext = 4096;
  sim::serving::Shape shape;
  shape.requests = 1;
  shape.tokens = kContext;
  const auto pass = explore::passOf(point, shape);
  if (!pass) {
    return roles(point);
  }
  report::Table table(
      {{"stage of a layer", Align::Left}, {"on", Align::Left}, {"time"}, {"latency"}});
  const auto add = [&](const sim::serving::Stage& stage) {
    table.row({stage.name, pass->parts[static_cast<std::size_t>(stage.part)].name,
               core::formatSeconds(stage.seconds),
               stage.latencySeconds > 0 ? core::formatSeconds(stage.latencySeconds) : ""});
  };
  for (const auto& stage : pass->segments.back().stages) {
    add(stage);
  }
  report::Table ending({{"then", Align::Left}, {"on", Align::Left}, {"time"}});
  for (const auto& stage : pass->after) {
    ending.row({stage.name, pass->parts[static_cast<std::size_t>(stage.part)].name,
                core::formatSeconds(stage.seconds)});
  }
  return roles(point) + "\nfor one request of 4,096 tokens\n\n" + table.render(style) + "\n" +
         ending.render(style);
}

} // namespace einsight::cli
