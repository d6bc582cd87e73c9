#include "cli/gna/report.hpp"
#include "mappings/gna/block_sparse.hpp"

#include <nlohmann/json.hpp>

namespace einsight::cli {
namespace {

using Json = nlohmann::ordered_json;
namespace gna = mappings::gna;

Json nearestStride(const gna::Question& question) {
  if (question.flattened) {
    return nullptr;
  }
  const auto stride = gna::nearestBlockSparse(question);
  return stride ? Json(gna::toText(*stride)) : Json(nullptr);
}

Json endToEnd(const gna::UseCase& useCase, double speedup) {
  return gna::endToEnd(*useCase.attentionShare, useCase.steps, useCase.denseSteps, speedup);
}

void addTally(Json& json, const gna::Tally& tally) {
  const auto& counts = tally.counts;
  json["q_tiles"] = counts.qTilesRun;
  json["q_tiles_dense"] = counts.qTilesDense;
  json["kv_tiles_dense"] = counts.kvTilesDense;
  json["visited_total"] = counts.visited;
  json["visited_max"] = counts.visitedMost;
  json["visited_min"] = counts.visitedLeast;
  json["exact_visited_total"] = counts.needed;
  json["exact_visited_max"] = counts.neededMost;
  json["full_tiles"] = counts.full;
  json["partial_tiles"] = counts.visited - counts.full;
  json["unmasked_pairs"] = counts.pairs;
  json["sim_speedup"] = tally.simSpeedup();
  json["mean_speedup"] = tally.meanSpeedup();
  json["flop_speedup"] = tally.flopSpeedup();
  json["fully_block_sparse"] = tally.fullyBlockSparse;
  json["wasted_fraction"] = tally.wastedFraction();
  json["waste"] = {{"padding", tally.paddingFraction()},
                   {"misaligned", tally.misalignedFraction()},
                   {"borders", tally.borderFraction()}};
}

Json timeJson(const explore::GnaTime& time) {
  const auto& losses = time.losses;
  return {{"machine", time.machine},
          {"mapping", time.mapping},
          {"baseline", time.baseline},
          {"seconds", time.seconds},
          {"kernel_seconds", time.kernelSeconds},
          {"permute_seconds", time.permuteSeconds},
          {"dense_seconds", time.denseSeconds},
          {"ideal_seconds", time.idealSeconds},
          {"speedup", time.speedup()},
          {"kernel_speedup", time.kernelSpeedup()},
          {"masked_tiles", time.maskedTiles},
          {"waves", time.waves},
          {"losses",
           {{"masking", losses.masking},
            {"waves", losses.waves},
            {"padding", losses.padding},
            {"permutation", losses.permutation},
            {"tiles", losses.tiles},
            {"kernel", losses.kernel}}}};
}

Json tilesJson(const GnaPoint& point) {
  Json rows = Json::array();
  for (std::size_t i = 0; i < point.tiles->size(); ++i) {
    const auto& [pair, tally] = (*point.tiles)[i];
    rows.push_back({{"kernel", pair.kernel},
                    {"q_tile", gna::toText(pair.qTile)},
                    {"kv_tile", gna::toText(pair.kvTile)},
                    {"kv_tiling", pair.kvTiling == gna::KvTiling::Static ? "static" : "dynamic"},
                    {"visited_total", tally.counts.visited},
                    {"visited_max", tally.counts.visitedMost},
                    {"sim_speedup", tally.simSpeedup()},
                    {"mean_speedup", tally.meanSpeedup()},
                    {"wasted_fraction", tally.wastedFraction()},
                    {"fully_block_sparse", tally.fullyBlockSparse}});
    if (point.time) {
      const auto& seconds = point.tileSeconds[i];
      rows.back()["seconds"] = seconds ? Json(*seconds) : Json(nullptr);
    }
  }
  return rows;
}

Json pointJson(const GnaPoint& point, const std::optional<gna::UseCase>& useCase) {
  const auto& question = point.question;
  const bool timed = useCase && useCase->attentionShare;
  Json json{{"layout", gna::toText(question.layout())},
            {"window", gna::toText(question.window())},
            {"stride", gna::toText(question.stride())},
            {"dilation", gna::toText(question.dilation())},
            {"causal", gna::toText(question.causal())},
            {"q_tile", gna::toText(question.qTile)},
            {"kv_tile", gna::toText(question.kvTile)},
            {"tiling", question.flattened ? "1d" : "multi"},
            {"kv_tiling", question.kvTiling == gna::KvTiling::Static ? "static" : "dynamic"},
            {"tokens", point.tally.tokens}};
  addTally(json, point.tally);
  json["block_sparse_stride"] = nearestStride(question);
  json["permutation"] = {{"needed", point.permutation.needed},
                         {"q_tokens", point.permutation.qTokens},
                         {"kv_tokens", point.permutation.kvTokens},
                         {"bytes", point.permutation.bytes}};
  if (timed) {
    json["end_to_end"] = {{"sim_speedup", endToEnd(*useCase, point.tally.simSpeedup())},
                          {"flop_speedup", endToEnd(*useCase, point.tally.flopSpeedup())}};
  }
  if (point.time) {
    json.update(timeJson(*point.time));
    if (timed) {
      json["end_to_end"]["speedup"] = endToEnd(*useCase, point.time->speedup());
    }
  }
  if (point.strides) {
    json["strides"] = Json::array();
    for (const auto& bound : *point.strides) {
      Json row{{"stride", gna::toText(bound.stride)},
               {"sim_speedup", bound.simSpeedup},
               {"visited_max", bound.visitedMost},
               {"fully_block_sparse", bound.fullyBlockSparse}};
      if (timed) {
        row["end_to_end_sim_speedup"] = endToEnd(*useCase, bound.simSpeedup);
      }
      json["strides"].push_back(std::move(row));
    }
  }
  if (point.tiles) {
    json["tiles"] = tilesJson(point);
  }
  return json;
}

double overLayers(const GnaReport& report, double (gna::Tally::*speedup)() const) {
  std::vector<double> speedups;
  for (const auto& point : report.points) {
    speedups.push_back((point.tally.*speedup)());
  }
  return gna::overLayers(*report.useCase, speedups);
}

Json useCaseJson(const GnaReport& report) {
  const auto& useCase = *report.useCase;
  Json json{
      {"use_case", useCase.name},
      {"summary", useCase.summary},
      {"source", useCase.source},
      {"batch", useCase.heads.batch},
      {"heads", useCase.heads.heads},
      {"head_dim", useCase.heads.headDim},
      {"layers", useCase.layers > 0 ? Json(useCase.layers) : Json(nullptr)},
      {"steps", useCase.steps},
      {"dense_steps", useCase.denseSteps},
      {"attention_share", useCase.attentionShare ? Json(*useCase.attentionShare) : Json(nullptr)},
      {"patterns", Json::array()}};
  for (std::size_t i = 0; i < report.points.size(); ++i) {
    Json pattern{{"name", useCase.patterns[i].name}, {"layers", useCase.patterns[i].layers}};
    pattern.update(pointJson(report.points[i], useCase));
    json["patterns"].push_back(std::move(pattern));
  }
  if (useCase.layers > 0) {
    json["attention"] = {{"sim_speedup", overLayers(report, &gna::Tally::simSpeedup)},
                         {"mean_speedup", overLayers(report, &gna::Tally::meanSpeedup)},
                         {"flop_speedup", overLayers(report, &gna::Tally::flopSpeedup)}};
  }
  return json;
}

} // namespace

std::string gnaJson(const GnaReport& report) {
  const auto json =
      report.useCase ? useCaseJson(report) : pointJson(report.points.front(), std::nullopt);
  return json.dump(2) + "\n";
}

} // namespace einsight::cli
