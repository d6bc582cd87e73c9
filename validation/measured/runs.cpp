#include "validation/measured/runs.hpp"

#include "explore/gna/point.hpp"
#include "validation/cuda/strided_list.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace einsight::validation {
namespace {

namespace gna = mappings::gna;

using Seconds = tl::expected<double, std::string>;

std::int64_t sizeOf(const MeasuredRow& row, const std::string& column, std::int64_t otherwise) {
  const auto found = row.shape.find(column);
  return found == row.shape.end() ? otherwise : found->second.floor();
}

/// The name of the system in systems.yaml: kernels whose weights are no softmax are others.
std::string systemOf(const MeasuredRow& row) {
  return row.weights == "softmax" ? row.system : row.system + " " + row.weights;
}

core::Expected<explore::GnaRequest> requestOf(const MeasuredRow& row, const std::string& machine,
                                              const std::string& mapping,
                                              const core::Settings& settings) {
  const auto& window = *row.neighborhood;
  const gna::Shape ones(window.layout.size(), 1);
  const bool chosen = !window.qTile.empty();
  auto question = gna::makeQuestion({window.layout,
                                     window.window,
                                     window.stride,
                                     {},
                                     {},
                                     chosen ? window.qTile : ones,
                                     chosen ? window.kvTile : ones},
                                    gna::KvTiling::Static, false,
                                    [](std::string_view) { return core::Where{}; });
  if (!question) {
    return core::failure(std::move(question.error()));
  }
  const auto heads = sizeOf(row, "heads_q", 1);
  explore::GnaRequest request{*question,
                              {sizeOf(row, "batch", 1), heads, sizeOf(row, "heads_kv", heads),
                               sizeOf(row, "head_dim", 128)},
                              machine,
                              mapping,
                              settings};
  if (!chosen) {
    const auto tiles = explore::tilesFor(request);
    if (!tiles) {
      return core::failure(tiles.error());
    }
    request.question.qTile = tiles->qTile;
    request.question.kvTile = tiles->kvTile;
  }
  return request;
}

/// Of a kernel whose CTAs are `rows` times the tiles of queries: the tiles of keys that the list
/// has of each. The last tile of keys is masked where it was.
mappings::gpu::ReplaceTrips listTrips(std::int64_t stride, std::int64_t rows) {
  return [stride, rows](const std::string&, mappings::gpu::Trips trips) {
    const auto qTiles = static_cast<int>(std::ssize(trips.order) / rows);
    const auto kvTiles = static_cast<int>(trips.kinds.front().iterations);
    const bool ragged = trips.kinds.front().masked > 0;
    const auto list = cuda::stridedList(qTiles, kvTiles, static_cast<int>(stride));
    std::vector<sim::gpu::Kind> kinds;
    for (std::size_t cta = 0; cta < trips.order.size(); ++cta) {
      const auto tile = cta % static_cast<std::size_t>(qTiles);
      const auto begin = list.offsets[tile];
      const auto end = list.offsets[tile + 1];
      const bool masked = ragged && list.tiles[static_cast<std::size_t>(end - 1)] == kvTiles - 1;
      const auto given = static_cast<std::size_t>(trips.order[cta]);
      const sim::gpu::Kind kind{end - begin, masked ? 1 : 0, trips.kinds[given].rows};
      const auto same = [&](const sim::gpu::Kind& other) {
        return other.iterations == kind.iterations && other.masked == kind.masked &&
               other.rows == kind.rows;
      };
      auto found = std::find_if(kinds.begin(), kinds.end(), same);
      if (found == kinds.end()) {
        found = kinds.insert(kinds.end(), kind);
      }
      trips.order[cta] = static_cast<std::int32_t>(found - kinds.begin());
    }
    trips.kinds = std::move(kinds);
    return trips;
  };
}

} // namespace

MeasuredRuns::MeasuredRuns(const MeasuredSpec& spec, std::string device, core::Settings calibration,
                           const std::string& engine)
    : spec_(spec), device_(std::move(device)), calibration_(std::move(calibration)),
      kernels_(spec.kernels, calibration_, engine) {}

Seconds MeasuredRuns::seconds(const MeasuredRow& row) {
  if (row.neighborhood) {
    return neighborhood(row);
  }
  if (const auto stride = sizeOf(row, "list_stride", 0); stride > 0) {
    return listed(row, stride);
  }
  return kernels_.seconds({systemOf(row), device_, row.mask, {row.direction}, row.shape});
}

Seconds MeasuredRuns::listed(const MeasuredRow& row, std::int64_t stride) {
  const auto rows = sizeOf(row, "batch", 1) * sizeOf(row, "heads_q", 1);
  return kernels_.seconds(
      {systemOf(row), device_, row.mask, {row.direction}, row.shape, listTrips(stride, rows)});
}

Seconds MeasuredRuns::neighborhood(const MeasuredRow& row) {
  const auto& systems = spec_.kernels.systems;
  const auto machine = systems.machineOf(device_);
  const auto found = systems.find(systemOf(row), row.direction, row.mask, device_);
  if (!machine || found.empty()) {
    return tl::unexpected(
        machine ? fmt::format("no {} pass of '{}' with mask {} is described (systems.yaml)",
                              row.direction, systemOf(row), row.mask)
                : fmt::format("no machine of ours is '{}' (systems.yaml)", device_));
  }
  const auto request = requestOf(row, *machine, found.front()->mapping, calibration_);
  if (!request) {
    return tl::unexpected(request.error().front().what);
  }
  const auto time = explore::predict(*request, false);
  if (!time) {
    return tl::unexpected(time.error().front().what);
  }
  return time->kernelSeconds; // tokens lie tile by tile already: nothing is permuted
}

} // namespace einsight::validation
