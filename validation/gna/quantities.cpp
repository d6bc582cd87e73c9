#include "validation/gna/quantities.hpp"

#include "core/invariant.hpp"

#include <algorithm>
#include <array>

namespace einsight::validation {
namespace {

namespace gna = mappings::gna;
using gna::Tally;

struct TallyQuantity {
  std::string_view name;
  double (*value)(const Tally& tally);
};

template <std::int64_t gna::Counts::*Count>
double count(const Tally& tally) {
  return static_cast<double>(tally.counts.*Count);
}

double percentOfTiles(const Tally& tally, std::int64_t tiles) {
  const auto& counts = tally.counts;
  return 100 * static_cast<double>(tiles) / static_cast<double>(counts.qTilesDense) /
         static_cast<double>(counts.kvTilesDense);
}

constexpr double kNo = 0;
constexpr double kYes = 1;

constexpr std::array kTally{
    TallyQuantity{"tokens", [](const Tally& tally) { return static_cast<double>(tally.tokens); }},
    TallyQuantity{"q_tiles_run", count<&gna::Counts::qTilesRun>},
    TallyQuantity{"q_tiles_dense", count<&gna::Counts::qTilesDense>},
    TallyQuantity{"kv_tiles_dense", count<&gna::Counts::kvTilesDense>},
    TallyQuantity{"visited_total", count<&gna::Counts::visited>},
    TallyQuantity{"visited_max", count<&gna::Counts::visitedMost>},
    TallyQuantity{"visited_min", count<&gna::Counts::visitedLeast>},
    TallyQuantity{"kernel_visited_total", count<&gna::Counts::visited>},
    TallyQuantity{"kernel_visited_max", count<&gna::Counts::visitedMost>},
    TallyQuantity{"kernel_visited_min", count<&gna::Counts::visitedLeast>},
    TallyQuantity{"full_tiles", count<&gna::Counts::full>},
    TallyQuantity{"partial_tiles",
                  [](const Tally& tally) {
                    return static_cast<double>(tally.counts.visited - tally.counts.full);
                  }},
    TallyQuantity{"exact_visited_total", count<&gna::Counts::needed>},
    TallyQuantity{"exact_visited_max", count<&gna::Counts::neededMost>},
    TallyQuantity{"kernel_fully_block_sparse_flag",
                  [](const Tally& tally) { return tally.fullyBlockSparse ? kYes : kNo; }},
    TallyQuantity{
        "block_sparse_exact",
        [](const Tally& tally) { return tally.counts.full == tally.counts.real ? kYes : kNo; }},
    TallyQuantity{"flop_fraction", [](const Tally& tally) { return 1 / tally.flopSpeedup(); }},
    TallyQuantity{"flop_speedup", [](const Tally& tally) { return tally.flopSpeedup(); }},
    TallyQuantity{"visited_fraction_mean",
                  [](const Tally& tally) { return 1 / tally.meanSpeedup(); }},
    TallyQuantity{"visited_fraction_max",
                  [](const Tally& tally) { return 1 / tally.simSpeedup(); }},
    TallyQuantity{"sim_speedup", [](const Tally& tally) { return tally.simSpeedup(); }},
    TallyQuantity{"mean_speedup", [](const Tally& tally) { return tally.meanSpeedup(); }},
    TallyQuantity{"wasted_fraction", [](const Tally& tally) { return tally.wastedFraction(); }},
    TallyQuantity{"full_percent",
                  [](const Tally& tally) { return percentOfTiles(tally, tally.counts.full); }},
    TallyQuantity{"partial_percent",
                  [](const Tally& tally) {
                    return percentOfTiles(tally, tally.counts.needed - tally.counts.full);
                  }},
};

const TallyQuantity* find(const std::string& column) {
  const auto* const found = std::find_if(
      kTally.begin(), kTally.end(), [&](const TallyQuantity& row) { return row.name == column; });
  return found == kTally.end() ? nullptr : found;
}

using Value = tl::expected<double, std::string>;

Value endToEnd(const GnaQuestion& question, double speedup) {
  const auto& useCase = question.useCase;
  if (!useCase || !useCase->attentionShare) {
    return tl::unexpected(std::string("the share of self attention in the run is not known"));
  }
  return gna::endToEnd(*useCase->attentionShare, useCase->steps, question.denseSteps, speedup);
}

constexpr double kGibi = 1024.0 * 1024 * 1024;

} // namespace

bool isTallyQuantity(const std::string& column) {
  return find(column) != nullptr;
}

std::vector<std::string> tallyQuantities() {
  std::vector<std::string> names;
  for (const auto& row : kTally) {
    names.emplace_back(row.name);
  }
  return names;
}

double tallyQuantity(const gna::Tally& tally, const std::string& column) {
  const auto* row = find(column);
  EINSIGHT_INVARIANT(row != nullptr, "the specification was checked for unknown quantities");
  return row->value(tally);
}

std::vector<std::string> publishedQuantities() {
  auto names = tallyQuantities();
  names.insert(names.end(),
               {"end_to_end_sim_speedup", "end_to_end_flop_speedup", "permutation_gib"});
  return names;
}

Value publishedQuantity(const GnaQuestion& question, const std::string& take) {
  if (take == "permutation_gib") {
    if (!question.useCase) {
      return tl::unexpected(std::string("no use case is named for this row"));
    }
    const auto& first = question.useCase->patterns.front().question;
    return gna::permutation(first, question.useCase->heads).bytes / kGibi;
  }
  if (!question.mask) {
    return tl::unexpected(std::string("the row has no mask with tiles"));
  }
  const auto tally = gna::tally(*question.mask);
  if (!tally) {
    return tl::unexpected(tally.error().front().what);
  }
  if (take == "end_to_end_sim_speedup") {
    return endToEnd(question, tally->simSpeedup());
  }
  if (take == "end_to_end_flop_speedup") {
    return endToEnd(question, tally->flopSpeedup());
  }
  return tallyQuantity(*tally, take);
}

} // namespace einsight::validation
