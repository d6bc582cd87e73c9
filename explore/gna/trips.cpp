#include "explore/gna/trips.hpp"

#include "mappings/gna/block_sparse.hpp"
#include "mappings/gna/flattened.hpp"

#include <map>
#include <ranges>

namespace einsight::explore {
namespace {

namespace gna = mappings::gna;
using gna::TileVisits;

/// The kinds of CTAs, and which of them each tile of queries of a head is.
struct HeadTrips {
  std::vector<sim::gpu::Kind> kinds;
  std::vector<std::int32_t> order;

  void add(const TileVisits& tile) {
    const auto [found, added] = known.try_emplace({tile.visited, tile.masked}, kinds.size());
    if (added) {
      kinds.push_back({tile.visited, tile.masked, 1});
    }
    order.push_back(static_cast<std::int32_t>(found->second));
  }

  std::map<std::pair<std::int64_t, std::int64_t>, std::size_t> known;
};

/// Visits along an axis with how its places are counted: groups times tiles.
struct AxisVisits {
  std::vector<std::int64_t> visited;
  std::int64_t groups = 1, tiles = 1;
};

AxisVisits axisVisits(const gna::Question& question, std::size_t x) {
  const auto& mask = question.axes[x];
  return {gna::visitedByTile(mask, question.qTile[x], question.kvTile[x], question.kvTiling),
          mask.dilation, gna::ceilDivide(mask.length, question.qTile[x] * mask.dilation)};
}

/// Every visit is the product of those along the axes.
HeadTrips boxes(const gna::Question& question) {
  std::vector<AxisVisits> axes;
  for (std::size_t x = 0; x < question.axes.size(); ++x) {
    axes.push_back(axisVisits(question, x));
  }
  const auto grid = gridOf(question);
  const auto permutation = gna::permutation(question, {});
  const bool padded = permutation.kvTokens != gna::product(question.layout());
  const bool sparse = gna::isFullyBlockSparse(question);
  HeadTrips out;
  for (std::int64_t cta = 0; cta < grid.groups * grid.qTiles; ++cta) {
    auto group = cta / grid.qTiles;
    auto tile = cta % grid.qTiles;
    TileVisits visits{1, 0};
    for (const auto& axis : std::views::reverse(axes)) {
      const auto place = group % axis.groups * axis.tiles + tile % axis.tiles;
      visits.visited *= axis.visited[static_cast<std::size_t>(place)];
      group /= axis.groups;
      tile /= axis.tiles;
    }
    visits.masked =
        !sparse ? visits.visited : std::min<std::int64_t>(visits.visited, padded ? 1 : 0);
    out.add(visits);
  }
  return out;
}

core::Expected<HeadTrips> headTrips(const gna::Question& question) {
  if (!question.flattened) {
    return boxes(question);
  }
  return gna::visitsFlattened(question).map([](const std::vector<TileVisits>& tiles) {
    HeadTrips out;
    for (const auto& tile : tiles) {
      out.add(tile);
    }
    return out;
  });
}

} // namespace

GnaGrid gridOf(const gna::Question& question) {
  GnaGrid out;
  if (question.flattened) {
    const auto tokens = gna::product(question.layout());
    return {1, gna::ceilDivide(tokens, question.qTile.front()),
            gna::ceilDivide(tokens, question.kvTile.front())};
  }
  for (std::size_t x = 0; x < question.axes.size(); ++x) {
    const auto& mask = question.axes[x];
    out.groups *= mask.dilation;
    out.qTiles *= gna::ceilDivide(mask.length, question.qTile[x] * mask.dilation);
    out.kvTiles *= gna::ceilDivide(mask.length, question.kvTile[x] * mask.dilation);
  }
  return out;
}

core::Expected<mappings::gpu::ReplaceTrips> tripsOf(const gna::Question& question,
                                                    const gna::Heads& heads) {
  auto head = headTrips(question);
  if (!head) {
    return core::failure(std::move(head.error()));
  }
  const auto grid = gridOf(question);
  return [head = std::move(*head), grid, perBatch = heads.heads](const std::string&,
                                                                 mappings::gpu::Trips trips) {
    trips.kinds = head.kinds;
    for (std::size_t cta = 0; cta < trips.order.size(); ++cta) {
      const auto place = static_cast<std::int64_t>(cta);
      const auto row = place / grid.qTiles; // batch and dilation group, then head
      const auto group = row / perBatch % grid.groups;
      trips.order[cta] =
          head.order[static_cast<std::size_t>(group * grid.qTiles + place % grid.qTiles)];
    }
    return trips;
  };
}

} // namespace einsight::explore
