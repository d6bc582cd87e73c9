#pragma once
#include "validation/cuda/fused_arguments.hpp"

/// In which order the CTAs of the kernel for sm_90a take tiles of queries: the hardware hands them
/// out by their number. (That for sm_80 has no register left for it, and takes head by head.)
namespace einsight::validation::cuda {

/// A tile of queries of a row of (batch, headsQ).
struct TilePlace {
  int qTile = 0;
  int row = 0;
};

/// Rows of a section take their last tiles first, side by side, and then the ones before: under a
/// causal mask those have most keys, so that the short ones fill the end.
EINSIGHT_BOTH TilePlace placeOfCta(int cta, int qTiles, int rows, int section) {
  const int before = cta / (qTiles * section) * section; // rows of the sections before
  const int inside = cta - before * qTiles;
  const int wide = smaller(section, rows - before);
  return {qTiles - 1 - inside / wide, before + inside % wide};
}

/// Rows whose keys and values the L2 can hold together; one, where all tiles visit as many keys.
inline int sectionOf(const FusedArguments& given, int head) {
  constexpr double kHeldBytes = 32 << 20;
  if (given.shape.mask.kind != MaskKind::Causal) {
    return 1;
  }
  const double bytes = 4.0 * given.shape.seqKv * head; // of a head's keys and values
  const int heads =
      larger(1, static_cast<int>(smaller(1 << 16, static_cast<int>(kHeldBytes / bytes))));
  return smaller(heads * (given.headsQ / given.headsKv), given.batch * given.headsQ);
}

} // namespace einsight::validation::cuda
