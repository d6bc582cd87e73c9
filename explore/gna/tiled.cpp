#include "explore/gna/tiled.hpp"

#include "explore/gna/trips.hpp"
#include "mappings/gna/tile_shapes.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace einsight::explore {
namespace {

namespace gna = mappings::gna;
namespace gpu = mappings::gpu;

constexpr int kPredictedBits = 16;

PointRequest tiledRequest(const GnaRequest& request, const std::string& mapping) {
  const auto& question = request.question;
  auto out = pointRequest(request, "neighborhood-tiles", mapping);
  const auto grid = gridOf(question);
  const auto axes = static_cast<std::int64_t>(question.axes.size());
  out.workloadSettings["B"] = core::Rational(request.heads.batch * grid.groups);
  out.workloadSettings["P"] = core::Rational(grid.qTiles * gna::product(question.qTile));
  out.workloadSettings["M"] = core::Rational(grid.kvTiles * gna::product(question.kvTile));
  const auto tokens = gna::product(question.layout());
  out.workloadSettings["N"] = core::Rational(gna::ceilDivide(tokens, grid.groups));
  out.mappingSettings = {{"q_tile", core::Rational(gna::product(question.qTile))},
                         {"kv_tile", core::Rational(gna::product(question.kvTile))},
                         {"axes", core::Rational(question.flattened ? 1 : axes)}};
  for (const auto& [name, value] : request.mappingSettings) {
    out.mappingSettings[name] = value;
  }
  return out;
}

core::Problems checkHeads(const GnaRequest& request) {
  core::Problems problems;
  const auto& heads = request.heads;
  if (heads.bits != kPredictedBits) {
    problems.push_back({gna::optionPlace("dtype"),
                        fmt::format("time is predicted for {}-bit tensors only", kPredictedBits),
                        "fp16 or bf16"});
  }
  if (heads.heads % heads.kvHeads != 0) {
    problems.push_back({gna::optionPlace("kv-heads"),
                        fmt::format("{} heads of queries cannot share {} heads of keys evenly",
                                    heads.heads, heads.kvHeads),
                        "a divisor of the heads of queries"});
  }
  return problems;
}

/// Why the mapping cannot run the question's tiles, if so.
core::Problems checkTiling(const GpuPoint& point, const GnaRequest& request) {
  const auto& mapping = point.mapping;
  if (!mapping.neighborhood) {
    return {
        {{mapping.file, 1, 1, "neighborhood"},
         fmt::format("mapping '{}' does not say how it runs neighborhood attention", mapping.name),
         fmt::format("one that does: {}", fmt::join(neighborhoodMappings(), ", "))}};
  }
  const auto tiles = gna::shippedTiles(request.question.axes.size());
  if (!tiles) {
    return tiles.error();
  }
  const auto& family = mapping.neighborhood->tiles;
  const auto pair = std::find_if(tiles->begin(), tiles->end(),
                                 [&](const auto& each) { return each.kernel == family; });
  if (pair == tiles->end()) {
    return {{mapping.neighborhood->where, fmt::format("there are no tiles of '{}'", family),
             "mappings/gna/tile-shapes.yaml has their names"}};
  }
  if (pair->kvTiling != request.question.kvTiling) {
    const bool dynamic = pair->kvTiling == gna::KvTiling::Dynamic;
    return {
        {gna::optionPlace("kv-tiling"),
         fmt::format("mapping '{}' tiles keys {}", mapping.name,
                     dynamic ? "dynamically" : "statically"),
         dynamic ? "--kv-tiling dynamic, or another mapping" : "leave it out, or another mapping"}};
  }
  return {};
}

core::Expected<GpuPoint> prepareMapping(const GnaRequest& request, const std::string& mapping,
                                        const gpu::ReplaceTrips& trips) {
  auto point = prepareGpu(tiledRequest(request, mapping), trips);
  if (!point) {
    return point;
  }
  auto problems = checkTiling(*point, request);
  return problems.empty() ? std::move(point) : core::failure(std::move(problems));
}

} // namespace

PointRequest pointRequest(const GnaRequest& request, const std::string& workload,
                          const std::string& mapping) {
  PointRequest out;
  out.workload = workload;
  out.machine = request.machine;
  out.mapping = mapping;
  out.machineSettings = request.machineSettings;
  const auto& heads = request.heads;
  const auto set = [&](const char* name, std::int64_t value) {
    out.workloadSettings[name] = core::Rational(value);
  };
  set("B", heads.batch);
  set("H", heads.heads);
  set("R", heads.heads / heads.kvHeads);
  set("D", heads.headDim);
  set("L", gna::product(request.question.layout()));
  return out;
}

core::Expected<GpuPoint> prepareTiled(const GnaRequest& request) {
  auto problems = checkHeads(request);
  const auto trips = problems.empty() ? tripsOf(request.question, request.heads)
                                      : core::failure(std::move(problems));
  if (!trips) {
    return core::failure(trips.error());
  }
  if (!request.mapping.empty()) {
    return prepareMapping(request, request.mapping, *trips);
  }
  core::Problems reasons;
  for (const auto& name : neighborhoodMappings()) {
    auto point = prepareMapping(request, name, *trips);
    if (point) {
      return point;
    }
    reasons.insert(reasons.end(), point.error().begin(), point.error().end());
  }
  return core::failure(std::move(reasons));
}

core::Expected<double> permuteSeconds(const GnaRequest& request, const GpuPoint& point) {
  const auto permutation = gna::permutation(request.question, request.heads);
  const auto& permute = point.mapping.neighborhood->permute;
  if (!permutation.needed || !permute) {
    return 0;
  }
  const auto share = permute->value.evaluate(gpu::names(point.mapping, point.cascade, point.gpu));
  if (!share || *share <= core::Rational(0) || *share > core::Rational(1)) {
    return core::failure(
        {{permute->where,
          share ? fmt::format("{} is no share of a bandwidth", share->toString()) : share.error(),
          "above 0, at most 1"}});
  }
  const auto tokens = gna::product(request.question.layout());
  const auto& heads = request.heads;
  const double bytesPerToken = static_cast<double>(heads.batch * heads.headDim * heads.bits) / 8;
  double bytes = permutation.bytes;
  const auto pad = [&](std::int64_t padded, std::int64_t perToken, double tensors) {
    if (padded != tokens) {
      bytes += tensors * static_cast<double>((padded + tokens) * perToken) * bytesPerToken;
    }
  };
  pad(permutation.qTokens, heads.heads, 1);
  pad(permutation.kvTokens, heads.kvHeads, 2);
  return bytes / (point.gpu.data().dram.bytesPerSecond * share->toDouble());
}

} // namespace einsight::explore
