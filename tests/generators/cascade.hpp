#pragma once
#include <string>

namespace einsight::generators {

/// A cascade's file, and what is known about it.
struct CascadeText {
  std::string name{}; ///< of the catalogue's cascade under it, or ""
  std::string text{};
  bool masked = false; ///< some points have no value
  bool ragged = false; ///< its own last tile is short: tiles that hold it take in absent points
};

/// Attention over P queries and M keys of small random sizes (E != F, M != P, M0 that does not
/// divide M), rectangular, causal or with a window: 1, 2 or 3 passes, with deferred division,
/// linear, with sigmoid weights, or with groups of heads that share keys.
CascadeText drawAttention();
/// The same of one cascade of the catalogue.
CascadeText drawAttention(const std::string& cascade);

/// A tree or chain of one to six element-wise, contracting and reducing Einsums over two to five
/// rank variables, some with a mask.
CascadeText drawTree();

} // namespace einsight::generators
