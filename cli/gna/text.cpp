#include "cli/gna/report.hpp"
#include "core/format.hpp"
#include "mappings/gna/block_sparse.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace einsight::cli {
namespace {

namespace gna = mappings::gna;
using core::formatCount;
using core::formatPercent;
using report::Table;

constexpr std::size_t kTilesShown = 12;

std::string times(double speedup) {
  return fmt::format("{:.2f}x", speedup);
}

std::string heading(const gna::Question& question, const gna::Tally& tally) {
  auto text = fmt::format("layout {} ({} tokens), window {}, stride {}",
                          gna::toText(question.layout()), formatCount(tally.tokens),
                          gna::toText(question.window()), gna::toText(question.stride()));
  const auto dilation = question.dilation();
  const auto causal = question.causal();
  if (gna::product(dilation) > 1) {
    text += ", dilation " + gna::toText(dilation);
  }
  if (std::find(causal.begin(), causal.end(), 1) != causal.end()) {
    text += ", causal " + gna::toText(causal);
  }
  text += fmt::format("; Q tile {}, KV tile {}", gna::toText(question.qTile),
                      gna::toText(question.kvTile));
  return text + (question.flattened                            ? ", 1-D tiling"
                 : question.kvTiling == gna::KvTiling::Dynamic ? ", dynamic KV tiling"
                                                               : "");
}

std::string countsTable(const GnaPoint& point, const gna::Heads& heads,
                        const report::Style& style) {
  const auto& counts = point.tally.counts;
  const double mean = static_cast<double>(counts.visited) / static_cast<double>(counts.qTilesRun);
  Table table({{"tiles", Table::Align::Left}, {""}, {"", Table::Align::Left}});
  table.row({"Q tiles", formatCount(counts.qTilesRun),
             counts.qTilesRun == counts.qTilesDense
                 ? ""
                 : fmt::format("{} without dilation", formatCount(counts.qTilesDense))});
  table.row({"KV tiles of self attention", formatCount(counts.kvTilesDense)});
  table.row(
      {"KV tiles of the worst Q tile", formatCount(counts.visitedMost),
       fmt::format("{:.1f} on average, {} at least", mean, formatCount(counts.visitedLeast))});
  table.row({"visited in all", formatCount(counts.visited),
             fmt::format("{} full, {} partial", formatCount(counts.full),
                         formatCount(counts.visited - counts.full))});
  table.row({"with an unmasked pair", formatCount(counts.needed)});
  table.row({"fully block-sparse", point.tally.fullyBlockSparse ? "yes" : "no"});
  table.row({"queries, padded", formatCount(point.permutation.qTokens)});
  table.row({"keys, padded", formatCount(point.permutation.kvTokens)});
  table.row({"token permutation",
             point.permutation.needed ? core::formatBytes(point.permutation.bytes) : "none",
             point.permutation.needed
                 ? fmt::format("batch {}, heads {} (keys {}) of {}, {} bits", heads.batch,
                               heads.heads, heads.kvHeads, heads.headDim, heads.bits)
                 : ""});
  return table.render(style);
}

std::string boundsTable(const gna::Tally& tally, const report::Style& style) {
  Table table({{"bounds on speedup over self attention", Table::Align::Left},
               {""},
               {"", Table::Align::Left}});
  table.row({"by the worst Q tile", times(tally.simSpeedup()), "same tiles, no overheads"});
  table.row(
      {"by all Q tiles", times(tally.meanSpeedup()), "where Q tiles share the machine evenly"});
  table.row({"by operations", times(tally.flopSpeedup()), "unmasked pairs only"});
  return table.render(style);
}

/// Where the computed pairs of tokens go.
std::string waste(const gna::Tally& tally) {
  std::vector<std::string> parts;
  const auto add = [&](double fraction, std::string_view what) {
    if (fraction > 5e-5) {
      parts.push_back(fmt::format("{} {}", formatPercent(fraction), what));
    }
  };
  add(tally.paddingFraction(), "is padding");
  add(tally.misalignedFraction(), "is masked because windows do not begin and end where tiles do");
  add(tally.borderFraction(), "is masked in Q tiles whose windows are moved or cut at a border");
  const auto attended = formatPercent(1 - tally.wastedFraction());
  return parts.empty() ? std::string("All of the tile work is attended.")
                       : fmt::format("Of the tile work {} is attended, {}.", attended,
                                     fmt::join(parts, ", "));
}

std::string advice(const GnaPoint& point) {
  if (point.tally.fullyBlockSparse) {
    return "No visited tile needs a mask.";
  }
  if (point.question.flattened) {
    return "1-D tiles follow no stride: multi-dimensional tiling visits fewer.";
  }
  const auto stride = gna::nearestBlockSparse(point.question);
  if (!stride) {
    return fmt::format("No stride makes it fully block-sparse: {}.",
                       fmt::join(stride.error(), "; "));
  }
  const auto tally = gna::tally(gna::withStride(point.question, *stride));
  return fmt::format("The nearest stride that needs no mask is {}{}.", gna::toText(*stride),
                     tally ? fmt::format(": {} by the worst Q tile", times(tally->simSpeedup()))
                           : "");
}

std::string stridesTable(const GnaPoint& point, const std::optional<gna::UseCase>& useCase,
                         const report::Style& style) {
  std::vector<Table::Column> columns{{"stride", Table::Align::Left},
                                     {"KV tiles, worst"},
                                     {"speedup"},
                                     {"block-sparse", Table::Align::Left}};
  const bool timed = useCase && useCase->attentionShare;
  if (timed) {
    columns.push_back({"end to end"});
  }
  Table table(columns);
  for (const auto& bound : *point.strides) {
    std::vector<std::string> cells{gna::toText(bound.stride), formatCount(bound.visitedMost),
                                   times(bound.simSpeedup), bound.fullyBlockSparse ? "fully" : ""};
    if (timed) {
      cells.push_back(times(gna::endToEnd(*useCase->attentionShare, useCase->steps,
                                          useCase->denseSteps, bound.simSpeedup)));
    }
    table.row(std::move(cells));
  }
  return table.render(style) +
         "  every other stride is no faster than one of these with no larger product\n";
}

std::string tilesTable(const GnaPoint& point, const report::Style& style) {
  const auto& tiles = *point.tiles;
  std::vector<Table::Column> columns{{"kernel", Table::Align::Left},
                                     {"Q tile", Table::Align::Left},
                                     {"KV tile", Table::Align::Left},
                                     {"by the worst"},
                                     {"by all"},
                                     {"wasted"}};
  if (point.time) {
    columns.push_back({"time"});
  }
  columns.push_back({"block-sparse", Table::Align::Left});
  Table table(columns);
  for (std::size_t i = 0; i < std::min(tiles.size(), kTilesShown); ++i) {
    const auto& [pair, tally] = tiles[i];
    std::vector<std::string> cells{pair.kernel,
                                   gna::toText(pair.qTile),
                                   gna::toText(pair.kvTile),
                                   times(tally.simSpeedup()),
                                   times(tally.meanSpeedup()),
                                   formatPercent(tally.wastedFraction())};
    if (point.time) {
      const auto& seconds = point.tileSeconds[i];
      cells.push_back(seconds ? core::formatSeconds(*seconds) : "-");
    }
    cells.emplace_back(tally.fullyBlockSparse ? "fully" : "");
    table.row(std::move(cells));
  }
  return table.render(style) + (tiles.size() > kTilesShown
                                    ? fmt::format("  … and {} more pairs of tiles, in --json\n",
                                                  tiles.size() - kTilesShown)
                                    : "");
}

std::string sweeps(const GnaPoint& point, const std::optional<gna::UseCase>& useCase,
                   const std::string& title, const report::Style& style) {
  std::string text;
  if (point.strides) {
    text += "\n" + report::bold("Strides worth a try" + title, style) + "\n" +
            stridesTable(point, useCase, style);
  }
  if (point.tiles) {
    const auto* order =
        point.time ? "Shipped tiles, fastest first" : "Shipped tiles, least work first";
    text += "\n" + report::bold(order + title, style) + "\n" + tilesTable(point, style);
  }
  return text;
}

std::string patternsTable(const GnaReport& report, const report::Style& style) {
  const auto& useCase = *report.useCase;
  std::vector<Table::Column> columns{{"pattern", Table::Align::Left}};
  if (useCase.layers > 0) {
    columns.push_back({"layers"});
  }
  for (const auto* title : {"window", "stride", "dilation", "Q tile", "KV tile"}) {
    columns.push_back({title, Table::Align::Left});
  }
  for (const auto* title : {"by the worst", "by all", "by operations"}) {
    columns.push_back({title});
  }
  columns.push_back({"block-sparse", Table::Align::Left});
  if (useCase.attentionShare) {
    columns.push_back({"end to end"});
  }
  Table table(columns);
  for (std::size_t i = 0; i < report.points.size(); ++i) {
    const auto& point = report.points[i];
    const auto& question = point.question;
    const auto& tally = point.tally;
    std::vector<std::string> cells{useCase.patterns[i].name};
    if (useCase.layers > 0) {
      cells.push_back(fmt::format("{}", useCase.patterns[i].layers.size()));
    }
    for (const auto& shape : {question.window(), question.stride(), question.dilation(),
                              question.qTile, question.kvTile}) {
      cells.push_back(gna::toText(shape));
    }
    for (const auto speedup : {tally.simSpeedup(), tally.meanSpeedup(), tally.flopSpeedup()}) {
      cells.push_back(times(speedup));
    }
    cells.emplace_back(tally.fullyBlockSparse ? "fully" : "");
    if (useCase.attentionShare) {
      cells.push_back(times(gna::endToEnd(*useCase.attentionShare, useCase.steps,
                                          useCase.denseSteps, tally.simSpeedup())));
    }
    table.row(std::move(cells));
  }
  return table.render(style);
}

/// What all layers of the model come to, for one kind of bound.
std::string layersSentence(const GnaReport& report) {
  const auto& useCase = *report.useCase;
  std::vector<double> worst;
  std::vector<double> all;
  std::size_t sparse = 0;
  for (std::size_t i = 0; i < report.points.size(); ++i) {
    worst.push_back(report.points[i].tally.simSpeedup());
    all.push_back(report.points[i].tally.meanSpeedup());
    sparse += useCase.patterns[i].layers.size();
  }
  return fmt::format("  attention of all {} layers, {} of them dense: {} by the worst Q tiles, {} "
                     "by all Q tiles\n",
                     useCase.layers, useCase.layers - static_cast<std::int64_t>(sparse),
                     times(gna::overLayers(useCase, worst)), times(gna::overLayers(useCase, all)));
}

std::string useCaseText(const GnaReport& report, const report::Style& style) {
  const auto& useCase = *report.useCase;
  const auto& first = report.points.front();
  auto text = report::bold(fmt::format("{}: {}", useCase.name, useCase.summary), style) +
              fmt::format("\n  layout {} ({} tokens), batch {}, {} heads of {}\n\n",
                          gna::toText(first.question.layout()), formatCount(first.tally.tokens),
                          useCase.heads.batch, useCase.heads.heads, useCase.heads.headDim) +
              patternsTable(report, style) + "\n";
  text += useCase.layers > 0 ? layersSentence(report) : "";
  if (useCase.attentionShare) {
    text += fmt::format(
        "  end to end: self attention is {} of the time; {} of {} steps keep it; bound by the "
        "worst Q tile\n",
        formatPercent(*useCase.attentionShare), useCase.denseSteps, useCase.steps);
  }
  for (std::size_t i = 0; i < report.points.size(); ++i) {
    if (report.points[i].time) {
      text += "\n" + report::bold("Time, " + useCase.patterns[i].name, style) + "\n" +
              gnaTimeText(report.points[i], style);
    }
    text += sweeps(report.points[i], report.useCase, ", " + useCase.patterns[i].name, style);
  }
  return text;
}

} // namespace

std::string gnaText(const GnaReport& report, const report::Style& style) {
  if (report.useCase) {
    return useCaseText(report, style);
  }
  const auto& point = report.points.front();
  return report::bold(heading(point.question, point.tally), style) + "\n\n" +
         countsTable(point, report.heads, style) + "\n" + boundsTable(point.tally, style) + "\n  " +
         waste(point.tally) + "\n  " + advice(point) + "\n" +
         (point.time ? "\n" + gnaTimeText(point, style) : "") +
         sweeps(point, std::nullopt, "", style);
}

} // namespace einsight::cli
