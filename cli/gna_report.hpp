#pragma once
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
      tiles; ///< of --sweep-tiles, least work first
};

/// What `gna` found: one point, or one for each pattern of a use case.
struct GnaReport {
  std::vector<GnaPoint> points;
  mappings::gna::Heads heads;
  std::optional<mappings::gna::UseCase> useCase;
};

/// For people: tables, and sentences on where the tiles go and which stride would need no mask.
std::string gnaText(const GnaReport& report, const report::Style& style);
/// The contract of `gna --json`, with a line break at the end.
std::string gnaJson(const GnaReport& report);

} // namespace einsight::cli
