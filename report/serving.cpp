#include "report/serving.hpp"

#include "core/format.hpp"

#include <fmt/format.h>

#include <cmath>

namespace einsight::report {
namespace {

using Align = Table::Align;

std::string quantiles(const results::Quantiles& times) {
  return fmt::format("{} half, {} 90 %, {} 99 % (mean {})", core::formatSeconds(times.p50),
                     core::formatSeconds(times.p90), core::formatSeconds(times.p99),
                     core::formatSeconds(times.mean));
}

std::string facts(const results::Result& result) {
  const auto& serving = *result.serving;
  std::string out;
  const auto line = [&](std::string_view name, const std::string& value) {
    out += fmt::format("  {:<20}{}\n", name, value);
  };
  line("tokens per second", core::formatNumber(serving.tokensPerSecond));
  line("price", serving.usdPerMtoken
                    ? fmt::format("{:.4g} USD per million tokens, {:.4g} USD per hour",
                                  *serving.usdPerMtoken, *serving.usdPerHour)
                    : std::string("unknown: the price of a device is not in the catalogue"));
  line("first token", quantiles(serving.ttft));
  line("between tokens", std::isnan(serving.tbt.p50)
                             ? std::string("unknown: no request makes a second token")
                             : quantiles(serving.tbt));
  line("batch", fmt::format("{:.4g} requests on average", serving.meanBatch));
  line("keys and values",
       fmt::format("{} tokens at most, of {} ({})", core::formatLarge(serving.peakTokens),
                   core::formatLarge(serving.capacityTokens),
                   core::formatPercent(serving.peakTokens / serving.capacityTokens)));
  line("requests",
       fmt::format("{} with {} tokens in {}", core::formatCount(serving.requests),
                   core::formatCount(serving.tokens), core::formatSeconds(result.seconds)));
  if (serving.preemptions > 0) {
    line("preempted", core::formatCount(serving.preemptions) + " times, for want of memory");
  }
  return out;
}

std::string units(const results::Result& result, const Style& style) {
  Table table({{"device or link", Align::Left}, {"busy"}, {"faster if doubled"}});
  for (const auto& unit : result.units) {
    std::string gain = "-";
    for (const auto& limit : result.limits) {
      gain = limit.unit == unit.name ? fmt::format("{:.3f}x", limit.speedupIfDoubled) : gain;
    }
    table.row({unit.name, core::formatPercent(unit.utilization), gain});
  }
  for (const auto& limit : result.limits) {
    bool known = false;
    for (const auto& unit : result.units) {
      known = known || unit.name == limit.unit;
    }
    if (!known) {
      table.row({limit.unit, core::formatPercent(limit.utilization),
                 fmt::format("{:.3f}x", limit.speedupIfDoubled)});
    }
  }
  return "\n" + table.render(style);
}

std::string limiting(const results::Result& result, const Style& style) {
  if (result.serving->limitedBy.empty()) {
    return {};
  }
  auto out = "\n" + bold("What limits it", style) + "\n  " + result.serving->limitedBy;
  for (const auto& limit : result.limits) {
    if (limit.unit == result.serving->limitedBy) {
      out += fmt::format(": twice as much of it gives {:.3f}x the tokens per second",
                         limit.speedupIfDoubled);
    }
  }
  return out + "\n";
}

std::string origin(const results::Result& result, const Style& style) {
  std::string out;
  for (const auto& level : result.levels) {
    out += fmt::format("\n  {} carried {} and {} back\n", level.name,
                       core::formatBytes(static_cast<double>(level.readBytes)),
                       core::formatBytes(static_cast<double>(level.writeBytes)));
  }
  out += limiting(result, style);
  out += result.validated ? fmt::format("\nvalidated by {} ({}): mean error {}\n",
                                        result.validated->suite, result.validated->family,
                                        core::formatPercent(result.validated->meanError))
                          : "";
  for (const auto& note : result.notes) {
    out += "\nnote: " + note;
  }
  return out + (result.notes.empty() ? "" : "\n");
}

} // namespace

std::string servingText(const results::Result& result, const Style& style) {
  return bold(fmt::format("{} on {}, mapping {}", result.workload, result.machine, result.mapping),
              style) +
         fmt::format(" ({} engine)\n\n", result.engine) + facts(result) + units(result, style) +
         origin(result, style);
}

} // namespace einsight::report
