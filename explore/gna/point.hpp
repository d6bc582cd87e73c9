#pragma once
#include "core/expected.hpp"
#include "core/settings.hpp"
#include "mappings/gna/count.hpp"
#include "mappings/gna/permutation.hpp"
#include "mappings/gna/tile_shapes.hpp"

/// Neighborhood attention on a GPU: the tiles that are counted, as CTAs of a kernel that is
/// simulated.
namespace einsight::explore {

struct GnaRequest {
  mappings::gna::Question question;
  mappings::gna::Heads heads;
  std::string machine; ///< a GPU: name or file
  std::string mapping; ///< with the key `neighborhood`; empty: the catalogue's first that fits
  core::Settings machineSettings{}, mappingSettings{};
};

/// Where the time beyond the ideal goes, in seconds; the parts add up to seconds - idealSeconds.
/// Each is what the time falls by when it is left out, one after another in this order.
struct GnaLosses {
  double permutation = 0; ///< laying tokens out tile by tile, padding them, and laying them back
  double masking = 0;     ///< arithmetic of masks
  /// SMs that have nothing to do before the last CTA ends, beyond what self attention loses so;
  /// negative: it loses more.
  double waves = 0;
  double padding = 0; ///< pairs of visited tiles with a query or a key that is padding
  double tiles = 0;   ///< masked pairs of visited tiles
  double kernel = 0;  ///< slower than the baseline for the same pairs; negative: faster
};

struct GnaTime {
  std::string machine, mapping, baseline;
  std::string tiles;  ///< whose pairs of tiles the kernel takes (mappings/gna/tile-shapes.yaml)
  double seconds = 0; ///< with the token permutation
  double kernelSeconds = 0;
  double permuteSeconds = 0;
  double denseSeconds = 0; ///< self attention under the baseline mapping
  double idealSeconds = 0; ///< self attention's, times the share of pairs that are unmasked
  double maskedTiles = 0;  ///< share of the visited tiles to which a mask is applied
  double waves = 0;        ///< CTAs / (SMs x resident CTAs)
  GnaLosses losses;

  [[nodiscard]] double speedup() const { return denseSeconds / seconds; }
  [[nodiscard]] double kernelSpeedup() const { return denseSeconds / kernelSeconds; }
};

/// The time that the kernels of the forward pass take, without the gaps between launches, as a
/// profiler shows it: engine `cycle` on the CTAs of `question`, `losses` only if
/// they are wanted (three more simulations). All problems at once.
core::Expected<GnaTime> predict(const GnaRequest& request, bool losses = true);

/// The shipped pair of tiles with the least predicted time, permutation included, among those that
/// the mapping (or the first that fits the machine) takes; of equal ones that with the least work.
/// The question's own tiles are not looked at.
core::Expected<mappings::gna::TilePair> tilesFor(const GnaRequest& request);

/// Seconds of self attention over the layout under a mapping.
core::Expected<double> selfAttention(const GnaRequest& request, const std::string& mapping);

/// Mappings of the catalogue with the key `neighborhood`, the best first.
std::vector<std::string> neighborhoodMappings();

} // namespace einsight::explore
