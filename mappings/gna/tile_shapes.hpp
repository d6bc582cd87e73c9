#pragma once
#include "mappings/gna/count.hpp"

#include <filesystem>

namespace einsight::mappings::gna {

/// A pair of tiles that a shipped kernel can be run with.
struct TilePair {
  std::string kernel;
  Shape qTile, kvTile;
  KvTiling kvTiling = KvTiling::Static;
};

/// The pairs of tile-shapes.yaml for layouts of so many axes, in the order of the file.
core::Expected<std::vector<TilePair>> shippedTiles(std::size_t axes);
/// The same of any file of that form.
core::Expected<std::vector<TilePair>> readTiles(const std::filesystem::path& file,
                                                std::size_t axes);

/// What a question comes to in a pair of tiles.
struct TiledTally {
  TilePair tiles;
  Tally tally;
};

/// The question in every shipped pair of tiles in place of its own, least computed pairs first.
core::Expected<std::vector<TiledTally>> sweepTiles(const Question& question);

} // namespace einsight::mappings::gna
