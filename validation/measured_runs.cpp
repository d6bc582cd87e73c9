#include "validation/measured_runs.hpp"

#include "explore/gna_point.hpp"

#include <fmt/format.h>

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

} // namespace

MeasuredRuns::MeasuredRuns(const MeasuredSpec& spec, std::string device, core::Settings calibration,
                           const std::string& engine)
    : spec_(spec), device_(std::move(device)), calibration_(std::move(calibration)),
      kernels_(spec.kernels, calibration_, engine) {}

Seconds MeasuredRuns::seconds(const MeasuredRow& row) {
  if (row.neighborhood) {
    return neighborhood(row);
  }
  return kernels_.seconds({systemOf(row), device_, row.mask, {row.direction}, row.shape});
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
