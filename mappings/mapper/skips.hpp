#pragma once
#include "mappings/mapper/facts.hpp"

#include <map>
#include <memory>

namespace einsight::mappings::mapper {

/// What `skip_masked` does in a nest.
struct Skip {
  bool harmless = false;  ///< legal for verify(), and no value becomes another one
  std::vector<int> masks; ///< per Einsum: the set of masks without which it does not run
};

/// Which nests may leave out the tiles in which nothing attends. Values stay as they are where
/// every recurrence of the nest, computed in such a tile with nothing from the masked Einsums,
/// gives the value that it had: that is shown on the expressions, by the rules x + nothing = x,
/// max(x, nothing) = x, x - x = 0, exp(0) = 1 and x * 1 = x. Where it cannot be shown nothing is
/// skipped.
class Skips {
public:
  explicit Skips(const Facts& facts) : facts_(facts) {}

  /// For a nest of these Einsums in which tiles of the `looped` rank variables stand.
  const Skip& of(const std::vector<int>& einsums, Variables looped);

private:
  const Facts& facts_;
  std::map<std::pair<std::vector<int>, Variables>, Skip> known_;
};

} // namespace einsight::mappings::mapper
