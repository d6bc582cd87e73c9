#include "explore/gna/point.hpp"

#include "config/node.hpp"
#include "explore/fastest.hpp"
#include "explore/gna/losses.hpp"
#include "explore/gna/tiled.hpp"
#include "explore/preference.hpp"
#include "mappings/gna/tile_shapes.hpp"

namespace einsight::explore {
namespace {

namespace gna = mappings::gna;

/// A pair of tiles that a mapping takes, and a time that its run is never below.
struct Alternative {
  gna::TilePair tiles;
  GpuPoint point;
  double permuteSeconds = 0, least = 0;
};

/// Those of the mapping's kernel, in the order of the sweep. Adds why the first is none, if nobody
/// said so before.
std::vector<Alternative> tiledBy(const std::string& mapping, const GnaRequest& request,
                                 const std::vector<gna::TiledTally>& sweep,
                                 core::Problems& reasons) {
  std::vector<Alternative> out;
  std::optional<std::string> kernel; // of the mapping, once it could be read
  for (const auto& [pair, tally] : sweep) {
    if (kernel && *kernel != pair.kernel) {
      continue;
    }
    auto tiled = request;
    tiled.question.qTile = pair.qTile;
    tiled.question.kvTile = pair.kvTile;
    tiled.question.kvTiling = pair.kvTiling;
    tiled.mapping = mapping;
    auto point = prepareTiled(tiled);
    if (point) {
      kernel = point->mapping.neighborhood->tiles;
      if (*kernel != pair.kernel) {
        continue;
      }
    }
    const auto permute = point ? permuteSeconds(tiled, *point) : core::failure(point.error());
    if (permute) {
      const double least = boundOfKernels(*point) + *permute;
      out.push_back({pair, std::move(*point), *permute, least});
    } else if (reasons.empty()) {
      reasons = permute.error();
    }
  }
  return out;
}

double maskedShare(const sim::gpu::Chain& chain) {
  double masked = 0;
  double visited = 0;
  for (const auto& kernel : chain.kernels) {
    for (const auto kind : kernel.order) {
      const auto& each = kernel.kinds[static_cast<std::size_t>(kind)];
      masked += static_cast<double>(each.masked);
      visited += static_cast<double>(each.iterations);
    }
  }
  return visited > 0 ? masked / visited : 0;
}

struct SelfAttention {
  double seconds = 0, tailSeconds = 0;
};

/// `tails`: whether they are wanted, which is one more simulation.
core::Expected<SelfAttention> baselineOf(const GnaRequest& request, const std::string& mapping,
                                         bool tails) {
  const auto point = prepareGpu(pointRequest(request, "attention", mapping));
  if (!point) {
    return core::failure(point.error());
  }
  const auto totals = runKernels(point->chain, *point);
  if (!totals) {
    return core::failure(totals.error());
  }
  SelfAttention out{totals->seconds, 0};
  if (tails) {
    const auto found = tailSeconds(*point, totals->seconds, totals->kernels.front().waves);
    if (!found) {
      return core::failure(found.error());
    }
    out.tailSeconds = *found;
  }
  return out;
}

} // namespace

std::vector<std::string> neighborhoodMappings() {
  return byPreference(
      "gpu", [](const config::Node& root) { return root.find("neighborhood") == nullptr; });
}

core::Expected<gna::TilePair> tilesFor(const GnaRequest& request) {
  const auto sweep = gna::sweepTiles(request.question);
  if (!sweep) {
    return core::failure(sweep.error());
  }
  const auto mappings =
      request.mapping.empty() ? neighborhoodMappings() : std::vector{request.mapping};
  core::Problems reasons;
  for (const auto& mapping : mappings) {
    const auto alternatives = tiledBy(mapping, request, *sweep, reasons);
    if (alternatives.empty()) {
      continue;
    }
    std::vector<double> bounds;
    for (const auto& each : alternatives) {
      bounds.push_back(each.least);
    }
    return fastest(bounds,
                   [&](std::size_t index) {
                     const auto& each = alternatives[index];
                     return runKernels(each.point.chain, each.point).map([&](const auto& totals) {
                       return totals.seconds + each.permuteSeconds;
                     });
                   })
        .map([&](std::size_t best) { return alternatives[best].tiles; });
  }
  if (reasons.empty()) {
    reasons.push_back({gna::optionPlace("arch"),
                       "no shipped tiles go with a mapping that runs on this machine",
                       {}});
  }
  return core::failure(std::move(reasons));
}

core::Expected<double> selfAttention(const GnaRequest& request, const std::string& mapping) {
  return baselineOf(request, mapping, false).map([](const auto& found) { return found.seconds; });
}

core::Expected<GnaTime> predict(const GnaRequest& request, bool losses) {
  const auto point = prepareTiled(request);
  if (!point) {
    return core::failure(point.error());
  }
  GnaTime out;
  out.machine = point->gpu.name();
  out.mapping = point->mapping.name;
  out.baseline = point->mapping.neighborhood->baseline;
  out.tiles = point->mapping.neighborhood->tiles;
  const auto tally = gna::tally(request.question);
  const auto dense =
      tally ? baselineOf(request, out.baseline, losses) : core::failure(tally.error());
  if (!dense) {
    return core::failure(dense.error());
  }
  const auto totals = runKernels(point->chain, *point);
  if (!totals) {
    return core::failure(totals.error());
  }
  out.kernelSeconds = totals->seconds;
  out.waves = totals->kernels.front().waves;
  const auto permute = permuteSeconds(request, *point);
  if (!permute) {
    return core::failure(permute.error());
  }
  out.permuteSeconds = *permute;
  out.seconds = out.kernelSeconds + out.permuteSeconds;
  out.denseSeconds = dense->seconds;
  out.idealSeconds = dense->seconds / tally->flopSpeedup();
  out.maskedTiles = maskedShare(point->chain);
  if (losses) {
    auto found = lossesOf(request, *point, out, dense->tailSeconds / tally->flopSpeedup());
    if (!found) {
      return core::failure(found.error());
    }
    out.losses = *found;
  }
  return out;
}

} // namespace einsight::explore
