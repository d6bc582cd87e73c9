#include "cli/gna/report.hpp"
#include "core/format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

namespace einsight::cli {
namespace {

namespace gna = mappings::gna;
using core::formatPercent;
using core::formatSeconds;
using report::Table;

explore::GnaRequest requestOf(const gna::Question& question, const gna::Heads& heads,
                              const GnaTarget& target) {
  return {question,
          heads,
          target.machine,
          target.mapping,
          target.machineSettings,
          target.mappingSettings};
}

/// Seconds in every swept pair of tiles that the mapping's kernel takes.
std::vector<std::optional<double>> secondsOfTiles(const GnaPoint& point, const gna::Heads& heads,
                                                  GnaTarget target) {
  target.mapping = point.time->mapping;
  std::vector<std::optional<double>> out;
  for (const auto& [pair, tally] : *point.tiles) {
    auto question = point.question;
    question.qTile = pair.qTile;
    question.kvTile = pair.kvTile;
    question.kvTiling = pair.kvTiling;
    const auto found = pair.kernel == point.time->tiles
                           ? explore::predict(requestOf(question, heads, target), false)
                           : core::failure({});
    out.push_back(found ? std::optional(found->seconds) : std::nullopt);
  }
  return out;
}

/// The fastest first, those without a time last.
void sortTiles(GnaPoint& point) {
  std::vector<std::size_t> order(point.tiles->size());
  std::iota(order.begin(), order.end(), 0);
  const auto seconds = point.tileSeconds;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return seconds[a] && (!seconds[b] || *seconds[a] < *seconds[b]);
  });
  const auto tiles = *point.tiles;
  for (std::size_t i = 0; i < order.size(); ++i) {
    (*point.tiles)[i] = tiles[order[i]];
    point.tileSeconds[i] = seconds[order[i]];
  }
}

std::string times(double speedup) {
  return fmt::format("{:.2f}x", speedup);
}

std::string secondsTable(const explore::GnaTime& time, const report::Style& style) {
  Table table({{fmt::format("time on {}", time.machine), Table::Align::Left},
               {""},
               {"speedup"},
               {"", Table::Align::Left}});
  table.row({"self attention", formatSeconds(time.denseSeconds), "", "mapping " + time.baseline});
  table.row({"ideal", formatSeconds(time.idealSeconds),
             times(time.denseSeconds / time.idealSeconds), "its unmasked pairs, as fast"});
  table.row({"kernel", formatSeconds(time.kernelSeconds), times(time.kernelSpeedup()),
             fmt::format("mapping {}, {:.1f} waves", time.mapping, time.waves)});
  if (time.permuteSeconds > 0) {
    table.row({"with the token permutation", formatSeconds(time.seconds), times(time.speedup())});
  }
  return table.render(style);
}

std::string lossesTable(const explore::GnaTime& time, const report::Style& style) {
  Table table(
      {{"time beyond the ideal", Table::Align::Left}, {""}, {"share"}, {"", Table::Align::Left}});
  const auto row = [&](const char* name, double seconds, const std::string& what) {
    const auto sign = seconds < 0 ? "-" : "";
    table.row({name, sign + formatSeconds(std::abs(seconds)), formatPercent(seconds / time.seconds),
               what});
  };
  const auto& losses = time.losses;
  row("permutation", losses.permutation, "tokens laid out tile by tile, and back");
  row("masking", losses.masking,
      fmt::format("arithmetic of masks, on {} of the visited tiles",
                  formatPercent(time.maskedTiles)));
  row("waves", losses.waves,
      losses.waves < 0 ? "SMs idle at the end: fewer than under self attention"
                       : "SMs idle at the end");
  row("padding", losses.padding, "pairs with a query or a key that is none");
  row("tiles", losses.tiles, "masked pairs of visited tiles");
  row("kernel", losses.kernel,
      fmt::format("{} than self attention's, pair for pair",
                  losses.kernel < 0 ? "faster" : "slower"));
  return table.render(style);
}

} // namespace

core::Expected<GnaPoint> withTime(GnaPoint point, const gna::Heads& heads,
                                  const GnaTarget& target) {
  auto time = explore::predict(requestOf(point.question, heads, target));
  if (!time) {
    return core::failure(std::move(time.error()));
  }
  point.time = std::move(*time);
  if (point.tiles) {
    point.tileSeconds = secondsOfTiles(point, heads, target);
    sortTiles(point);
  }
  return point;
}

std::string gnaTimeText(const GnaPoint& point, const report::Style& style) {
  return point.time ? secondsTable(*point.time, style) + "\n" + lossesTable(*point.time, style)
                    : "";
}

} // namespace einsight::cli
