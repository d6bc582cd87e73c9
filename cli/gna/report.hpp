#pragma once
#include "explore/gna/point.hpp"
#include "mappings/gna/strides.hpp"
#include "mappings/gna/tile_shapes.hpp"
#include "mappings/gna/use_case.hpp"
#include "report/table.hpp"

#include <optional>

namespace einsight::cli {

/// One mask with what its tiles come to.
struct GnaPoint {
  mappings::gna::Question question;
  mappings::gna::Tally tally;
  mappings::gna::Permutation permutation;
  std::optional<std::vector<mappings::gna::StrideBound>> strides; ///< of --sweep-strides
  std::optional<std::vector<mappings::gna::TiledTally>>
      tiles;                              ///< of --sweep-tiles, least work first
  std::optional<explore::GnaTime> time{}; ///< on a GPU
  /// Of `tiles`: predicted seconds, nothing where the mapping's kernel cannot take them.
  std::vector<std::optional<double>> tileSeconds{};
};

/// What `gna` found: one point, or one for each pattern of a use case.
struct GnaReport {
  std::vector<GnaPoint> points;
  mappings::gna::Heads heads;
  std::optional<mappings::gna::UseCase> useCase;
};

/// On what time is predicted.
struct GnaTarget {
  std::string machine, mapping;
  core::Settings machineSettings, mappingSettings;
};

/// Adds the predicted time to a point, and to each of its swept pairs of tiles, which are then
/// sorted by it, the fastest first.
core::Expected<GnaPoint> withTime(GnaPoint point, const mappings::gna::Heads& heads,
                                  const GnaTarget& target);

/// The predicted time: tables, "" without one.
std::string gnaTimeText(const GnaPoint& point, const report::Style& style);

/// For people: tables, and sentences on where the tiles go and which stride would need no mask.
std::string gnaText(const GnaReport& report, const report::Style& style);
/// The contract of `gna --json`, with a line break at the end.
std::string gnaJson(const GnaReport& report);

} // namespace einsight::cli
